/** The intake over Postgres, with a source of each format and each ready mapping, and what it was given to store. */
import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { keepDeliveryEvents } from '../../../../activities/delivery/ledger/delivery-events';
import { keepAdvisories } from '../../../../detection/dependencies/store/advisories';
import { acceptWithin, Inbox } from '../../../../detection/intake/inbox/accept';
import { UntakenCounts } from '../../../../detection/intake/inbox/untaken';
import { Refusal } from '../../../../detection/intake/refusal';
import { createIntake } from '../../../../detection/intake/server/create-intake';
import { Health } from '../../../../detection/intake/server/health';
import { keptTogether } from '../../../../detection/kept-together';
import { SessionConsumer } from '../../../../detection/sessions/consumer';
import { seeEvent } from '../../../../detection/sessions/see-event';
import { DetectionSchema } from '../../../../domain/detection/detection';
import { EVENTS_PER_ACCOUNT, FAILURES_PER_ACCOUNT, reachMs } from '../../../../domain/sessions/session-policy';
import { createPool } from '../../../../postgres/pool';
import { sight } from '../../../unit/detection/sessions/fixtures';
import { everySource } from './payloads';

/** What was taken may be held by any text of a detection; it must not be. */
export const MAIL = 'customer.example';
/** Soon after the documented sign-ins. */
const AFTER = new Date('2026-04-01T03:00:00Z');

/** An intake, and what must be found in its database. */
export interface World {
  app: FastifyInstance;
  pool: Pool;
  /** Detections that were given to the inbox, by source and id. */
  stored: Set<string>;
  /** Events of authentication that were given to the rules and which these reach back to, by source and id, of each account. */
  signIns: Map<string, Set<string>>;
  /** Events of mails, by the provider's id. */
  mailEvents: Set<string>;
  /** Advisories, by id. */
  advisories: Set<string>;
  /** How often something was counted that could not be taken. */
  counted: { items: number };
  faults: unknown[];
  close(): Promise<void>;
}

/** @param databaseUrl of a database with Tocsin's tables, which it does not remove. */
export async function createWorld(databaseUrl: string): Promise<World> {
  const pool = createPool(databaseUrl);
  const [inbox, counts, through] = [new Inbox(pool), new UntakenCounts(pool), await sight()];
  const sessions = new SessionConsumer({ pool, ...through, accept: acceptWithin, now: () => AFTER });
  const oldestMs = AFTER.getTime() - reachMs(through.policy);
  const keepAdvisoriesTogether = keptTogether((records: Parameters<typeof keepAdvisories>[1][number][]) =>
    keepAdvisories(pool, records),
  );
  const keepMailEvents = keptTogether((events: Parameters<typeof keepDeliveryEvents>[1][number][]) =>
    keepDeliveryEvents(pool, events),
  );
  const world = {
    stored: new Set<string>(),
    signIns: new Map<string, Set<string>>(),
    mailEvents: new Set<string>(),
    advisories: new Set<string>(),
    counted: { items: 0 },
    faults: [] as unknown[],
  };
  const app = await createIntake({
    sources: everySource(),
    store: async (detections) => {
      await inbox.accept(detections);
      for (const { source, eventId } of detections) world.stored.add(`${source} ${eventId}`);
    },
    authEvents: {
      consume: async (source, events) => {
        await sessions.consume(source, events);
        for (const event of events) {
          const seen = seeEvent(source, event, through, AFTER);
          if (!seen || seen.atMs < oldestMs) continue;
          const own = world.signIns.get(seen.account) ?? new Set();
          world.signIns.set(seen.account, own.add(`${source} ${event.eventId}`));
        }
      },
    },
    advisories: {
      consume: async (records) => {
        await keepAdvisoriesTogether(records);
        for (const { id } of records) world.advisories.add(id);
      },
    },
    deliveryEvents: {
      keep: async (events) => {
        await keepMailEvents(events);
        for (const { eventId } of events) world.mailEvents.add(eventId);
      },
    },
    untaken: {
      keep: async (source, items) => {
        await counts.keep(source, items);
        world.counted.items += items.length;
      },
    },
    health: new Health({ postgres: async () => undefined, temporal: async () => undefined }),
  });
  app.addHook('onError', async (_request, _reply, error) => {
    // A body beyond what is read is refused by the server itself.
    if ((error instanceof Refusal ? error.status : (error.statusCode ?? 500)) >= 500)
      world.faults.push(error.cause ?? error);
  });
  return {
    ...world,
    app,
    pool,
    async close() {
      await app.close();
      await pool.end();
    },
  };
}

