import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { detectionOf } from '../../../../detection/sessions/detection-of';
import { authEventOf } from '../../../../detection/sessions/from-audit';
import { type Sight, seeEvent } from '../../../../detection/sessions/see-event';
import { problemsOf } from '../../../../domain/kernel/problems';
import { AUTH_ACTIONS, AuthEventSchema } from '../../../../domain/sessions/auth-event';
import { judgeAll } from '../../../../domain/sessions/session-rules';
import { inputs } from '../../../setup/inputs';
import { NOW, sight } from './fixtures';

let through: Sight;
beforeAll(async () => {
  through = await sight();
});

const nasty = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    '\ud800',
    '__proto__',
    'constructor',
    '2026-04-01T00:00:00Z',
    '192.0.2.1',
    '::1',
    'x'.repeat(5000),
  ),
  fc.constantFrom<unknown>(null, undefined, 0, -1, 1e308, Number.NaN, true, [], {}, [[]], { toString: 1 }),
  fc.anything({ maxDepth: 2 }),
);
const good = {
  eventId: fc.string({ minLength: 1, maxLength: 20 }),
  at: fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }).map((date) => date.toISOString()),
  actor: fc.string({ minLength: 1, maxLength: 20 }),
  action: fc.constantFrom<string>(...AUTH_ACTIONS, 'login.failed', 'role.granted'),
  ip: fc.oneof(fc.ipV4(), fc.ipV6()),
  sessionId: fc.string({ unit: 'binary', maxLength: 20 }),
  userAgent: fc.string({ unit: 'binary', maxLength: 40 }),
  outcome: fc.constantFrom('success', 'failure'),
  seq: fc.integer({ min: 1 }),
  data: fc.dictionary(fc.string(), fc.anything({ maxDepth: 1 }), { maxKeys: 3 }),
};
// Mostly good, so that faults meet code beyond the first check; some with names that nobody knows.
const events = fc
  .record(
    Object.fromEntries(
      Object.entries(good).map(([name, arbitrary]) => [
        name,
        fc.oneof({ weight: 12, arbitrary: arbitrary as fc.Arbitrary<unknown> }, nasty),
      ]),
    ),
    { requiredKeys: ['eventId', 'at', 'actor', 'action'] },
  )
  .map(({ seq, ...event }) => ({ event, seq }));

test('whatever comes in: an event or a list of problems; what is an event can be judged, hashed and stored', () => {
  let accepted = 0;
  let mapped = 0;
  let taken = 0;
  const take = (raw: unknown, seq?: unknown) => {
    taken += 1;
    const parsed = AuthEventSchema.safeParse(raw);
    if (!parsed.success && problemsOf(parsed.error).length === 0) throw new Error('refused without a reason');
    const entry = raw !== null && typeof raw === 'object' ? { ...raw, seq } : raw;
    const fromAudit = authEventOf(entry, through.policy);
    mapped += fromAudit ? 1 : 0;
    for (const event of [parsed.success ? parsed.data : undefined, fromAudit]) {
      if (!event) continue;
      accepted += 1;
      if (!isDeepStrictEqual(AuthEventSchema.parse(event), event)) throw new Error('read again it is another event');
      const seen = seeEvent('idp', event, through, NOW);
      if (!seen) continue;
      const kept = [seen.eventId, seen.account, seen.session, seen.place?.address].join('');
      if (/[\p{Cc}\p{Surrogate}]/u.test(kept)) throw new Error('Postgres could not store it');
      judgeAll([seen], through.policy).map(detectionOf);
    }
  };
  fc.assert(
    fc.property(events, ({ event, seq }) => take(event, seq)),
    { numRuns: inputs(70_000) },
  );
  fc.assert(
    fc.property(fc.anything({ maxDepth: 3, withBigInt: true, withDate: true, withMap: true }), (raw) => take(raw)),
    { numRuns: inputs(30_000) },
  );
  expect(taken).toBeGreaterThanOrEqual(inputs(100_000));
  expect(accepted).toBeGreaterThan(inputs(5_000));
  expect(mapped).toBeGreaterThan(inputs(1_000));
});

test('one oversized field does not make an event oversized', () => {
  const base = { eventId: 'e', at: NOW.toISOString(), actor: 'anna', action: 'login' };
  expect(AuthEventSchema.parse({ ...base, userAgent: 'x'.repeat(100_000) }).userAgent).toHaveLength(1000);
  // An address that is none costs itself.
  expect(AuthEventSchema.parse({ ...base, ip: 'x'.repeat(100_000) }).ip).toBeUndefined();
  for (const field of ['eventId', 'actor', 'sessionId']) {
    expect(AuthEventSchema.safeParse({ ...base, [field]: 'x'.repeat(100_000) }).success).toBe(false);
  }
});
