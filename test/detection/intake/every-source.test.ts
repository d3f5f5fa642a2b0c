/**
 * Each format and each ready mapping on what its vendor documents, through the server and over Postgres, well signed: a thousand
 * repeats at the same time are one, and whatever is changed in it, each event is stored, counted or refused, and never a 5xx.
 * All of the 100,000 changed ones of each source: TOCSIN_TEST_INPUTS=all npm test -- test/detection/intake/every-source
 */
import { createHmac } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { keepDeliveryEvents } from '../../../activities/delivery/ledger/delivery-events';
import { keepAdvisories } from '../../../detection/dependencies/store/advisories';
import type { Source } from '../../../detection/intake/config';
import { acceptWithin, Inbox } from '../../../detection/intake/inbox/accept';
import { UntakenCounts } from '../../../detection/intake/inbox/untaken';
import { loadMapping, readyMappings } from '../../../detection/intake/mapping/load-mapping';
import { mappedAdapter } from '../../../detection/intake/mapping/mapped-adapter';
import { Refusal } from '../../../detection/intake/refusal';
import { createIntake } from '../../../detection/intake/server/create-intake';
import { Health } from '../../../detection/intake/server/health';
import { INTAKE_FORMATS } from '../../../detection/intake/sources';
import { keptTogether } from '../../../detection/kept-together';
import { SessionConsumer } from '../../../detection/sessions/consumer';
import { DetectionSchema } from '../../../domain/detection/detection';
import { createPool } from '../../../postgres/pool';
import { createTestDatabase } from '../../setup/helpers';
import { inputs } from '../../setup/inputs';
import { mutateJson, type Next, numbers } from '../../setup/mutate-json';
import { sight } from '../../unit/detection/sessions/fixtures';
import { MAPPED } from './mapped-samples';
import { allSources, type IntakeFormat, SIGNED, samples, signGithub } from './samples';

const INPUTS = inputs(100_000, 150);
const REPEATS = 1_000;
const AT_ONCE = 64;
const SECRET = 'a-secret-of-the-sender-0001';
/** What was taken may be held by any text of a detection; it must not be. */
const MAIL = 'customer.example';

/** What its vendor documents, and how often. */
interface Payload {
  source: string;
  name: string;
  body: string;
  signed(body: string, n: number): Record<string, string>;
  /** Rows that it makes in all: detections, events of authentication or of mails. */
  rows: number;
}

const now = Date.now();
/** Soon after the documented sign-ins. */
const AFTER = new Date('2026-04-01T03:00:00Z');
const PAYLOADS: Payload[] = [
  ...samples(now, 'every').map(({ format, name, headers, body, detections, authEvents = 0, deliveryEvents = 0 }) => ({
    source: format,
    name,
    body,
    signed: (changed: string, n: number) => signedLike(format, headers, changed, n),
    rows: detections + authEvents + deliveryEvents,
  })),
  ...MAPPED.map(({ mapping, body, expected }, n) => ({
    source: mapping,
    name: `${mapping} ${n}`,
    body: JSON.stringify(body),
    signed: (changed: string) => signedByMapping(mapping, changed),
    rows: expected.length,
  })),
];

/** With the sample's own content type and attributes, over another body. */
function signedLike(format: IntakeFormat, headers: Record<string, string>, body: string, n: number) {
  const event = headers['x-github-event'];
  if (event !== undefined) return signGithub(event, body);
  if (headers.authorization !== undefined) return headers;
  return { ...SIGNED[format](body, Date.now(), n), 'content-type': headers['content-type']! };
}

const MAPPINGS = new Map(readyMappings().map((name) => [name, loadMapping(name)]));

function signedByMapping(mapping: string, body: string): Record<string, string> {
  const { signature } = MAPPINGS.get(mapping)!;
  const proof: Record<string, string> =
    signature?.scheme === 'hmac-sha256'
      ? { [signature.header]: createHmac('sha256', SECRET).update(body).digest('hex') }
      : { authorization: `Bearer ${SECRET}` };
  return { 'content-type': 'application/json', ...proof };
}

