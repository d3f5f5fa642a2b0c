/**
 * IP addresses and ranges, for whoever reads one: parsing, canonical text, prefixes, what is public, and which IPv4 address
 * hides in an IPv6 one. Pure. What is an address is decided by ipaddr.js.
 */
import ipaddr from 'ipaddr.js';
import { z } from 'zod';

/** An address as a number of 32 or 128 bits. */
export interface IpAddress {
  family: 4 | 6;
  bits: bigint;
}

/** The addresses whose first `prefix` bits are those of `bits`. */
export interface IpRange extends IpAddress {
  prefix: number;
}

const MAPPED = 0xffffn;
/** The longest text of an address: an IPv4 one in full inside an IPv6 one. */
const LONGEST = 45;

/** Parses an address; undefined when the text is none. IPv4 inside IPv6 (`::ffff:192.0.2.1`) is the IPv4 address. */
export function parseIp(text: string): IpAddress | undefined {
  if (text.length > LONGEST) return undefined;
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return { family: 4, bits: bitsOf(ipaddr.IPv4.parse(text)) };
  // A zone (`fe80::1%eth0`) means something on one machine only.
  const groups = /^[0-9a-f:.]+$/i.test(text) ? withoutDots(text) : undefined;
  if (groups === undefined || !ipaddr.IPv6.isValid(groups)) return undefined;
  const bits = bitsOf(ipaddr.IPv6.parse(groups));
  return bits >> 32n === MAPPED ? { family: 4, bits: bits & 0xffffffffn } : { family: 6, bits };
}

/**
 * Parses `203.0.113.0/24`, `2001:db8::/48` or a single address, and clears the bits after the prefix; undefined when the
 * text is none. `::ffff:203.0.113.0/120` is 203.0.113.0/24.
 */
export function parseIpRange(text: string): IpRange | undefined {
  const match = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text);
  const ip = match ? parseIp(match[1]!) : undefined;
  if (!match || !ip) return undefined;
  const isMapped = ip.family === 4 && match[1]!.includes(':');
  const written = match[2] === undefined ? undefined : Number(match[2]);
  if (isMapped && written !== undefined && written < 96) {
    // Wider than all the mapped addresses: a range of IPv6 that holds them.
    return rangeOf({ family: 6, bits: (MAPPED << 32n) | ip.bits }, written);
  }
  const prefix = written === undefined ? widthOf(ip) : isMapped ? written - 96 : written;
  return prefix <= widthOf(ip) ? rangeOf(ip, prefix) : undefined;
}

/** Whether an address lies in a range. */
export function isIn(ip: IpAddress, range: IpRange): boolean {
  return ip.family === range.family && firstBits(ip, range.prefix) === range.bits;
}

/** Whether two ranges share an address: one lies in the other, whichever way round. IPv4 stands at ::ffff:0:0/96. */
export function overlaps(a: IpRange, b: IpRange): boolean {
  const [x, y] = [asIpv6(a), asIpv6(b)];
  const prefix = Math.min(x.prefix, y.prefix);
  return firstBits(x, prefix) === firstBits(y, prefix);
}

/** The range of a shorter prefix around one. */
export function around(range: IpRange, prefix: number): IpRange {
  return rangeOf(range, Math.min(prefix, range.prefix));
}

/** Whether some ranges together hold every address of one. */
export function isFilled(range: IpRange, by: readonly IpRange[]): boolean {
  const sharing = by.filter((each) => overlaps(each, range));
  if (sharing.length === 0) return false;
  if (sharing.some((each) => asIpv6(each).prefix <= asIpv6(range).prefix)) return true;
  const prefix = range.prefix + 1;
  const upper = { ...range, prefix, bits: range.bits | (1n << BigInt(widthOf(range) - prefix)) };
  return isFilled({ ...range, prefix }, sharing) && isFilled(upper, sharing);
}

/** Whether a range is one single address. */
export function isSingle(range: IpRange): boolean {
  return range.prefix === widthOf(range);
}

/** Canonical text: dotted IPv4, RFC 5952 IPv6. */
export function ipText({ family, bits }: IpAddress): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 0xffn).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => Number((bits >> BigInt(112 - 16 * i)) & 0xffffn));
  return new ipaddr.IPv6(groups).toRFC5952String();
}

/** Canonical text of a range; a single address has no prefix. */
export function rangeText(range: IpRange): string {
  return isSingle(range) ? ipText(range) : `${ipText(range)}/${range.prefix}`;
}

/**
 * What an IPv6 address or range stands for in IPv4, and by which way: traffic of it arrives from, or leaves for, those IPv4
 * addresses. A prefix that ends within the IPv4 part stands for a range; one that ends before it, for all of IPv4.
 * IPv4-mapped addresses are IPv4 here already. Teredo carries two: the relay's server, and the client behind it (inverted).
 */
