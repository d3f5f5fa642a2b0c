import { spawn } from 'node:child_process';
import { childEnvironment } from './child-environment';
import { untrusted } from './trusted-file';
import { guard } from './watchdog';

/** A server to start as a child process. */
export interface ServerProcessOptions {
  /** What errors call it, for example "Postgres". */
  name: string;
  command: string;
  args: string[];
  cwd?: string;
  /** The environment whose plain part the server gets (see `childEnvironment`); that of this process by default. */
  env?: NodeJS.ProcessEnv;
  /** Variables that it gets beside. */
  set?: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
  /** Asked every 50 ms with the output so far, until it answers true; a rejection counts as "not yet". */
  ready: (output: string) => Promise<boolean> | boolean;
  readyWithinMs: number;
  /** The signal for an orderly stop; SIGTERM by default. */
  stopSignal?: NodeJS.Signals;
  /** How long an orderly stop may take before SIGKILL; 10 s by default. */
  stopWithinMs?: number;
}

/** A running child server. */
export interface ServerProcess {
  pid: number;
  /** The last 16 KiB of what it wrote, both streams. */
  output(): string;
  /** Whether it has ended, by itself or stopped. */
  ended(): boolean;
  /** Resolves when it ends though `stop` was not called: how it ended, and the end of its output. */
  failed: Promise<Error>;
  /** Stops it in order, and by SIGKILL when it does not end in time. Resolves when the process is gone. */
  stop(): Promise<void>;
  /** Ends it as a crash would, by SIGKILL. Resolves when the process is gone. */
  kill(): Promise<void>;
}

/**
 * Starts a server and waits until it is ready.
 * It runs in a session of its own, so that Ctrl-C in the terminal lets this process stop it in order, and it does not
 * outlive this process (see `guard`). Rejects when it ends early or is not ready in time: the message holds its name,
 * the command, the reason and the end of its output; nothing keeps running then.
 */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const { name, command, args, cwd, env, uid, gid } = options;
  const problem = untrusted(command);
  if (problem) throw new Error(`${name} is not started from ${command}: ${problem}`);
  const given = { ...childEnvironment(env ?? process.env), ...options.set };
  const child = spawn(command, args, { cwd, env: given, uid, gid, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const stopSignal = options.stopSignal ?? 'SIGTERM';
  const stopWithinMs = options.stopWithinMs ?? 10_000;
  let tail = '';
  let ending: string | undefined;
  let stopping = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      tail = (tail + chunk.toString('utf8')).slice(-16_384);
    });
    (stream as unknown as { unref?: () => void }).unref?.();
  }
  const release = child.pid === undefined ? () => {} : guard(child.pid, { signal: stopSignal, graceMs: stopWithinMs });
  const gone = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      ending = `cannot be started: ${error.message}`;
      resolve();
    });
    child.once('exit', (code, signal) => {
      ending = `ended with ${signal ?? `code ${code}`}`;
      release();
      resolve();
    });
  });
  child.unref();

  const lastOutput = () => (tail.trim() ? `. Its last output:\n${tail.trim().slice(-3_000)}` : '');
  const endBy = async (signal: NodeJS.Signals) => {
    if (ending !== undefined) return;
    child.ref();
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
    await gone;
    clearTimeout(timer);
  };

  const giveUpAt = Date.now() + options.readyWithinMs;
  for (;;) {
    if (ending === undefined && (await Promise.resolve(options.ready(tail)).catch(() => false))) break;
    const late = Date.now() > giveUpAt;
    if (ending !== undefined || late) {
      await new Promise((resolve) => setTimeout(resolve, 20)); // let the last output arrive
      const why = ending ?? `was not ready within ${options.readyWithinMs} ms`;
      await endBy('SIGKILL');
      throw new Error(`${name} ${why} (${[command, ...args].join(' ')})${lastOutput() || ' and wrote nothing.'}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const failed = new Promise<Error>((resolve) => {
    gone.then(() => {
      if (!stopping) resolve(new Error(`${name} ${ending}${lastOutput()}`));
    });
  });
  return {
    pid: child.pid!,
    output: () => tail,
    ended: () => ending !== undefined,
    failed,
    stop: () => {
      stopping = true;
      return endBy(stopSignal);
    },
    kill: () => endBy('SIGKILL'),
  };
}
