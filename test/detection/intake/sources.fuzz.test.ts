/**
 * Whatever bytes a parser gets, it answers with detections that fit the schema or with a refusal that names the fault; the
 * server never answers 5xx. 100,000 inputs for each format: real payloads, mutated in their bytes and in their structure.
 */
import { isUtf8 } from 'node:buffer';
import { Refusal } from '../../../detection/intake/refusal';
import { createIntake } from '../../../detection/intake/server/create-intake';
import { Health } from '../../../detection/intake/server/health';
import { adapterOf, INTAKE_FORMATS } from '../../../detection/intake/sources';
import { DetectionSchema } from '../../../domain/detection/detection';
import { withoutUndefined } from '../../../domain/kernel/without-undefined';
import { canonicalText } from '../../../register/canonical';
import { heapInUse } from '../../setup/heap';
import { inputs } from '../../setup/inputs';
import { numbers } from '../../setup/mutate-json';
import { allSources, type IntakeFormat, SIGNED, samples } from './samples';

const INPUTS = inputs(100_000, 2_500);
const NOW = Date.parse('2026-04-01T02:00:00Z');

const HOSTILE: unknown[] = [
  null,
  true,
  -1,
  1e308,
  Number.MAX_SAFE_INTEGER,
  '',
  ' ',
  '\u0000',
  '\ud800',
  'x'.repeat(5_000),
  '../../etc/passwd',
  "'; DROP TABLE tocsin.inbox; --",
  '__proto__',
  '{{7*7}}',
  'user@customer.example',
  [],
  {},
  [[[[[[]]]]]],
  { __proto__: { polluted: true } },
  Array.from({ length: 300 }, (_, n) => `203.0.113.${n}`),
  '9999-99-99T99:99:99Z',
  '-271821-04-20T00:00:00Z',
  'P1D',
  'end',
  'sev1',
  'country:XX',
];
const TOKENS = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ',',
  ':',
  '\\u0000',
  '\\ud800',
  '1e999',
  'null',
  '\u{1F600}',
  '"__proto__":',
  '\n',
];

type Next = (below: number) => number;

/** A value somewhere in the JSON replaced by a hostile one, removed, or put under another name. */
function inStructure(body: string, next: Next): string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return inBytes(Buffer.from(body), next).toString('latin1');
  }
  const places: [Record<string, unknown>, string][] = [];
  const walk = (at: unknown) => {
    if (typeof at !== 'object' || at === null) return;
    for (const key of Object.keys(at)) {
      places.push([at as Record<string, unknown>, key]);
      walk((at as Record<string, unknown>)[key]);
    }
  };
  walk(value);
  for (let times = 1 + next(3); times > 0 && places.length > 0; times--) {
    const [parent, key] = places[next(places.length)]!;
    const how = next(4);
    if (how === 0) delete parent[key];
    else if (how === 1) parent[String(HOSTILE[next(HOSTILE.length)])] = parent[key];
    else parent[key] = HOSTILE[next(HOSTILE.length)];
  }
  return JSON.stringify(value);
}

/** Bytes flipped, cut, doubled or put in. */
function inBytes(body: Buffer, next: Next): Buffer {
  let bytes = Buffer.from(body);
  for (let times = 1 + next(4); times > 0; times--) {
    const at = next(bytes.length + 1);
    const how = next(5);
    if (how === 0 && at < bytes.length) bytes[at] = next(256);
    else if (how === 1) bytes = bytes.subarray(0, at);
    else if (how === 2)
      bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(TOKENS[next(TOKENS.length)]!), bytes.subarray(at)]);
    else if (how === 3) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(next(bytes.length + 1))]);
    else bytes = Buffer.concat([Buffer.from('['.repeat(next(2_000))), bytes]);
  }
  return bytes.subarray(0, 200_000);
}

const mutated = (body: string, next: Next): Buffer =>
  next(3) === 0 ? inBytes(Buffer.from(body), next) : Buffer.from(inStructure(body, next));

