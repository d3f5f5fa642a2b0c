/** The dispatcher: every accepted detection is handed over, whatever fails meanwhile; nothing is lost or forgotten. */
import { Client, type Pool } from 'pg';
import { OtherKeys } from '../../../client/errors';
import { Inbox } from '../../../detection/intake/inbox/accept';
import { countInbox, listParked, retryParked } from '../../../detection/intake/inbox/counts';
import { Dispatcher, type DispatcherDeps } from '../../../detection/intake/inbox/dispatcher';
import { handBack } from '../../../detection/intake/inbox/hand-back';
import { BeingDecided } from '../../../detection/intake/inbox/open-triage';
import type { Settled } from '../../../detection/intake/inbox/settled';
import { createStore } from '../../../detection/intake/inbox/store';
import { type Detection, DetectionSchema } from '../../../domain/detection/detection';
import { createPool } from '../../../postgres/pool';
import { afterFile, createTestDatabase } from '../../setup/helpers';

let pool: Pool;

beforeAll(async () => {
  pool = createPool((await createTestDatabase()).url);
  afterFile(() => pool.end());
});

const detection = (source: string, n: number, type = 'edge.anomaly') =>
  DetectionSchema.parse({
    source,
    format: 'ftagent',
    eventId: `n-${n}`,
    type,
    at: '2026-04-01T02:00:00Z',
    title: 'Odd',
  });
const away = Object.assign(new Error('no server'), { code: 14 });

/** Hands over to a map, and counts how often each was handed over. */
function recorder(fault: (detection: Detection) => unknown = () => undefined) {
  const taken = new Map<string, number>();
  const handOver = async (given: Detection): Promise<Settled> => {
    const error = fault(given);
    if (error) throw error;
    taken.set(given.eventId, (taken.get(given.eventId) ?? 0) + 1);
    if (given.type === 'edge.customer') return { state: 'ignored', rule: 'customers' };
    return { state: 'triaged', rule: 'all', caseId: 'TRG-000000000000' };
  };
  return { taken, handOver };
}

const dispatcher = (deps: Partial<DispatcherDeps> & Pick<DispatcherDeps, 'handOver'>) =>
  new Dispatcher({ pool, isAway: (error) => error === away, ...deps });
const countsOf = async (source: string) =>
  (await countInbox(pool))
    .filter((each) => each.source === source)
    .map(({ state, rule, count }) => ({ state, rule, count }));
const dueNow = (source: string) =>
  pool.query(`UPDATE tocsin.inbox SET next_at = now() WHERE source = $1 AND state = 'waiting'`, [source]);

test('two dispatchers drain a backlog together, each row once, and count by rule', async () => {
  const source = 'backlog';
  const rows = Array.from({ length: 500 }, (_, n) => detection(source, n, n % 5 === 0 ? 'edge.customer' : undefined));
  await new Inbox(pool).accept(rows);
  const { taken, handOver } = recorder();
  const both = [dispatcher({ handOver }), dispatcher({ handOver })];
  for (const each of both) each.start();
  while (taken.size < 500) await new Promise((resolve) => setTimeout(resolve, 20));
  await Promise.all(both.map((each) => each.stop()));
  expect([...taken.values()].every((times) => times === 1)).toBe(true);
  expect(await countsOf(source)).toEqual([
    { state: 'ignored', rule: 'customers', count: 100 },
    { state: 'triaged', rule: 'all', count: 400 },
  ]);
});

test('with Temporal away rows wait, however long, and are not counted against', async () => {
  const source = 'temporal-away';
  await new Inbox(pool).accept([detection(source, 1)]);
  const gone = dispatcher({ handOver: recorder(() => away).handOver });
  for (let n = 0; n < 20; n++) {
    await dueNow(source);
    await gone.drainOnce();
  }
  expect(await countsOf(source)).toEqual([{ state: 'waiting', rule: null, count: 1 }]);
  const { taken, handOver } = recorder();
  await dueNow(source);
  await dispatcher({ handOver }).drainOnce();
  expect(taken.get('n-1')).toBe(1);
});

