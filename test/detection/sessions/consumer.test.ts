import fc from 'fast-check';
import type { AuthEvent } from '../../../domain/sessions/auth-event';
import { reachMs } from '../../../domain/sessions/session-policy';
import { at, event, NOW } from '../../unit/detection/sessions/fixtures';
import { createWorld, expected, losingPool, type World } from './helpers';

let world: World;

beforeAll(async () => {
  world = await createWorld();
});

beforeEach(() =>
  world.pool.query('DELETE FROM tocsin.inbox; DELETE FROM tocsin.auth_events; DELETE FROM tocsin.auth_places'),
);

afterAll(() => world?.close());

const DE = '192.0.2.1';
const BR = '198.51.100.1';
const US = '203.0.113.1';
const minute = (i: number) => new Date(Date.parse(at('12:00')) + i * 60_000).toISOString();

/** A day that every rule finds something in. */
function anEventfulDay(): AuthEvent[] {
  return [
    event({ at: at('2 08:00'), ip: DE }),
    event({ at: at('14 11:00'), ip: DE, sessionId: 's-1' }),
    event({ at: at('14 11:10'), ip: US, sessionId: 's-1', action: 'session-used' }),
    ...Array.from({ length: 12 }, (_, i) =>
      event({ at: minute(i), ip: US, actor: `user-${i}`, action: 'login-failed' }),
    ),
    ...Array.from({ length: 10 }, (_, i) => event({ at: minute(i), ip: BR, action: 'login-failed' })),
    event({ at: minute(11), ip: BR }),
    event({ at: minute(12), ip: US, actor: 'user-3' }),
    event({ at: minute(20), ip: BR, action: 'token-created' }),
    event({ at: minute(21), ip: '185.1.1.1' }),
  ];
}

const ALL = [
  'brute-force',
  'impossible-travel',
  'new-country',
  'new-network',
  'privilege-after-unusual',
  'session-two-networks',
  'spray',
];

test('every rule finds what it is for, as detections in the inbox', async () => {
  const events = anEventfulDay();
  await world.consumer().consume('idp', events);
  const detections = await world.detections();
  expect([...new Set(detections.map((each) => each.type))].sort()).toEqual(ALL.map((rule) => `auth.${rule}`));
  expect(detections.map((each) => each.eventId)).toEqual(expected(events, world.through));
  expect(new Set(detections.map((each) => each.format))).toEqual(new Set(['sessions']));
});

test('one by one, all at once or in the wrong order: the same detections', async () => {
  const events = anEventfulDay();
  const orders = [events, [...events].reverse(), [...events].sort((a, b) => (a.eventId < b.eventId ? 1 : -1))];
  for (const order of orders) {
    await world.pool.query('DELETE FROM tocsin.inbox; DELETE FROM tocsin.auth_events; DELETE FROM tocsin.auth_places');
    const consumer = world.consumer();
    // What was learned long ago came long ago: later than the tolerance allows, it would be another history.
    await consumer.consume('idp', [events[0]!]);
    for (const each of order) await consumer.consume('idp', [each]);
    expect(await world.raised()).toEqual(expected(events, world.through));
  }
});

test('handled again, by the same process or a new one, nothing is raised twice', async () => {
  const events = anEventfulDay();
  for (let i = 0; i < 3; i++) await world.consumer().consume('idp', events);
  expect(await world.raised()).toEqual(expected(events, world.through));
  // Also when its memory was pruned between: the detection has the same id.
  await world.pool.query('DELETE FROM tocsin.auth_events');
  await world.consumer().consume('idp', events);
  expect(await world.raised()).toEqual(expected(events, world.through));
});

test('restarted in the middle of an attack, the rest of it completes the finding', async () => {
  const events = anEventfulDay();
  for (const each of events) await world.consumer().consume('idp', [each]);
  expect(await world.raised()).toEqual(expected(events, world.through));
});

test.each(['before', 'after'] as const)(
  'a connection lost %s any statement: once repeated, the same detections once',
  async (when) => {
    const events = anEventfulDay();
    const wanted = expected(events, world.through);
    const whole = losingPool(world.pool, 0, when);
    await world.consumer({ pool: whole.pool }).consume('idp', events);
    const statements = whole.statements();
    expect(statements).toBeGreaterThan(6);
    for (let nth = 1; nth <= statements; nth++) {
      await world.pool.query(
        'DELETE FROM tocsin.inbox; DELETE FROM tocsin.auth_events; DELETE FROM tocsin.auth_places',
      );
      const { pool } = losingPool(world.pool, nth, when);
      await expect(world.consumer({ pool }).consume('idp', events)).rejects.toThrow('Connection terminated');
      // All of it or nothing: only the lost answer to the commit leaves it unknown.
      const raised = await world.raised();
      expect([nth, raised]).toEqual([nth, when === 'after' && nth === statements ? wanted : []]);
      await world.consumer().consume('idp', events);
      expect([nth, await world.raised()]).toEqual([nth, wanted]);
    }
  },
);