/** Small payloads: a hundred thousand of GitHub's push events would be a test of JSON.parse. */
const ALL = samples(NOW);
const originals = (format: string) =>
  ALL.filter((each, n) => each.format === format && (each.body.length < 12_000 || n % 4 === 0));

test.each(INTAKE_FORMATS.map((format, n) => [format, n + 1] as const))(
  '%s: a hundred thousand mutated requests are read or refused',
  (format, seed) => {
    const next = numbers(seed);
    const adapter = adapterOf(format)!;
    const from = originals(format);
    const outcomes = { taken: 0, refused: 0 };
    const memoryBefore = heapInUse();
    for (let n = 0; n < INPUTS; n++) {
      const { headers, body } = from[next(from.length)]!;
      const request = { headers: { ...headers }, body: mutated(body, next) };
      if (next(10) === 0) mutateHeader(request.headers, next);
      try {
        const { detections } = adapter.parse(request, { source: 'fuzz', scope: 'unknown', now: NOW });
        outcomes.taken++;
        // What is taken can be stored and read again; checked on a part, as it takes longer than the parsing.
        if (n % 32 === 0) {
          for (const each of detections) {
            const stored = JSON.parse(canonicalText(withoutUndefined(each)));
            DetectionSchema.parse(stored);
            if (JSON.stringify(stored).includes('user@customer.example')) throw new Error('a mail address was kept');
          }
        }
        for (const { eventId } of detections) if (!eventId || eventId.length > 200) throw new Error('a bad event id');
        if (!isUtf8(request.body)) throw new Error('took what is not UTF-8');
      } catch (error) {
        if (!(error instanceof Refusal)) {
          throw new Error(`input ${n}: ${JSON.stringify(request.body.toString('latin1')).slice(0, 1_500)}`, {
            cause: error,
          });
        }
        outcomes.refused++;
        if (error.status < 400 || error.status > 499) throw error;
        if (JSON.stringify(error.problem()).includes('customer.example'))
          throw new Error('a refusal repeats what was sent');
      }
    }
    expect(outcomes.taken).toBeGreaterThan(INPUTS / 100);
    expect(outcomes.refused).toBeGreaterThan(INPUTS / 100);
    expect(heapInUse() - memoryBefore).toBeLessThan(400 * 1_048_576);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  },
  120_000,
);

function mutateHeader(headers: Record<string, string | string[] | undefined>, next: Next): void {
  const names = Object.keys(headers);
  const name = names[next(names.length)]!;
  const how = next(3);
  if (how === 0) delete headers[name];
  else headers[name] = String(HOSTILE[next(HOSTILE.length)]);
}

test('a sample of them through the server, well signed: no 5xx, and the process lives', async () => {
  const next = numbers(99);
  let stored = 0;
  // Of this machine: the client of Resend looks at no other clock.
  const now = Date.now();
  const app = await createIntake({
    sources: allSources(),
    store: async (detections) => {
      for (const each of detections) canonicalText(withoutUndefined(each));
      stored += detections.length;
    },
    authEvents: { consume: async () => undefined },
    advisories: { consume: async () => undefined },
    deliveryEvents: { keep: async () => undefined },
    health: new Health({ postgres: async () => undefined, temporal: async () => undefined }),
    now: () => now,
  });
  const seen = new Map<number, number>();
  for (let n = 0; n < inputs(7_000); n++) {
    const format = INTAKE_FORMATS[n % INTAKE_FORMATS.length] as IntakeFormat;
    const from = originals(format);
    const payload = mutated(from[next(from.length)]!.body, next);
    const answer = await app.inject({
      method: 'POST',
      url: `/intake/${format}`,
      headers: SIGNED[format](payload, now, n),
      payload,
    });
    seen.set(answer.statusCode, (seen.get(answer.statusCode) ?? 0) + 1);
  }
  await app.close();
  expect([...seen.keys()].sort()).toEqual([200, 202, 400, 422]);
  expect(stored).toBeGreaterThan(inputs(100));
}, 120_000);