interface World {
  app: FastifyInstance;
  pool: Pool;
  /** Detections that were given to the inbox, by source and id. */
  stored: Set<string>;
  /** How often something was counted that could not be taken. */
  counted: { items: number };
  faults: unknown[];
  close(): Promise<void>;
}

async function createWorld(): Promise<World> {
  const pool = createPool((await createTestDatabase()).url);
  const [inbox, counts, stored, counted, faults] = [
    new Inbox(pool),
    new UntakenCounts(pool),
    new Set<string>(),
    { items: 0 },
    [] as unknown[],
  ];
  const mapped = [...MAPPINGS.keys()].map(
    (name): Source => ({
      name,
      adapter: mappedAdapter(MAPPINGS.get(name)!),
      secrets: [{ value: SECRET }],
      scope: 'platform',
      perMinute: 10_000_000,
    }),
  );
  const app = await createIntake({
    sources: [...allSources(10_000_000), ...mapped],
    store: async (detections) => {
      await inbox.accept(detections);
      for (const { source, eventId } of detections) stored.add(`${source} ${eventId}`);
    },
    authEvents: new SessionConsumer({ pool, ...(await sight()), accept: acceptWithin, now: () => AFTER }),
    advisories: { consume: keptTogether((records) => keepAdvisories(pool, records)) },
    deliveryEvents: { keep: keptTogether((events) => keepDeliveryEvents(pool, events)) },
    untaken: {
      keep: async (source, items) => {
        await counts.keep(source, items);
        counted.items += items.length;
      },
    },
    health: new Health({ postgres: async () => undefined, temporal: async () => undefined }),
  });
  app.addHook('onError', async (_request, _reply, error) => {
    if (!(error instanceof Refusal) || error.status >= 500) faults.push(error.cause ?? error);
  });
  return {
    app,
    pool,
    stored,
    counted,
    faults,
    async close() {
      await app.close();
      await pool.end();
    },
  };
}

const SOURCES = [...INTAKE_FORMATS, ...MAPPINGS.keys()];
const payloadsOf = (source: string) => PAYLOADS.filter((each) => each.source === source);

test('each source has a payload of its vendor', () => {
  expect([...new Set(PAYLOADS.map(({ source }) => source))].sort()).toEqual([...SOURCES].sort());
});

