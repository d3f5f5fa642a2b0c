/** Documented payloads changed in their structure, well signed, through the server: what is checked of each, and of all together. */
import { setTimeout as pause } from 'node:timers/promises';
import type { InjectOptions } from 'fastify';
import { isUnavailable } from '../../../../postgres/outage';
import { mutated, mutateJson, type Next, numbers } from '../../../setup/mutate-json';
import { costsMore } from './one-value';
import { type Payload, payloadsOf } from './payloads';
import { assertKept, MAIL, type World } from './world';

/** One in so many is sent twice at the same time. */
const TWICE = 50;

const COME_AGAIN_MS = 1_000;

/** How the run goes. */
export interface Run {
  inputs: number;
  seed: number;
  /** Requests in flight. */
  atOnce: number;
  onProgress?(done: number): void;
}

/** What came of a run. */
export interface Figures {
  inputs: number;
  /** Answers, by status. */
  statuses: Record<number, number>;
  detections: number;
  events: number;
  /** Items that were refused or of an unknown kind, all counted in Postgres. */
  untaken: number;
  /** Inputs in which one value was changed, and of which the cost was looked at. */
  oneValue: number;
  repeats: number;
  /** Requests that got 503 because Postgres was late or away, and were sent again until they did not. */
  sentAgain: number;
}

/**
 * Sends changed payloads of a source. Each is answered with 2xx, 400, 413 or 422, or with 503 only while Postgres is away; the answer says what became of each event and
 * repeats nothing that was sent; one changed value costs itself, or its event. At the end all that was taken is kept once.
 *
 * @throws Error that says what is wrong and shows the input.
 */
export async function sendChanged(world: World, source: string, run: Run): Promise<Figures> {
  const next = numbers(run.seed);
  const from = payloadsOf(source);
  const figures = { inputs: 0, statuses: {} as Record<number, number>, oneValue: 0, repeats: 0, sentAgain: 0 };
  let sent = 0;
  const send = async (request: InjectOptions) => {
    for (;;) {
      const answer = await world.app.inject(request);
      // On a busy machine a connection may be late: as it is told, the sender comes again.
      if (answer.statusCode !== 503 || !world.faults.every(isUnavailable)) return answer;
      world.faults.length = 0;
      figures.sentAgain++;
      await pause(COME_AGAIN_MS);
    }
  };
  const sendOne = async (n: number) => {
    const payload = from[next(from.length)]!;
    const { text: body, only } = changed(payload.body, next);
    const twice = next(TWICE) === 0;
    const request = { method: 'POST' as const, url: `/intake/${source}`, headers: payload.signed(body, n), body };
    const answers = await Promise.all(Array.from({ length: twice ? 2 : 1 }, () => send(request)));
    if (twice) figures.repeats++;
    for (const { statusCode, body: answer } of answers) {
      figures.statuses[statusCode] = (figures.statuses[statusCode] ?? 0) + 1;
      const wrong = fault(statusCode, answer);
      if (wrong) throw violation(wrong, payload, body, `${statusCode} ${answer}`, world.faults[0]);
    }
    // A body may grow beyond what is read.
    if (only !== undefined && answers[0]!.statusCode !== 413) {
      figures.oneValue++;
      const wrong = costsMore(payload, only, body);
      if (wrong) throw violation(wrong, payload, body, answers[0]!.body);
    }
    figures.inputs++;
    run.onProgress?.(figures.inputs);
  };
  const lanes = Array.from({ length: run.atOnce }, async () => {
    while (sent < run.inputs) await sendOne(sent++);
  });
  await Promise.all(lanes);
  if (world.faults.length > 0) throw new Error('a fault behind an answer', { cause: world.faults[0] });
  const { statuses } = figures;
  await assertKept(world, (statuses[400] ?? 0) + (statuses[422] ?? 0), figures.sentAgain > 0);
  const signIns = [...world.signIns.values()].reduce((sum, own) => sum + own.size, 0);
  return {
    ...figures,
    detections: world.stored.size,
    events: signIns + world.mailEvents.size,
    untaken: world.counted.items,
  };
}

function violation(wrong: string, { name, body: original }: Payload, body: string, answer: string, cause?: unknown) {
  const shown = JSON.stringify({
    payload: name,
    answer,
    body: body.slice(0, 4_000),
    original: original.slice(0, 1_000),
  });
  return new Error(`${wrong}: ${shown}`, { cause });
}

function fault(status: number, answer: string): string | undefined {
  if (![200, 202, 400, 413, 422].includes(status)) return 'another status than 2xx, 400, 413 and 422';
  if (!accounted(status, JSON.parse(answer))) return 'the answer does not say what became of each event';
  return answer.includes(MAIL) ? 'the answer repeats what was sent' : undefined;
}

/** Of JSON Lines one line. */
function changed(body: string, next: Next): { text: string; only?: number } {
  if (!body.includes('\n')) return mutated(body, next);
  const lines = body.trimEnd().split('\n');
  const at = next(lines.length);
  return { text: lines.map((line, n) => (n === at ? mutateJson(line, next) : line)).join('\n') };
}

/** The answer says what became of each event. */
function accounted(status: number, answer: Record<string, unknown>): boolean {
  if (status >= 400) return status === 422 ? (answer.errors as []).length > 0 : typeof answer.title === 'string';
  if (status === 200) return typeof answer.note === 'string';
  const { detections = 0, events = 0, unknown = 0, repeated, refused = [] } = answer;
  return repeated === true || Number(detections) + Number(events) + Number(unknown) + (refused as []).length > 0;
}