test('where the workers have other keys rows wait, are not counted against, and it is told which keys', async () => {
  const source = 'other-keys';
  await new Inbox(pool).accept([detection(source, 1)]);
  const trouble: unknown[] = [];
  const keys = new OtherKeys('triage case "TRG-1" is not opened', ['TOCSIN_ENCRYPTION_KEYS: seals with "a" here']);
  const unread = dispatcher({
    handOver: recorder(() => keys).handOver,
    onTrouble: (...args) => trouble.push(args),
  });
  for (let n = 0; n < 20; n++) {
    await dueNow(source);
    await unread.drainOnce();
  }
  expect(await countsOf(source)).toEqual([{ state: 'waiting', rule: null, count: 1 }]);
  expect(trouble[0]).toEqual(['keys', { problem: 'TOCSIN_ENCRYPTION_KEYS: seals with "a" here' }]);
  // Each try begins a workflow that nobody can read: not every second.
  const { rows } = await pool.query<{ late: boolean }>(
    `SELECT next_at > now() + interval '30 seconds' AS late FROM tocsin.inbox WHERE source = $1`,
    [source],
  );
  expect(rows).toEqual([{ late: true }]);
});

test('what its case hands back is handed over anew, and what was counted with a decision stays', async () => {
  const source = 'handed-back';
  const caseId = 'TRG-000000000000';
  const rows = [1, 2, 3, 4].map((n) => detection(source, n));
  const accepted = rows.slice(0, 3);
  await new Inbox(pool).accept(accepted);
  const { taken, handOver } = recorder();
  const settles = dispatcher({
    handOver: async (given) => ({ ...(await handOver(given)), ...(given.eventId === 'n-3' && { state: 'decided' }) }),
  });
  await settles.drainOnce();
  // Of another case, or given twice, it changes nothing more; the fourth went to Temporal while Postgres was away.
  expect(await handBack(pool, 'TRG-111111111111', [rows[0]!])).toEqual([]);
  expect(taken.get('n-1')).toBe(1);
  for (const _ of [1, 2]) expect(await handBack(pool, caseId, [rows[0]!, rows[2]!, rows[3]!])).toEqual([1]);
  expect(await countsOf(source)).toEqual([
    { state: 'decided', rule: 'all', count: 1 },
    { state: 'triaged', rule: 'all', count: 1 },
    { state: 'waiting', rule: null, count: 2 },
  ]);
  await dispatcher({ handOver }).drainOnce();
  expect([...taken]).toEqual([
    ['n-1', 2],
    ['n-2', 1],
    ['n-3', 1],
    ['n-4', 1],
  ]);
});

test('one that a dispatcher has in hand is handed over anew once that has settled it', async () => {
  const source = 'in-hand';
  await new Inbox(pool).accept([detection(source, 1)]);
  let back: Promise<number[]> | undefined;
  const { taken, handOver } = recorder();
  await dispatcher({
    async handOver(given) {
      // Its case was decided, and hands it back before the row says where it went.
      back = handBack(pool, 'TRG-000000000000', [given]);
      await new Promise((resolve) => setTimeout(resolve, 100));
      return handOver(given);
    },
  }).drainOnce();
  expect(await back).toEqual([]);
  await dispatcher({ handOver }).drainOnce();
  expect(taken.get('n-1')).toBe(2);
});

test('while a decision is carried out a graver one waits, and is not counted against', async () => {
  const source = 'being-decided';
  await new Inbox(pool).accept([detection(source, 1)]);
  const busy = dispatcher({ handOver: recorder(() => new BeingDecided('TRG-000000000000')).handOver });
  for (let n = 0; n < 20; n++) {
    await dueNow(source);
    await busy.drainOnce();
  }
  expect(await countsOf(source)).toEqual([{ state: 'waiting', rule: null, count: 1 }]);
});