/** Rows of detections, of events of authentication and of mails. */
export async function rowsOf({ pool }: World): Promise<number> {
  const { rows } = await pool.query<{ n: string }>(
    `SELECT (SELECT count(*) FROM tocsin.inbox) + (SELECT count(*) FROM tocsin.auth_events)
          + (SELECT count(*) FROM tocsin.delivery_events) AS n`,
  );
  return Number(rows[0]!.n);
}

/**
 * All that was taken stands in Postgres, once, whole and readable, and nothing else; all that was refused is counted there.
 *
 * @param sentAgain some requests were, after an outage: what they hold that was counted before is counted again
 * @throws Error naming what is lost, stands twice, is not its own, or holds a mail address.
 */
export async function assertKept(world: World, refused: number, sentAgain = false): Promise<void> {
  const { pool, counted } = world;
  await assertDetectionsKept(world);
  assertSame('events of mails', world.mailEvents, await column(pool, 'SELECT event_id FROM tocsin.delivery_events'));
  assertSame('advisories', world.advisories, await column(pool, 'SELECT id FROM tocsin.advisories'));
  const signIns = new Set(await column(pool, `SELECT source || ' ' || event_id FROM tocsin.auth_events`));
  for (const own of world.signIns.values()) {
    // More of one account push out the oldest.
    if (own.size > Math.min(EVENTS_PER_ACCOUNT, FAILURES_PER_ACCOUNT)) continue;
    for (const each of own) if (!signIns.has(each)) throw new Error(`lost, an event of authentication: ${each}`);
  }
  const [count] = await column(pool, 'SELECT coalesce(sum(count), 0)::text FROM tocsin.intake_untaken');
  const more = Number(count) - counted.items;
  if (more < 0 || (more > 0 && !sentAgain)) throw new Error(`${counted.items} were to be counted, ${count} were`);
  if (counted.items < refused) throw new Error(`${refused} requests were refused, ${counted.items} counted`);
}

const PAGE = 5_000;

async function assertDetectionsKept({ pool, stored }: World): Promise<void> {
  const kept = new Set<string>();
  for (let after = '0'; ; ) {
    const { rows } = await pool.query<{ id: string; source: string; event_id: string; payload: Buffer }>(
      'SELECT id, source, event_id, payload FROM tocsin.inbox WHERE id > $1 ORDER BY id LIMIT $2',
      [after, PAGE],
    );
    for (const { source, event_id, payload } of rows) {
      const text = payload.toString();
      if (text.includes(MAIL)) throw new Error(`a mail address was kept: ${text.slice(0, 2_000)}`);
      const detection = DetectionSchema.parse(JSON.parse(text));
      if (detection.source !== source || detection.eventId !== event_id) throw new Error(`not its own: ${event_id}`);
      const key = `${source} ${event_id}`;
      if (kept.has(key)) throw new Error(`stored twice: ${key}`);
      // What the rules over sign-ins raise was given to no inbox here.
      if (detection.format !== 'sessions' && !stored.has(key)) throw new Error(`stored, but answered as not: ${key}`);
      kept.add(key);
    }
    if (rows.length < PAGE) break;
    after = rows.at(-1)!.id;
  }
  for (const each of stored) if (!kept.has(each)) throw new Error(`lost: ${each}`);
}

function assertSame(what: string, given: ReadonlySet<string>, rows: string[]): void {
  const kept = new Set(rows);
  for (const each of given) if (!kept.has(each)) throw new Error(`lost, of the ${what}: ${each}`);
  if (rows.length !== given.size) throw new Error(`${given.size} ${what} were taken, ${rows.length} are kept`);
}

async function column(pool: Pool, sql: string): Promise<string[]> {
  const { rows } = await pool.query<string[]>({ text: sql, rowMode: 'array' });
  return rows.map(([value]) => value!);
}
