import fc from 'fast-check';
import type { Sight } from '../../../../detection/sessions/see-event';
import { parseIpRange } from '../../../../domain/kernel/ip-address';
import { judgeAddress } from '../../../../domain/sessions/address-rules';
import { AUTH_ACTIONS, type AuthEvent } from '../../../../domain/sessions/auth-event';
import { placesOf, type SeenEvent } from '../../../../domain/sessions/seen-event';
import { judgeAccount, judgeAll } from '../../../../domain/sessions/session-rules';
import { event, see, sight } from './fixtures';

let through: Sight;
beforeAll(async () => {
  through = await sight();
});

const START = Date.parse('2026-04-02T00:00:00.000Z');
const IPS = [
  '192.0.2.1',
  '192.0.2.200',
  '198.51.100.1',
  '203.0.113.1',
  '8.8.8.8',
  '185.1.1.1',
  '10.0.0.1',
  '2a01:1::1',
];

const anEvent = (ips: string[] = IPS, actors = ['anna', 'ben', 'cleo']) =>
  fc.record({
    minutes: fc.oneof(fc.integer({ min: 0, max: 240 }), fc.integer({ min: 0, max: 12 * 1440 })),
    actor: fc.constantFrom(...actors),
    ip: fc.constantFrom(...ips),
    action: fc.constantFrom<AuthEvent['action'][]>(
      ...AUTH_ACTIONS,
      'login',
      'login-failed',
      'login-failed',
      'session-used',
    ),
    sessionId: fc.constantFrom('s-1', 's-2', undefined),
  });
const streams = (arbitrary = anEvent(), most = 80) =>
  fc
    .array(arbitrary, { maxLength: most })
    .map((steps) =>
      steps.map(({ minutes, ...more }) => event({ at: new Date(START + minutes * 60_000).toISOString(), ...more })),
    );
const ids = (events: SeenEvent[], policy = through.policy) =>
  judgeAll(events, policy)
    .map((each) => each.id)
    .sort();

test('any order of the same events gives the same findings, word for word', () => {
  fc.assert(
    fc.property(streams(), fc.infiniteStream(fc.nat()), (events, numbers) => {
      const seen = see(events, through);
      const keyed = seen.map((each) => ({ each, key: numbers.next().value as number }));
      const shuffled = keyed.sort((a, b) => a.key - b.key).map(({ each }) => each);
      expect(judgeAll(shuffled, through.policy)).toEqual(judgeAll(seen, through.policy));
    }),
    { numRuns: 1000 },
  );
});

test('one event more takes no finding back, when it is not earlier than the tolerance allows', () => {
  fc.assert(
    fc.property(streams(), (events) => {
      const seen = see(events, through).sort((a, b) => a.atMs - b.atMs);
      for (const part of [0.3, 0.6, 0.9].map((share) => seen.slice(0, Math.floor(seen.length * share)))) {
        expect(ids(seen)).toEqual(expect.arrayContaining(ids(part)));
      }
    }),
    { numRuns: 500 },
  );
});

test('repeated events change nothing: they are known by source and id', () => {
  fc.assert(
    fc.property(streams(), (events) => {
      const seen = see(events, through);
      const unique = new Map(
        [...seen, ...see(events, through)].map((each) => [`${each.source} ${each.eventId}`, each]),
      );
      expect(ids([...unique.values()])).toEqual(ids(seen));
    }),
    { numRuns: 200 },
  );
});

test('an allow-listed network never fires', async () => {
  const all = await sight((policy) => {
    policy.allow.networks.push(...['0.0.0.0/0', '::/0'].map((range) => parseIpRange(range)!));
  });
  fc.assert(
    fc.property(streams(), (events) => {
      expect(ids(see(events, all), all.policy)).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test('no finding names an event from an allow-listed network, or blocks its address', async () => {
  const office = await sight((policy) => void policy.allow.networks.push(parseIpRange('203.0.113.0/24')!));
  fc.assert(
    fc.property(streams(), (events) => {
      for (const { event: cause, indicators } of judgeAll(see(events, office), office.policy)) {
        expect(cause.place?.network).not.toBe('203.0.113.0/24');
        expect(indicators).not.toContain('203.0.113.1');
      }
    }),
    { numRuns: 500 },
  );
});

test('a user who never changes network, and whose sign-ins do not fail, is never found', () => {
  const steady = anEvent(['192.0.2.1', '192.0.2.200']).map((each) =>
    each.action === 'login-failed' ? { ...each, action: 'login' as const } : each,
  );
  fc.assert(
    fc.property(streams(steady, 150), (events) => {
      expect(ids(see(events, through))).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test('private addresses are never new, far away or attackers', () => {
  const inside = anEvent(['10.0.0.1', '192.168.1.7', '127.0.0.1', '::1', 'fd00::1']);
  fc.assert(
    fc.property(streams(inside), (events) => {
      for (const { rule, indicators } of judgeAll(see(events, through), through.policy)) {
        expect(['brute-force', 'privilege-after-unusual']).toContain(rule);
        expect(indicators).toEqual([]);
      }
    }),
    { numRuns: 300 },
  );
});

test('with every rule off nothing is found', async () => {
  const off = await sight((policy) => {
    for (const rule of Object.values(policy.rules)) rule.enabled = false;
  });
  fc.assert(
    fc.property(streams(), (events) => {
      const seen = see(events, off);
      expect([...judgeAccount(seen, placesOf(seen), off.policy), ...judgeAddress(seen, off.policy)]).toEqual([]);
    }),
    { numRuns: 100 },
  );
});
