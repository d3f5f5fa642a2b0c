import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { readPlace } from '../../domain/places/place';
import { packageRoot } from '../../platform/package-root';
import { type AddressRange, overlaps, parseRange } from './address-range';
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

/** What forbids to block a source (`203.0.113.7`, a CIDR, `asn:64500`, `country:XX`), and what to do; else `undefined`. */
export type SourceGuard = (source: string) => string | undefined;

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
  const countries = new Set((protect.countries ?? []).map(protectedCountry));

  return (source) => {
    const [, kind, value = ''] = /^(country|asn):(.+)$/.exec(source) ?? [];
    if (!kind) return judgeRange(source, widest, ranges);
    const ofTheCompany = countries.has(value) ? 'a country of the company itself' : undefined;
    const why = kind === 'country' ? ofTheCompany : asns.get(Number(value));
    return why && `${source} is ${why}: name the ranges of the attacker instead`;
  };
}

function protectedCountry(text: string): string {
  const read = readPlace(text);
  if ('place' in read) return read.place;
  throw new Error(`protect.countries: ${read.problem}`);
}

function judgeRange(
  source: string,
  widest: { ipv4: number; ipv6: number },
  ranges: Array<{ range: AddressRange; why: string }>,
): string | undefined {
  let range: AddressRange;
  try {
    range = parseRange(source);
  } catch (error) {
    return (error as Error).message;
  }
  const limit = range.family === 4 ? widest.ipv4 : widest.ipv6;
  if (range.prefix < limit) {
    return `${range.text} is wider than /${limit}, the widest IPv${range.family} range that may be blocked: name narrower ones`;
  }
  const hit = ranges.find((each) => overlaps(each.range, range));
  if (!hit) return undefined;
  return `${range.text} overlaps ${hit.range.text} (${hit.why}), which is never blocked: check the source, or name a narrower range`;
}

function ownAddresses(): AddressRange[] {
  return Object.values(os.networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address }) => parseRange(address.split('%')[0]!));
}