describe('a thousand times at the same time', () => {
  let world: World;
  let url: string;
  beforeAll(async () => {
    world = await createWorld();
    url = await world.app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(() => world?.close());

  const rows = async () => {
    const { rows } = await world.pool.query<{ n: string }>(
      `SELECT (SELECT count(*) FROM tocsin.inbox) + (SELECT count(*) FROM tocsin.auth_events)
            + (SELECT count(*) FROM tocsin.delivery_events) AS n`,
    );
    return Number(rows[0]!.n);
  };

  test.each(SOURCES)('%s: stored once, and nobody is refused', async (source) => {
    // The one that makes most rows, among which none may be lost.
    const [payload] = payloadsOf(source).sort((a, b) => b.rows - a.rows);
    const { body, signed } = payload!;
    const before = await rows();
    const statuses = await Promise.all(
      Array.from({ length: REPEATS }, async () => {
        const answer = await fetch(`${url}/intake/${source}`, { method: 'POST', headers: signed(body, 1), body });
        await answer.arrayBuffer();
        return answer.status;
      }),
    );
    expect(new Set(statuses)).toEqual(new Set([202]));
    expect(payload!.rows).toBeGreaterThan(0);
    expect((await rows()) - before).toBe(payload!.rows);
  });
});

describe('changed in its structure', () => {
  test.each(SOURCES.map((source, n) => [source, n + 1] as const))(
    '%s: each event is stored, counted or refused',
    async (source, seed) => {
      const world = await createWorld();
      try {
        const next = numbers(seed);
        const from = payloadsOf(source);
        const seen: Record<number, number> = {};
        for (let done = 0; done < INPUTS; done += AT_ONCE) {
          const requests = Array.from({ length: Math.min(AT_ONCE, INPUTS - done) }, (_, n) => {
            const payload = from[next(from.length)]!;
            const body = changed(payload.body, next);
            return { method: 'POST' as const, url: `/intake/${source}`, headers: payload.signed(body, done + n), body };
          });
          const answers = await Promise.all(requests.map((request) => world.app.inject(request)));
          for (const [n, { statusCode, body }] of answers.entries()) {
            seen[statusCode] = (seen[statusCode] ?? 0) + 1;
            const what = { request: requests[n]!.body.slice(0, 500), answer: body };
            // A body may grow beyond what is read.
            if (![200, 202, 400, 413, 422].includes(statusCode))
              throw new Error(`${statusCode}: ${JSON.stringify(what)}`, { cause: world.faults[0] });
            if (!accounted(statusCode, JSON.parse(body))) throw new Error(`unaccounted: ${JSON.stringify(what)}`);
            if (body.includes(MAIL)) throw new Error(`the answer repeats what was sent: ${JSON.stringify(what)}`);
          }
        }
        await assertKept(world, (seen[400] ?? 0) + (seen[422] ?? 0));
        if (INPUTS > 1_000)
          process.stderr.write(`${source}: ${JSON.stringify(seen)}, ${world.stored.size} detections\n`);
        expect((seen[202] ?? 0) / INPUTS).toBeGreaterThan(0.1);
        expect(world.faults).toEqual([]);
      } finally {
        await world.close();
      }
    },
    INPUTS > 1_000 ? 3_600_000 : 60_000,
  );
});

/** Of JSON Lines one line. */
function changed(body: string, next: Next): string {
  if (!body.includes('\n')) return mutateJson(body, next);
  const lines = body.trimEnd().split('\n');
  const at = next(lines.length);
  return lines.map((line, n) => (n === at ? mutateJson(line, next) : line)).join('\n');
}

/** The answer says what became of each event. */
function accounted(status: number, answer: Record<string, unknown>): boolean {
  if (status >= 400) return status === 422 ? (answer.errors as []).length > 0 : typeof answer.title === 'string';
  if (status === 200) return typeof answer.note === 'string';
  const { detections = 0, events = 0, unknown = 0, repeated, refused = [] } = answer;
  return repeated === true || Number(detections) + Number(events) + Number(unknown) + (refused as []).length > 0;
}

/** All that was answered with 2xx stands in Postgres, whole and readable; all that was refused is counted there. */
async function assertKept({ pool, stored, counted }: World, refused: number): Promise<void> {
  const { rows } = await pool.query<{ source: string; event_id: string; payload: Buffer }>(
    'SELECT source, event_id, payload FROM tocsin.inbox',
  );
  const kept = new Set<string>();
  for (const { source, event_id, payload } of rows) {
    const text = payload.toString();
    if (text.includes(MAIL)) throw new Error(`a mail address was kept: ${text.slice(0, 2_000)}`);
    const detection = DetectionSchema.parse(JSON.parse(text));
    if (detection.source !== source || detection.eventId !== event_id) throw new Error(`not its own: ${event_id}`);
    kept.add(`${source} ${event_id}`);
  }
  for (const each of stored) if (!kept.has(each)) throw new Error(`lost: ${each}`);
  const { rows: counts } = await pool.query<{ n: string }>(
    'SELECT coalesce(sum(count), 0) AS n FROM tocsin.intake_untaken',
  );
  expect(Number(counts[0]!.n)).toBe(counted.items);
  expect(counted.items).toBeGreaterThanOrEqual(refused);
}
