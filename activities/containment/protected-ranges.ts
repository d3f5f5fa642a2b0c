import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageRoot } from '../../platform/package-root';
import { type AddressRange, isSingle, overlaps, parseRange } from './address-range';
import type { ContainmentConfig } from './config';

const Range = z.string().transform((text, context) => {
  try {
    return parseRange(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});

const ProtectedFileSchema = z.strictObject({
  widest: z.strictObject({ ipv4: z.int().min(0).max(32), ipv6: z.int().min(0).max(128) }),
  special: z.array(z.strictObject({ range: Range, why: z.string() })),
  cdn: z.array(
    z.strictObject({
      name: z.string(),
      source: z.string(),
      asOf: z.iso.date(),
      asns: z.array(z.int().positive()),
      ranges: z.array(Range),
    }),
  ),
});

/** What is to be blocked, in one of the forms that Cloudflare's IP access rules take. */
export interface BlockTarget {
  target: 'ip' | 'ip6' | 'ip_range' | 'asn' | 'country';
  /** As Cloudflare writes it: `203.0.113.7`, `2001:db8::/48`, `AS64500`, `KP`. */
  value: string;
  range?: AddressRange;
}

/** A source that may be blocked, or the reason why not and what to do. */
export type GuardVerdict = { target: BlockTarget } | { refused: string };

/** Reads what a source names, without asking whether it may be blocked: enough to undo. */
export function blockTarget(source: string): GuardVerdict {
  const asn = /^asn:(\d{1,10})$/.exec(source)?.[1];
  if (asn) {
    const isAsn = Number(asn) >= 1 && Number(asn) <= 0xffffffff;
    return isAsn
      ? { target: { target: 'asn', value: `AS${Number(asn)}` } }
      : refuse(source, 'is no AS number (1–4294967295): correct it');
  }
  const country = /^country:([A-Z]{2})$/.exec(source)?.[1];
  if (country) return { target: { target: 'country', value: country } };
  try {
    return cloudflareForm(parseRange(source));
  } catch (error) {
    return { refused: (error as Error).message };
  }
}

/** Judges a malicious source (`203.0.113.7`, a CIDR, `asn:64500`, `country:XX`). */
export type SourceGuard = (source: string) => GuardVerdict;

/**
 * Reads policy/protected-ranges.yaml and adds what the configuration protects and the addresses of this machine.
 * Throws when a range in the file or the configuration cannot be read: a guard with a hole is worse than no start.
 */
export function createSourceGuard(protect: ContainmentConfig['protect'] = {}): SourceGuard {
  const file = path.join(packageRoot(), 'policy', 'protected-ranges.yaml');
  const parsed = ProtectedFileSchema.safeParse(parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new Error(`${file} cannot be used: ${z.prettifyError(parsed.error)}`);
  const { widest, special, cdn } = parsed.data;

  const ranges: Array<{ range: AddressRange; why: string }> = [
    ...special,
    ...cdn.flatMap(({ name, ranges }) => ranges.map((range) => ({ range, why: `a range of the CDN ${name}` }))),
    ...(protect.ranges ?? []).map((text) => ({ range: parseRange(text), why: "one of the company's own ranges" })),
    ...ownAddresses().map((range) => ({ range, why: 'an address of the machine that runs Tocsin' })),
  ];
  const asns = new Map<number, string>([
    ...cdn.flatMap(({ name, asns }) => asns.map((asn): [number, string] => [asn, `a network of the CDN ${name}`])),
    ...(protect.asns ?? []).map((asn): [number, string] => [asn, "one of the company's own networks"]),
  ]);
  const countries = new Set((protect.countries ?? []).map((country) => country.toUpperCase()));

  return (source) => {
    const verdict = blockTarget(source);
    if (source.startsWith('country:') || source.startsWith('asn:')) {
      if ('refused' in verdict) return verdict;
      const { value } = verdict.target;
      const why = countries.has(value) ? 'a country of the company itself' : asns.get(Number(value.slice(2)));
      return why ? refuse(source, `is ${why}: name the ranges of the attacker instead`) : verdict;
    }
    return judgeRange(source, widest, ranges) ?? verdict;
  };
}

function judgeRange(
  source: string,
  widest: { ipv4: number; ipv6: number },
  ranges: Array<{ range: AddressRange; why: string }>,
): GuardVerdict | undefined {
  let range: AddressRange;
  try {
    range = parseRange(source);
  } catch (error) {
    return { refused: (error as Error).message };
  }
  const limit = range.family === 4 ? widest.ipv4 : widest.ipv6;
  if (range.prefix < limit) {
    return refuse(
      range.text,
      `is wider than /${limit}, the widest IPv${range.family} range that may be blocked: name narrower ones`,
    );
  }
  const hit = ranges.find((each) => overlaps(each.range, range));
  if (!hit) return undefined;
  return refuse(
    range.text,
    `overlaps ${hit.range.text} (${hit.why}), which is never blocked: check the source, or name a narrower range`,
  );
}

/** IP access rules take single addresses, /16 and /24 of IPv4, /32, /48 and /64 of IPv6, and nothing else. */
function cloudflareForm(range: AddressRange): GuardVerdict {
  if (isSingle(range)) return { target: { target: range.family === 4 ? 'ip' : 'ip6', value: range.text, range } };
  const lengths = range.family === 4 ? [16, 24] : [32, 48, 64];
  if (lengths.includes(range.prefix)) return { target: { target: 'ip_range', value: range.text, range } };
  const narrower = lengths.find((length) => length > range.prefix);
  const remedy = narrower
    ? `give its ${2 ** (narrower - range.prefix)} ranges of /${narrower}, or block it by a custom rule with a list`
    : `give its ${range.family === 4 ? `${2 ** (32 - range.prefix)} ` : ''}addresses one by one, or block it by a custom rule with a list`;
  return refuse(
    range.text,
    `is a /${range.prefix}; Cloudflare's IP access rules take only ${lengths.map((length) => `/${length}`).join(', ')} of IPv${range.family}: ${remedy}`,
  );
}

function refuse(source: string, why: string): GuardVerdict {
  return { refused: `${source} ${why}` };
}

function ownAddresses(): AddressRange[] {
  return Object.values(os.networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address }) => parseRange(address.split('%')[0]!));
}