export function hiddenIpv4(range: IpRange): Array<{ way: string; range: IpRange }> {
  if (range.family === 4) return [];
  return [...WAYS, ...isatapOf(range)].flatMap(({ way, range: around, at, inverted }) => {
    if (!overlaps(around, range)) return [];
    const prefix = Math.min(32, Math.max(0, range.prefix - at));
    const bits = (range.bits >> BigInt(96 - at)) & 0xffffffffn;
    return [{ way, range: rangeOf({ family: 4, bits: inverted ? bits ^ 0xffffffffn : bits }, prefix) }];
  });
}

/** The network of an address: /24 of IPv4, /48 of IPv6, which is what a site usually has. */
export function networkOf(ip: IpAddress): string {
  const prefix = ip.family === 4 ? 24 : 48;
  return `${ipText({ family: ip.family, bits: firstBits(ip, prefix) })}/${prefix}`;
}

/** Whether an address is a host's on the Internet: not private, loopback, link-local, shared, multicast or reserved, nor by way of an address that stands for such a one. */
export function isPublic(ip: IpAddress): boolean {
  const single = { ...ip, prefix: widthOf(ip) };
  const meant = [single, ...hiddenIpv4(single).map(({ range }) => range)];
  return !meant.some((each) => SPECIAL.some((range) => isIn(each, range)));
}

/** An address range, given back parsed. */
export const IpRangeSchema = z.string().transform((text, context) => {
  const range = parseIpRange(text.trim());
  if (range) return range;
  context.addIssue({
    code: 'custom',
    message: 'must be an IP address or a range, like 203.0.113.0/24 or 2001:db8::/48',
  });
  return z.NEVER;
});

/**
 * IANA special-purpose registries (RFC 6890). The documentation ranges (192.0.2.0/24 and others) count as public:
 * exercises and examples use them.
 */
const SPECIAL = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '::1/128',
  '64:ff9b::/96',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
].map((text) => parseIpRange(text)!);

/** The ways in which IPv6 addresses carry IPv4 ones, with the place of their first bit. */
const WAYS = [
  { way: '6to4', within: '2002::/16', at: 16 }, // RFC 3056
  { way: 'the server of Teredo', within: '2001::/32', at: 32 }, // RFC 4380, 4
  { way: 'the client of Teredo', within: '2001::/32', at: 96, inverted: true },
  { way: 'NAT64', within: '64:ff9b::/96', at: 96 }, // RFC 6052
  { way: 'local NAT64', within: '64:ff9b:1::/48', at: 96 }, // RFC 8215, as a /96
  { way: 'IPv4-translated', within: '::ffff:0:0:0/96', at: 96 }, // RFC 2765
  { way: 'IPv4-compatible', within: '::/96', at: 96 }, // RFC 4291, 2.5.5.1
].map(({ within, inverted = false, ...way }) => ({ ...way, inverted, range: parseIpRange(within)! }));

/**
 * ISATAP (RFC 5214, 6.1): the last 64 bits are 0000:5efe or, of a global IPv4 address, 0200:5efe and that address, behind any
 * prefix. Of a range that ends before those words nothing is said: each /64 may hold such addresses.
 */
function isatapOf(range: IpRange) {
  const words = (range.bits >> 32n) & 0xffffffffn;
  if (range.prefix < 96 || (words !== 0x5efen && words !== 0x02005efen)) return [];
  return [{ way: 'ISATAP', range, at: 96, inverted: false }];
}

function widthOf({ family }: IpAddress): number {
  return family === 4 ? 32 : 128;
}

function firstBits(ip: IpAddress, prefix: number): bigint {
  const rest = BigInt(widthOf(ip) - prefix);
  return (ip.bits >> rest) << rest;
}

function rangeOf(ip: IpAddress, prefix: number): IpRange {
  return { family: ip.family, bits: firstBits(ip, prefix), prefix };
}

function asIpv6(range: IpRange): IpRange {
  if (range.family === 6) return range;
  return { family: 6, bits: (MAPPED << 32n) | range.bits, prefix: range.prefix + 96 };
}

/**
 * `::ffff:192.0.2.1` in groups alone; undefined where what has dots is no IPv4 address. ipaddr.js reads `::192.0.2.1` as a
 * mapped address, which it is not, and takes octets with leading zeros, which others read as octal.
 */
function withoutDots(text: string): string | undefined {
  if (!text.includes('.')) return text;
  const at = text.lastIndexOf(':') + 1;
  const dotted = text.slice(at);
  if (!ipaddr.IPv4.isValidFourPartDecimal(dotted)) return undefined;
  const [a, b, c, d] = dotted.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'));
  return `${text.slice(0, at)}${a}${b}:${c}${d}`;
}

function bitsOf(address: { toByteArray(): number[] }): bigint {
  return address.toByteArray().reduce((bits, byte) => (bits << 8n) | BigInt(byte), 0n);
}