test('a row that is never taken is parked and told, hinders no other, and can be tried again', async () => {
  const source = 'poison';
  await new Inbox(pool).accept([detection(source, 1), detection(source, 2)]);
  const trouble: unknown[] = [];
  const fault = ({ eventId }: Detection) => (eventId === 'n-1' ? new TypeError('holds a secret-value') : undefined);
  const bad = dispatcher({ handOver: recorder(fault).handOver, onTrouble: (...args) => trouble.push(args) });
  for (let n = 0; n < 12; n++) {
    await dueNow(source);
    await bad.drainOnce();
  }
  expect(await countsOf(source)).toEqual([
    { state: 'parked', rule: null, count: 1 },
    { state: 'triaged', rule: 'all', count: 1 },
  ]);
  expect(trouble).toEqual([['parked', { row: expect.any(String), problem: 'TypeError' }]]);
  expect(await listParked(pool)).toMatchObject([{ source, eventId: 'n-1', problem: 'TypeError', attempts: 12 }]);
  expect(await retryParked(pool)).toBe(1);
  const { taken, handOver } = recorder();
  await dispatcher({ handOver }).drainOnce();
  expect(taken.get('n-1')).toBe(1);
  expect(await listParked(pool)).toEqual([]);
});

test('a dispatcher that dies between handing over and marking leaves its rows to the next one', async () => {
  const source = 'dies';
  await new Inbox(pool).accept([detection(source, 1)]);
  const own = createPool(pool.options.connectionString!);
  const reached = recorder();
  let handed: () => void;
  const isHanded = new Promise<void>((resolve) => (handed = resolve));
  const dying = new Dispatcher({
    pool: own,
    isAway: () => false,
    async handOver(given) {
      await reached.handOver(given);
      handed();
      return new Promise<never>(() => undefined);
    },
  });
  void dying.drainOnce().catch(() => undefined);
  await isHanded;
  // Held: nobody else works on it meanwhile.
  const { taken, handOver } = recorder();
  await dispatcher({ handOver }).drainOnce();
  expect(taken.size).toBe(0);
  const admin = new Client({ connectionString: pool.options.connectionString });
  await admin.connect();
  await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_class ON oid = relation
    WHERE relname = 'inbox' AND mode = 'RowShareLock' AND pid <> pg_backend_pid()`);
  await admin.end();
  await dispatcher({ handOver }).drainOnce();
  expect(taken.get('n-1')).toBe(1);
  void own.end();
});

describe('while Postgres is away', () => {
  const inbox = { accept: () => Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' })) };

  test('detections go to Temporal at once', async () => {
    const { taken, handOver } = recorder();
    await createStore(inbox, handOver)([detection('direct', 1), detection('direct', 2)]);
    expect([...taken.keys()]).toEqual(['n-1', 'n-2']);
  });

  test('what a rule ignores could not be counted: the sender shall come again', async () => {
    const store = createStore(inbox, recorder().handOver);
    await expect(store([detection('direct', 1, 'edge.customer')])).rejects.toMatchObject({
      status: 503,
      retryAfterSeconds: 5,
    });
  });

  test('with Temporal away too it is refused, and nobody is told that it was taken', async () => {
    const store = createStore(inbox, recorder(() => away).handOver);
    await expect(store([detection('direct', 1)])).rejects.toMatchObject({ status: 503, retryAfterSeconds: 5 });
  });

  test('with Temporal silent the sender is told within 10 s, before the least patient one gives up', async () => {
    const silent = () => new Promise<never>(() => undefined);
    const store = createStore({ accept: silent }, silent);
    jest.useFakeTimers();
    try {
      const refused = jest.fn();
      store([detection('direct', 1)]).catch(refused);
      await jest.advanceTimersByTimeAsync(9_999);
      expect(refused.mock.calls).toMatchObject([[{ status: 503, retryAfterSeconds: 5, cause: { code: 'late' } }]]);
    } finally {
      jest.useRealTimers();
    }
  });
});
