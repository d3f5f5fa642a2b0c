import fc from 'fast-check';
import { isFilled, overlaps, parseIpRange, rangeText } from '../../../domain/kernel/ip-address';

const parseRange = (text: string) => parseIpRange(text)!;

const byte = fc.integer({ min: 0, max: 255 });
const ipv4 = fc.tuple(byte, byte, byte, byte).map((octets) => octets.join('.'));
const ipv6 = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 })
  .map((groups) => groups.map((g) => g.toString(16)).join(':'));
const range4 = fc.tuple(ipv4, fc.integer({ min: 0, max: 32 })).map(([ip, prefix]) => `${ip}/${prefix}`);
const range6 = fc.tuple(ipv6, fc.integer({ min: 0, max: 128 })).map(([ip, prefix]) => `${ip}/${prefix}`);
const anyRange = fc.oneof(range4, range6);

describe('the arithmetic of address ranges', () => {
  it('overlap does not depend on who asks', () => {
    fc.assert(
      fc.property(
        anyRange,
        anyRange,
        (a, b) => overlaps(parseRange(a), parseRange(b)) === overlaps(parseRange(b), parseRange(a)),
      ),
    );
  });

  it('a range is filled by the pieces that it is cut into, and not without one of them', () => {
    fc.assert(
      fc.property(anyRange, fc.integer({ min: 1, max: 6 }), fc.nat(), (text, depth, drop) => {
        const whole = parseRange(text);
        const width = whole.family === 4 ? 32 : 128;
        const prefix = Math.min(width, whole.prefix + depth);
        const pieces = Array.from({ length: 2 ** (prefix - whole.prefix) }, (_, i) => ({
          ...whole,
          prefix,
          bits: whole.bits | (BigInt(i) << BigInt(width - prefix)),
        }));
        const without = pieces.filter((_, i) => i !== drop % pieces.length);
        return isFilled(whole, pieces) && !isFilled(whole, without);
      }),
    );
  });

  it('a range overlaps itself, every range it lies in, and each of its addresses', () => {
    fc.assert(
      fc.property(ipv4, fc.integer({ min: 0, max: 32 }), fc.integer({ min: 0, max: 32 }), (ip, p, q) => {
        const [wide, narrow] = [parseRange(`${ip}/${Math.min(p, q)}`), parseRange(`${ip}/${Math.max(p, q)}`)];
        return (
          overlaps(wide, narrow) && overlaps(narrow, wide) && overlaps(wide, parseRange(ip)) && overlaps(wide, wide)
        );
      }),
    );
    fc.assert(
      fc.property(ipv6, fc.integer({ min: 0, max: 128 }), fc.integer({ min: 0, max: 128 }), (ip, p, q) =>
        overlaps(parseRange(`${ip}/${Math.min(p, q)}`), parseRange(`${ip}/${Math.max(p, q)}`)),
      ),
    );
  });

  it('two ranges overlap exactly when they agree in the bits of the shorter prefix', () => {
    const bits = (ip: string) =>
      ip
        .split('.')
        .map((octet) => Number(octet).toString(2).padStart(8, '0'))
        .join('');
    fc.assert(
      fc.property(ipv4, fc.integer({ min: 0, max: 32 }), ipv4, fc.integer({ min: 0, max: 32 }), (a, p, b, q) => {
        const shorter = Math.min(p, q);
        const expected = bits(a).slice(0, shorter) === bits(b).slice(0, shorter);
        return overlaps(parseRange(`${a}/${p}`), parseRange(`${b}/${q}`)) === expected;
      }),
    );
  });

  it('an IPv4-mapped IPv6 range is the IPv4 range, in every spelling', () => {
    fc.assert(
      fc.property(ipv4, fc.integer({ min: 0, max: 32 }), (ip, prefix) => {
        const plain = parseRange(`${ip}/${prefix}`);
        const [a, b, c, d] = ip.split('.').map(Number) as [number, number, number, number];
        const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
        for (const mapped of [`::ffff:${ip}/${96 + prefix}`, `0:0:0:0:0:FFFF:${hex}/${96 + prefix}`]) {
          expect(parseRange(mapped)).toEqual(plain);
        }
      }),
    );
  });

  it('the canonical text names the same range', () => {
    fc.assert(
      fc.property(anyRange, (text) => {
        const range = parseRange(text);
        expect(parseRange(rangeText(range))).toEqual(range);
      }),
    );
  });

  it('an IPv6 range around the mapped addresses overlaps all of IPv4, and no other does', () => {
    expect(overlaps(parseRange('::/64'), parseRange('8.8.8.8'))).toBe(true);
    fc.assert(fc.property(ipv4, (ip) => !overlaps(parseRange('2001:db8::/32'), parseRange(ip))));
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4/33',
    '::/129',
    '1.2.3.4/',
    '1.2.3.4/8/8',
    'fe80::1%eth0',
    '01.2.3.4',
    '1.2.3.4/-1',
    'example.com',
    '1.2.3.4/1e1',
  ])('%j is no range', (text) => expect(parseIpRange(text)).toBeUndefined());

  it('writes IPv6 in its short form and clears the host bits', () => {
    expect(rangeText(parseRange('2001:0DB8:0:0:0:0:0:1'))).toBe('2001:db8::1');
    expect(rangeText(parseRange('2001:db8:0:ff::1/48'))).toBe('2001:db8::/48');
    expect(rangeText(parseRange('203.0.113.9/24'))).toBe('203.0.113.0/24');
    expect(rangeText(parseRange('::ffff:203.0.113.9'))).toBe('203.0.113.9');
  });
});
