// Many writers, crashes between any two statements: one log without a gap, every event once.
import fc from 'fast-check';
import pg from 'pg';
import type { RecordedEvent } from '../../domain/kernel/recorded-event';
import { createPool } from '../../postgres/pool';
import { Appender } from '../../register/append/appender';
import { insertRows } from '../../register/append/insert-rows';
import { readPlaces } from '../../register/append/places';
import { Plan } from '../../register/append/plan';
import { RegisterConflictError, RegisterGapError } from '../../register/errors';
import { fieldsOf } from '../../register/fields';
import { readEntries } from '../../register/read-entries';
import { verifyRegister } from '../../register/verify';
import { afterFile, createTestDatabase, type TestDatabase } from '../setup/helpers';
import { anEvent, eventsOf } from './helpers';

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
  afterFile(() => pool.end());
});

/** Breaks a connection off, as when its other end dies. */
function cut(client: pg.ClientBase): void {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}

function brokenOff(client: pg.ClientBase): Error {
  cut(client);
  return Object.assign(new Error('the connection broke'), { code: 'ECONNRESET' });
}

/** A statement of its own kind, which the driver answers by a callback. */
interface Statement {
  callback(error: Error | null, rows: number): void;
}

/** It is carried out, and its answer does not arrive. */
function brokenAfter(client: pg.ClientBase, statement: Partial<Statement>): void {
  const { callback } = statement;
  if (callback !== undefined) statement.callback = (error) => callback(error ?? brokenOff(client), 0);
}

/** A pool whose connections break before or after the statements that `breaks` names, as when a server or a writer dies. */
function breakingPool(breaks: () => 'before' | 'after' | undefined): pg.Pool {
  const real = createPool(database.url);
  afterFile(() => real.end());
  const connect = real.connect.bind(real);
  (real as { connect: unknown }).connect = async () => {
    const client = await connect();
    const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>;
    const release = client.release.bind(client);
    (client as { query: unknown }).query = async (...args: unknown[]) => {
      const when = breaks();
      if (when === 'before') cut(client);
      if (when === 'after') brokenAfter(client, args[0] as Partial<Statement>);
      const result = await query(...args);
      if (when === 'after' && result !== args[0]) throw brokenOff(client);
      return result;
    };
    (client as { release: unknown }).release = (error?: Error) => {
      (client as { query: unknown }).query = query;
      release(error);
    };
    return client;
  };
  return real;
}

async function insist(appender: Appender, events: RecordedEvent[]) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await appender.append(events);
    } catch (error) {
      if (error instanceof RegisterConflictError || error instanceof RegisterGapError || attempt > 50) throw error;
    }
  }
}

test('any interleaving of eight writers with crashes between any two statements: one gapless log, every event once', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 8 }),
      fc.infiniteStream(fc.integer({ min: 0, max: 19 })),
      async (sizes, stream) => {
        run++;
        let crashes = 0;
        const breaks = () => {
          const dice = stream.next().value as number;
          if (dice > 1 || crashes > 25) return undefined;
          crashes++;
          return dice === 0 ? ('before' as const) : ('after' as const);
        };
        const appenders = Array.from({ length: 8 }, () => new Appender(breakingPool(breaks)));
        const before = await sizeOf();
        let expected = 0;
        try {
          // Three callers a writer: while the events of one are written, those of the others are planned on top of them.
          await Promise.all(
            appenders
              .flatMap((each) => [each, each, each])
              .map(async (appender, caller) => {
                const incident = `INC-${run}-${caller}`;
                let seq = 1;
                for (const size of sizes) {
                  await insist(appender, eventsOf(incident, size, seq));
                  // Asked again, as a retried activity does.
                  if (size === 3) await insist(appender, eventsOf(incident, size, seq));
                  seq += size;
                  expected += size;
                }
              }),
          );
        } finally {
          await Promise.all(appenders.map((appender) => appender.close()));
        }
        expect(await sizeOf()).toBe(before + expected);
      },
    ),
    { numRuns: 12 },
  );
  const { ok, firstBad } = await verifyRegister(pool);
  expect({ ok, firstBad }).toEqual({ ok: true, firstBad: undefined });
}, 120_000);

async function sizeOf(): Promise<number> {
  const { rows } = await pool.query(
    'SELECT count(*) AS n, coalesce(max(position), 0) AS last FROM tocsin.register_entries',
  );
  expect(rows[0].n).toBe(rows[0].last);
  return Number(rows[0].n);
}

test('calls that wait together are written together: 200 callers need few statements', async () => {
  const counting = createPool(database.url);
  afterFile(() => counting.end());
  let statements = 0;
  counting.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    (client as { query: unknown }).query = (...args: unknown[]) => {
      statements++;
      return query(...args);
    };
  });
  const appender = new Appender(counting);
  const results = await Promise.all(Array.from({ length: 200 }, (_, i) => appender.append([anEvent(`INC-W${i}`, 1)])));
  await appender.close();
  expect(results.every(({ appended }) => appended === 1)).toBe(true);
  expect(statements).toBeLessThan(15);
});

