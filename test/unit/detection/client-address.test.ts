/** One reader of the addresses that senders write: any spelling is read, and what is none costs itself alone. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { authentication } from '../../../detection/intake/sources/authentication';
import { ftagent } from '../../../detection/intake/sources/ftagent';
import { clientAddress } from '../../../domain/kernel/client-address';
import { ipText, parseIp } from '../../../domain/kernel/ip-address';
import { AuthEventSchema } from '../../../domain/sessions/auth-event';
import { inputs } from '../../setup/inputs';

const caseOf = (name: string) => readFileSync(path.join(__dirname, '../../cases/intake', name));
const context = { source: 'field', scope: 'platform', now: Date.parse('2026-11-28T12:00:00Z') } as const;
const headers = { 'content-type': 'application/json' };

test('an alert with an IPv4-mapped address is taken, and the address is the IPv4 one', () => {
  const [detection] = ftagent.parse({ headers, body: caseOf('ftagent-mapped-address.json') }, context).detections;
  expect(detection).toMatchObject({ type: 'ftagent.syn_flood', indicators: ['203.0.113.10'] });
});

test('sign-ins with no address, with a port, in brackets and with a list of proxies are all taken', () => {
  const parsed = authentication.parse({ headers, body: caseOf('sign-in-addresses.json') }, context);
  expect(parsed.authEvents?.map(({ eventId, ip }) => [eventId, ip])).toEqual([
    ['a1', '203.0.113.9'],
    ['a2', undefined],
    ['a3', undefined],
    ['a4', '203.0.113.9'],
    ['a5', '2001:db8::1'],
    ['a6', '203.0.113.9'],
  ]);
});

test.each([
  ['::ffff:203.0.113.10', '203.0.113.10'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['2001:db8::1:443', '2001:db8::1:443'],
  ['"[2001:db8::1]:443"', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['unknown, 10.0.0.5, 198.51.100.7, 203.0.113.9', '198.51.100.7'],
  ['10.0.0.5, unknown', '10.0.0.5'],
  ['203.0.113.9:99999999', undefined],
  ['203.0.113.09', undefined],
  ['0xcb.0.113.9', undefined],
  ['203.0.113.9/24', undefined],
  ['a.example.com', undefined],
])('%s is %s', (text, address) => expect(clientAddress(text)).toBe(address));

const canonical = fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => ipText(parseIp(text)!));
/** How senders spell an address. */
const spelt = canonical.chain((address) => {
  const v6 = address.includes(':');
  const port = fc.integer({ min: 0, max: 65_535 });
  return fc
    .oneof(
      fc.constant(address),
      fc.constant(` ${address}\t`),
      fc.constant(`"${address}"`),
      port.map((n) => (v6 ? `[${address}]:${n}` : `${address}:${n}`)),
      fc.constant(v6 ? address.toUpperCase() : `::ffff:${address}`),
      fc.constant(v6 ? `[${address}]` : `[::ffff:${address}]`),
      fc.constant(v6 ? `${address}%eth0` : address),
    )
    .map((text) => ({ address, text }));
});
const nothing = fc.oneof(
  fc.constantFrom<unknown>(null, undefined, '', ' ', '-', 'unknown', '_hidden', 0, true, {}, [], 'x'.repeat(5_000)),
  fc.string({ unit: 'binary', maxLength: 30 }).filter((text) => !/[\d:]/.test(text)),
);

test('any address in any spelling is that address', () => {
  fc.assert(
    fc.property(spelt, ({ address, text }) => expect(clientAddress(text)).toBe(address)),
    { numRuns: inputs(5_000) },
  );
});

test('of a list each item is an address or costs itself: what is none hides no other', () => {
  fc.assert(
    fc.property(spelt, fc.array(nothing, { maxLength: 5 }), fc.nat(5), ({ address, text }, others, at) => {
      const list = [...others.slice(0, at), text, ...others.slice(at)];
      expect(clientAddress(list)).toBe(address);
      const words = list.filter((each) => typeof each === 'string' && each.length < 100);
      expect(clientAddress(words.join(','))).toBe(address);
    }),
    { numRuns: inputs(5_000) },
  );
});

test('an address that is none costs the address, and no event', () => {
  fc.assert(
    fc.property(fc.oneof(nothing, fc.anything({ maxDepth: 2 })), (ip) => {
      const event = { eventId: 'e', at: '2026-11-28T10:00:00Z', actor: 'anna', action: 'login', ip };
      const parsed = AuthEventSchema.safeParse(event);
      expect(parsed.success).toBe(true);
      expect(parsed.data?.ip === undefined || parseIp(parsed.data.ip) !== undefined).toBe(true);
    }),
    { numRuns: inputs(5_000) },
  );
});
