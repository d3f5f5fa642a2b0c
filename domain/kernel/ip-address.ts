/** IP addresses and ranges: parsing, canonical text, prefixes and which of them are public. Pure. */
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

const V4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.|$)){4}$/;
const MAPPED = 0xffffn;

/** Parses an address; undefined when the text is none. IPv4 inside IPv6 (`::ffff:192.0.2.1`) is the IPv4 address. */
export function parseIp(text: string): IpAddress | undefined {
  if (text.length > 45) return undefined;
  if (V4.test(text) && !text.endsWith('.')) return { family: 4, bits: v4Bits(text) };
  const bits = v6Bits(text);
  if (bits === undefined) return undefined;
  return bits >> 32n === MAPPED ? { family: 4, bits: bits & 0xffffffffn } : { family: 6, bits };
}

/** Parses `203.0.113.0/24`, `2001:db8::/48` or a single address; undefined when the text is none. */
export function parseIpRange(text: string): IpRange | undefined {
  const match = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text);
  const ip = match ? parseIp(match[1]!) : undefined;
  if (!match || !ip) return undefined;
  const width = widthOf(ip);
  const prefix = match[2] === undefined ? width : Number(match[2]);
  return prefix <= width ? { ...ip, bits: firstBits(ip, prefix), prefix } : undefined;
}

/** Whether an address lies in a range. */
export function isIn(ip: IpAddress, range: IpRange): boolean {
  return ip.family === range.family && firstBits(ip, range.prefix) === range.bits;
}

/** Canonical text: dotted IPv4, RFC 5952 IPv6. */
export function ipText({ family, bits }: IpAddress): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 0xffn).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((bits >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  const text = groups.join(':');
  // The longest run of two zero groups or more, the first of equal ones, becomes "::".
  const runs = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)];
  const longest = runs.reduce(
    (best, run) => (run[0].replace(/^:/, '').length > best.replace(/^:/, '').length ? run[0] : best),
    '',
  );
  if (!longest) return text;
  const at = text.indexOf(longest);
  return `${text.slice(0, at)}::${text.slice(at + longest.length).replace(/^:/, '')}`;
}

/** The network of an address: /24 of IPv4, /48 of IPv6, which is what a site usually has. */
export function networkOf(ip: IpAddress): string {
  const prefix = ip.family === 4 ? 24 : 48;
  return `${ipText({ family: ip.family, bits: firstBits(ip, prefix) })}/${prefix}`;
}

/** Whether an address is a host's on the Internet: not private, loopback, link-local, shared, multicast or reserved. */
export function isPublic(ip: IpAddress): boolean {
  return !SPECIAL.some((range) => isIn(ip, range));
}

/** An IP address, given back in canonical text. */
export const IpAddressSchema = z.string().transform((text, context) => {
  const ip = parseIp(text.trim());
  if (ip) return ipText(ip);
  context.addIssue({ code: 'custom', message: 'must be an IP address, like 203.0.113.7 or 2001:db8::7' });
  return z.NEVER;
});

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

function widthOf({ family }: IpAddress): number {
  return family === 4 ? 32 : 128;
}

function firstBits(ip: IpAddress, prefix: number): bigint {
  const rest = BigInt(widthOf(ip) - prefix);
  return (ip.bits >> rest) << rest;
}

function v4Bits(text: string): bigint {
  return text.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function v6Bits(text: string): bigint | undefined {
  const tail = /^(.*:)([\d.]*\.[\d.]*)$/.exec(text);
  let hex = text;
  if (tail) {
    const last = parseIp(tail[2]!);
    if (last?.family !== 4) return undefined;
    hex = `${tail[1]}${(last.bits >> 16n).toString(16)}:${(last.bits & 0xffffn).toString(16)}`;
  }
  const halves = hex.split('::');
  if (halves.length > 2) return undefined;
  const [front, back] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const given = front!.length + (back?.length ?? 0);
  if (back ? given > 7 : given !== 8) return undefined;
  const groups = [...front!, ...Array<string>(back ? 8 - given : 0).fill('0'), ...(back ?? [])];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}
