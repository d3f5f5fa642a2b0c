import net from 'node:net';

/**
 * A range of IP addresses in one space of 128 bits: an IPv4 address a.b.c.d stands at ::ffff:a.b.c.d, so that an
 * IPv4-mapped IPv6 address and its IPv4 form are the same, and one comparison serves all.
 */
export interface AddressRange {
  family: 4 | 6;
  /** Length of the prefix in the family's own bits: 0–32 or 0–128. */
  prefix: number;
  first: bigint;
  last: bigint;
  /** Canonical text: `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/32`. */
  text: string;
}

const MAPPED = 0xffffn << 32n;

/**
 * Parses an address or a CIDR range; bits after the prefix are cleared. `::ffff:203.0.113.0/120` is 203.0.113.0/24.
 * Throws RangeError when the text is neither.
 */
export function parseRange(text: string): AddressRange {
  const [address = '', prefixText, ...rest] = text.trim().split('/');
  const family = address.includes('%') ? 0 : net.isIP(address);
  const bits = family === 4 ? 32 : 128;
  const prefix = prefixText === undefined ? bits : /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : -1;
  if (family === 0 || rest.length > 0 || prefix < 0 || prefix > bits) {
    throw new RangeError(
      `"${text}" is not an IP address or CIDR range: write it like 203.0.113.7, 203.0.113.0/24 or 2001:db8::/48`,
    );
  }
  const value = family === 4 ? MAPPED | ipv4Value(address) : ipv6Value(address);
  const hostBits = BigInt(bits - prefix);
  const first = (value >> hostBits) << hostBits;
  const last = first | ((1n << hostBits) - 1n);
  const isMapped = last >> 32n === 0xffffn && first >> 32n === 0xffffn;
  const ownPrefix = family === 6 && isMapped ? prefix - 96 : prefix;
  return { family: isMapped ? 4 : 6, prefix: ownPrefix, first, last, text: rangeText(first, isMapped, ownPrefix) };
}

/** Whether two ranges share an address: one lies in the other, whichever way round. */
export function overlaps(a: AddressRange, b: AddressRange): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** Whether the range is one single address. */
export function isSingle(range: AddressRange): boolean {
  return range.first === range.last;
}

function ipv4Value(address: string): bigint {
  return address.split('.').reduce((value, octet) => (value << 8n) | BigInt(octet), 0n);
}

function ipv6Value(address: string): bigint {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  const tail = dotted ? ipv4Value(dotted[2]!) : 0n;
  const plain = dotted ? `${dotted[1]}${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}` : address;
  const [head = '', rest] = plain.split('::');
  const groupsOf = (part: string) => (part === '' ? [] : part.split(':'));
  const left = groupsOf(head);
  const right = groupsOf(rest ?? '');
  const groups = rest === undefined ? left : [...left, ...Array(8 - left.length - right.length).fill('0'), ...right];
  return groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

function rangeText(first: bigint, isIpv4: boolean, prefix: number): string {
  const suffix = prefix === (isIpv4 ? 32 : 128) ? '' : `/${prefix}`;
  if (isIpv4) return [24n, 16n, 8n, 0n].map((shift) => (first >> shift) & 0xffn).join('.') + suffix;
  const groups = [7n, 6n, 5n, 4n, 3n, 2n, 1n, 0n].map((n) => ((first >> (16n * n)) & 0xffffn).toString(16));
  // The URL parser writes the canonical, compressed form (RFC 5952).
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1) + suffix;
}