test('four consumers at once, each with a part and all with repeats, raise what one would', async () => {
  const people = Array.from({ length: 25 }, (_, i) => `person-${i}`);
  const events = people.flatMap((actor, p) => [
    event({ actor, at: at('2 08:00'), ip: DE }),
    event({ actor, at: minute(p), ip: DE, sessionId: `s-${p}` }),
    event({ actor, at: minute(p + 1), ip: BR, sessionId: `s-${p}`, action: 'session-used' }),
    ...Array.from({ length: 10 }, (_, i) => event({ actor, at: minute(p + i), ip: US, action: 'login-failed' })),
    event({ actor, at: minute(p + 10), ip: US }),
  ]);
  const learned = events.filter((each) => each.at === at('2 08:00'));
  await world.consumer().consume('idp', learned);
  const shares = Array.from({ length: 4 }, (_, share) => [
    ...events.filter((_, i) => i % 4 === share),
    ...events.filter((_, i) => i % 7 === share),
  ]);
  await Promise.all(
    shares.map(async (share) => {
      const consumer = world.consumer();
      await Promise.all(chunks(share, 3).map((chunk) => consumer.consume('idp', chunk)));
    }),
  );
  const raised = await world.raised();
  expect(raised).toEqual(expected(events, world.through));
  expect(raised.length).toBeGreaterThan(100);
});

test('any stream in any order within the tolerance, in batches of any size, with repeats', async () => {
  const stream = fc.array(
    fc.record({
      actor: fc.constantFrom('anna', 'ben'),
      minutes: fc.integer({ min: 0, max: 600 }),
      ip: fc.constantFrom(DE, BR, US, '185.1.1.1', '10.0.0.1'),
      action: fc.constantFrom<AuthEvent['action'][]>('login', 'login-failed', 'session-used', 'mfa-changed'),
      sessionId: fc.constantFrom('s-1', 's-2', undefined),
      late: fc.integer({ min: 0, max: 9 }),
    }),
    { minLength: 1, maxLength: 40 },
  );
  let streams = 0;
  await fc.assert(
    fc.asyncProperty(stream, fc.integer({ min: 1, max: 15 }), async (steps, size) => {
      streams += 1;
      // Each stream has people of its own, who have been known since the second of April.
      const learned = ['anna', 'ben'].map((actor) =>
        event({ actor: `${actor}-${streams}`, at: at('2 08:00'), ip: DE }),
      );
      const late = steps
        .map((step) => ({
          ...step,
          actor: `${step.actor}-${streams}`,
          sessionId: step.sessionId && `${step.sessionId}-${streams}`,
        }))
        .map(({ minutes, late, ...more }) => ({
          arrives: minutes + late,
          event: event({ at: minute(minutes), ...more }),
        }))
        .sort((a, b) => a.arrives - b.arrives)
        .map((each) => each.event);
      const before = new Set(await world.raised());
      const consumer = world.consumer();
      await consumer.consume(`idp-${streams}`, learned);
      for (const batch of chunks(late, size)) {
        await consumer.consume(`idp-${streams}`, batch);
        await consumer.consume(`idp-${streams}`, batch.slice(0, 2));
      }
      // Sprays go by address, over all streams: they are left to the test of four consumers.
      const ours = (ids: string[]) => ids.filter((id) => !before.has(id) && !id.startsWith('spray')).sort();
      expect(ours(await world.raised())).toEqual(ours(expected([...learned, ...late], world.through)));
    }),
    { numRuns: 60 },
  );
});

test('what no rule reaches back to is removed, and what one does stays', async () => {
  const old = new Date(NOW.getTime() - reachMs(world.through.policy) - 1).toISOString();
  const consumer = world.consumer();
  await consumer.consume('idp', [event({ at: old }), event({ at: at('14 12:00') })]);
  await consumer.prune();
  const { rows } = await world.pool.query<{ at: Date }>('SELECT at FROM tocsin.auth_events');
  expect(rows.map((row) => row.at.toISOString())).toEqual([at('14 12:00')]);
  const places = await world.pool.query('SELECT 1 FROM tocsin.auth_places');
  expect(places.rowCount).toBe(2); // the country and the network of both
  await world.consumer({ now: () => new Date(NOW.getTime() + 91 * 86_400_000) }).prune();
  expect((await world.pool.query('SELECT 1 FROM tocsin.auth_places')).rowCount).toBe(0);
});