test.each(['fenced off', 'cut off'])(
  'what was planned on top of a statement that is %s is planned anew',
  async (how) => {
    const name = how.replace(' ', '-');
    const real = createPool(database.url);
    afterFile(() => real.end());
    const other = await pool.connect();
    let statements = 0;
    real.on('connect', (client) => {
      const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>;
      (client as { query: unknown }).query = async (...args: unknown[]) => {
        const text = (args[0] as { name?: string }).name === 'tocsin-append' ? `append ${++statements}` : '';
        // The third has another one on top of it when it is sent late.
        if (text !== 'append 3') return query(...args);
        if (how === 'cut off') cut(client);
        else await appendWithoutLock(other, anEvent(`INC-${name}-other`, 1));
        return query(...args);
      };
    });
    const appender = new Appender(real);
    const before = await sizeOf();
    await Promise.all(
      Array.from({ length: 50 }, async (_, caller) => {
        for (let seq = 1; seq <= 6; seq++) await insist(appender, [anEvent(`INC-${name}-${caller}`, seq)]);
      }),
    );
    await appender.close();
    other.release();
    expect(statements).toBeGreaterThan(4);
    expect(await sizeOf()).toBe(before + 300 + (how === 'cut off' ? 0 : 1));
    expect((await verifyRegister(pool)).ok).toBe(true);
  },
);

async function appendWithoutLock(client: pg.ClientBase, event: RecordedEvent): Promise<void> {
  const given = [{ event, fields: fieldsOf(event) }];
  const sealing = { isPersonal: () => false, keyOf: () => null };
  const plan = new Plan(await readPlaces(client, given), sealing);
  plan.add(given);
  expect(await insertRows(client, plan.rows, plan.after)).toBe(true);
}

test('a call that is refused hinders no other one of its batch, and leaves nothing of itself', async () => {
  const appender = new Appender(pool);
  await appender.append(eventsOf('INC-R', 2));
  const outcomes = await Promise.allSettled([
    appender.append([anEvent('INC-R', 3)]),
    appender.append([anEvent('INC-S', 1), anEvent('INC-R', 9)]),
    appender.append([anEvent('INC-R', 2, { data: { text: 'other' } })]),
    appender.append([anEvent('INC-R', 4)]),
    appender.append([anEvent('INC-R', 3)]),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled', 'fulfilled']);
  expect((outcomes[1] as PromiseRejectedResult).reason).toBeInstanceOf(RegisterGapError);
  expect((outcomes[2] as PromiseRejectedResult).reason).toBeInstanceOf(RegisterConflictError);
  expect((outcomes[4] as PromiseFulfilledResult<unknown>).value).toMatchObject({ appended: 0, repeated: 1 });
  const entries = [];
  for await (const entry of readEntries(pool, { incidentId: 'INC-R' })) entries.push(entry.columns?.seq);
  expect(entries).toEqual([1, 2, 3, 4]);
  for await (const entry of readEntries(pool, { incidentId: 'INC-S' })) throw new Error(`${entry.position} was left`);
  await appender.close();
});

test('a writer who does not hold the lock is fenced off, and goes on behind the true head', async () => {
  const appender = new Appender(pool);
  await appender.append([anEvent('INC-F1', 1)]);
  // The session's lock is taken away, as a server that fails over does, and another writes.
  const admin = new pg.Client(database.url);
  await admin.connect();
  await admin.query(
    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
  );
  await admin.end();
  const other = new Appender(pool);
  await other.append([anEvent('INC-F2', 1)]);
  await insist(appender, [anEvent('INC-F1', 2)]);
  await Promise.all([appender.close(), other.close()]);
  expect((await verifyRegister(pool)).ok).toBe(true);
});

test('an idle appender lets others write', async () => {
  const [first, second] = [new Appender(pool), new Appender(pool)];
  for (let seq = 1; seq <= 3; seq++) {
    await first.append([anEvent('INC-T', 2 * seq - 1)]);
    await second.append([anEvent('INC-T', 2 * seq)]);
  }
  await Promise.all([first.close(), second.close()]);
  expect((await verifyRegister(pool, { incidentId: 'INC-T' })).entries).toBe(6);
});

test('a writer that freezes while it holds the lock is ended by the server after seconds, and everybody else goes on', async () => {
  // A process that was stopped keeps its connection and asks for nothing: so does a client whose answers nobody reads.
  const frozen = createPool(database.url);
  afterFile(() => frozen.end());
  const holder = new Appender(frozen);
  await holder.append([anEvent('frozen', 1)]);
  // biome-ignore lint/complexity/useLiteralKeys: as the process stands between two of its own statements.
  await (holder as unknown as { locked(): Promise<unknown> })['locked']();
  clearTimeout((holder as unknown as { linger?: NodeJS.Timeout }).linger);
  const began = Date.now();
  const other = new Appender(pool);
  expect(await other.append([anEvent('healthy', 1)])).toMatchObject({ appended: 1 });
  expect(Date.now() - began).toBeLessThan(40_000);
  await other.close();
  // Awake again, it loses its connection, knows nothing of the log any more, and writes after the others.
  await expect(holder.append([anEvent('frozen', 2)])).rejects.toThrow();
  expect(await holder.append([anEvent('frozen', 2)])).toMatchObject({ appended: 1 });
  expect(await verifyRegister(pool)).toMatchObject({ ok: true });
  await holder.close();
}, 60_000);
