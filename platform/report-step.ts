/** A step may repeat what a child process wrote: nothing of it acts on the terminal. */
const inert = (text: string) => text.replace(/[\p{Cc}\p{Cf}]/gu, ' ');

/** What a step under way can say. */
export interface Step {
  /** What it is doing now; shown when the step takes longer than 2 s. */
  progress(text: string): void;
  /** What was chosen, shown with the time it took when the step is done. */
  chose(text: string): void;
}

/** Where steps are printed: standard error, or a stand-in in tests. */
export interface StepStream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

const SHOW_AFTER_MS = 2_000;
const PLAIN_EVERY_MS = 10_000;

interface Running {
  label: string;
  startedAt: number;
  text: string;
  plainAt: number;
}

/**
 * A reporter of steps that may run side by side. On a terminal the steps longer than 2 s are redrawn in place once a
 * second; elsewhere each writes a plain line after 2 s and then every 10 s. A finished step is one line: label, what
 * was chosen, time taken.
 */
export function stepReporter(stream: StepStream) {
  const running = new Set<Running>();
  let drawn = 0;
  let ticking: NodeJS.Timeout | undefined;

  const erase = () => {
    if (drawn > 0) stream.write(`\u001b[${drawn}A\u001b[J`);
    drawn = 0;
  };
  const longSteps = () => [...running].filter((step) => Date.now() - step.startedAt >= SHOW_AFTER_MS);
  const line = (step: Running) =>
    `  … ${inert(step.label).padEnd(12)} ${inert(step.text) || 'working'} (${seconds(step.startedAt)})`;
  const draw = () => {
    const lines = longSteps().map(line);
    const width = (stream.columns ?? 80) - 1;
    for (const text of lines) stream.write(`${text.slice(0, width)}\n`);
    drawn = lines.length;
  };
  const tick = () => {
    if (stream.isTTY) {
      erase();
      draw();
      return;
    }
    for (const step of longSteps()) {
      if (Date.now() < step.plainAt) continue;
      step.plainAt = Date.now() + PLAIN_EVERY_MS;
      stream.write(`${line(step)}\n`);
    }
  };
  const finish = (step: Running, mark: string, text: string) => {
    running.delete(step);
    erase();
    stream.write(
      `  ${mark} ${inert(step.label).padEnd(12)} ${text.split('\n').map(inert).join('\n')} (${seconds(step.startedAt)})\n`,
    );
    if (stream.isTTY) draw();
    if (running.size === 0) {
      clearInterval(ticking);
      ticking = undefined;
    }
  };

  return async function reportStep<T>(label: string, work: (step: Step) => Promise<T>): Promise<T> {
    const now = Date.now();
    const step: Running = { label, startedAt: now, text: '', plainAt: now };
    let chosen = 'ready';
    running.add(step);
    ticking ??= setInterval(tick, 1_000);
    ticking.unref();
    try {
      const result = await work({
        progress: (text) => {
          step.text = text;
        },
        chose: (text) => {
          chosen = text;
        },
      });
      finish(step, '✓', chosen);
      return result;
    } catch (error) {
      finish(step, '✗', 'failed');
      throw error;
    }
  };
}

/** Runs one step and reports it on standard error; see `stepReporter`. Answers and rejects as `work` does. */
export const reportStep = stepReporter(process.stderr);

function seconds(since: number): string {
  const ms = Date.now() - since;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1_000)} s`;
}