test('a flood of failures keeps a bounded number of rows, and is still told', async () => {
  const flood = Array.from({ length: 700 }, (_, i) =>
    event({ at: new Date(Date.parse(at('12:00')) + i * 1000).toISOString(), ip: US, action: 'login-failed' }),
  );
  const consumer = world.consumer();
  await consumer.consume('idp', [event({ at: at('2 08:00'), ip: DE }), ...flood, event({ at: at('12:12'), ip: US })]);
  const { rows } = await world.pool.query<{ failed: boolean; count: string }>(
    'SELECT failed, count(*) FROM tocsin.auth_events GROUP BY failed ORDER BY failed',
  );
  expect(rows).toEqual([
    { failed: false, count: '1' }, // the sign-in that was learned from is older than any rule reaches
    { failed: true, count: '50' },
  ]);
  expect((await world.raised()).map((id) => id.replace(/-[0-9a-f]+$/, ''))).toEqual(['brute-force', 'new-country']);
});

test('an account that is used from everywhere keeps a bounded number of places', async () => {
  const everywhere = Array.from({ length: 800 }, (_, i) =>
    event({ at: minute(i % 600), ip: `185.${Math.floor(i / 200)}.${i % 200}.1`, action: 'session-used' }),
  );
  await world.consumer().consume('idp', everywhere);
  const { rows } = await world.pool.query<{ count: string }>('SELECT count(*) FROM tocsin.auth_places');
  expect(Number(rows[0]!.count)).toBeLessThanOrEqual(300);
});

test('no account, session or user agent is stored, only pseudonyms', async () => {
  const secret = {
    actor: 'anna@example.com',
    sessionId: 'cookie-value-1',
    userAgent: 'Firefox of Anna',
    data: { mail: 'anna@example.com' },
  };
  await world
    .consumer()
    .consume('idp', [
      event({ at: at('2 08:00'), ip: DE, ...secret }),
      event({ at: at('12:00'), ip: DE, ...secret }),
      event({ at: at('12:10'), ip: US, ...secret }),
    ]);
  const { rows } = await world.pool.query<{ text: string }>(`
    SELECT row_to_json(e)::text AS text FROM tocsin.auth_events e
    UNION ALL SELECT row_to_json(p)::text FROM tocsin.auth_places p
    UNION ALL SELECT convert_from(payload, 'utf8') || event_id FROM tocsin.inbox`);
  const stored = rows.map((row) => row.text).join('\n');
  expect(stored).toMatch(/acct_[0-9a-f]{20}/);
  expect(stored).not.toMatch(/anna|cookie|firefox/i);
  // The user's own addresses stand in the detections as networks only.
  const detections = JSON.stringify(await world.detections());
  expect(detections).toContain('203.0.113.0/24');
  expect(detections).not.toMatch(/203\.0\.113\.1"|192\.0\.2\.1"/);
});

test('while Postgres does not answer a bounded number waits, and the rest is refused at once', async () => {
  const connect = () => new Promise<never>(() => undefined);
  const pool = Object.assign(Object.create(world.pool), { connect });
  const consumer = world.consumer({ pool });
  const some = Array.from({ length: 100 }, () => event({ at: at('12:00') }));
  const refused: unknown[] = [];
  for (let i = 0; i < 250; i++)
    consumer.consume('idp', some).catch((error: { code: string }) => refused.push(error.code));
  await new Promise(setImmediate);
  // 200 calls wait, and the first two are under way.
  expect(refused).toEqual(Array(48).fill('sessions-busy'));
});

test('the future counts as now; what is older than the memory is not looked at', async () => {
  await world
    .consumer()
    .consume('idp', [
      event({ at: '2999-01-01T00:00:00Z' }),
      event({ at: '2025-01-01T00:00:00Z' }),
      event({ at: '0001-01-01T00:00:00Z' }),
    ]);
  const { rows } = await world.pool.query<{ at: Date }>('SELECT at FROM tocsin.auth_events');
  expect(rows.map((row) => row.at)).toEqual([NOW]);
});

function chunks<T>(list: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}
