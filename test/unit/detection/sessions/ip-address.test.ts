import net from 'node:net';
import fc from 'fast-check';
import { ipText, isIn, isPublic, networkOf, parseIp, parseIpRange } from '../../../../domain/kernel/ip-address';
import { inputs } from '../../../setup/inputs';

const network = (text: string) => networkOf(parseIp(text)!);

test('an address is told by one text, whatever way it was written', () => {
  const told = (text: string) => ipText(parseIp(text)!);
  expect(told('203.0.113.7')).toBe('203.0.113.7');
  expect(told('::ffff:203.0.113.7')).toBe('203.0.113.7');
  expect(told('::FFFF:cb00:7107')).toBe('203.0.113.7');
  expect(told('2001:DB8:0:0:1:0:0:1')).toBe('2001:db8::1:0:0:1'); // RFC 5952, 4.2.3: the first of equal runs
  expect(told('2001:db8:0:1:1:1:1:1')).toBe('2001:db8:0:1:1:1:1:1'); // 4.2.2: one zero group is not shortened
  expect(told('::')).toBe('::');
  expect(told('::1')).toBe('::1');
  expect(told('64:ff9b::192.0.2.33')).toBe('64:ff9b::c000:221');
});

test('what only looks like an address is none', () => {
  for (const text of [
    '',
    '1.2.3',
    '1.2.3.4.',
    '01.2.3.4',
    '1.2.3.256',
    '1::2::3',
    '1:2:3:4:5:6:7',
    'fe80::1%eth0',
    '::1.2.3',
  ]) {
    expect([text, parseIp(text)]).toEqual([text, undefined]);
  }
});

test('a network is the /24 of IPv4 and the /48 of IPv6', () => {
  expect(network('203.0.113.7')).toBe('203.0.113.0/24');
  expect(network('2001:db8:1:2:3::4')).toBe('2001:db8:1::/48');
});

test('private, loopback and link-local addresses are not public', () => {
  for (const text of [
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '127.0.0.1',
    '169.254.1.1',
    '100.64.0.1',
    '::1',
    '2002:a01:203::1',
    '::ffff:0:10.1.2.3',
    'fe80::1',
    'fd00::1',
  ]) {
    expect([text, isPublic(parseIp(text)!)]).toEqual([text, false]);
  }
  for (const text of ['203.0.113.7', '172.32.0.1', '8.8.8.8', '2001:db8::1']) {
    expect([text, isPublic(parseIp(text)!)]).toEqual([text, true]);
  }
});

/** As the URL Standard's own parser writes it. */
const canonical = (text: string) => new URL(`http://[${text}]`).hostname;

test('what is an address is what Node takes for one, and its text is read back as the same', () => {
  const dotted = fc
    .tuple(fc.constantFrom('::', '::ffff:', '::ffff:0:', '64:ff9b::', '2002::', '1:2:3:4:5:6:'), fc.ipV4())
    .map(([front, back]) => front + back);
  const texts = fc.oneof(
    dotted,
    fc.ipV4(),
    fc.ipV6(),
    fc.string({ unit: fc.constantFrom(...'0123456789abcdef:./ '), maxLength: 45 }),
    fc.string(),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const ip = parseIp(text);
      expect(Boolean(ip)).toBe(net.isIP(text) !== 0 && !text.includes('%'));
      if (!ip) return;
      expect(net.isIP(ipText(ip))).toBe(ip.family);
      if (text.includes(':'))
        expect(canonical(text)).toBe(canonical(ip.family === 6 ? ipText(ip) : `::ffff:${ipText(ip)}`));
      expect(parseIp(ipText(ip))).toEqual(ip);
      expect(isIn(ip, parseIpRange(networkOf(ip))!)).toBe(true);
    }),
    { numRuns: inputs(20_000) },
  );
});
