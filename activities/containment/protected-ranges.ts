import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import {
  hiddenIpv4,
  type IpRange,
  IpRangeSchema,
  overlaps,
  parseIpRange,
  rangeText,
} from '../../domain/kernel/ip-address';
import { readPlace } from '../../domain/places/place';
import { packageRoot } from '../../platform/package-root';
import type { ContainmentConfig } from './config';

const ProtectedFileSchema = z.strictObject({
  widest: z.strictObject({ ipv4: z.int().min(0).max(32), ipv6: z.int().min(0).max(128) }),
  special: z.array(z.strictObject({ range: IpRangeSchema, why: z.string() })),
  cdn: z.array(
    z.strictObject({
      name: z.string(),
      source: z.string(),
      asOf: z.iso.date(),
      asns: z.array(z.int().positive()),
      ranges: z.array(IpRangeSchema),
    }),
  ),
});

/** What forbids to block a source (`203.0.113.7`, a CIDR, `asn:64500`, `country:XX`), and what to do; else `undefined`. */
export type SourceGuard = (source: string) => string | undefined;

/**
 * Reads policy/protected-ranges.yaml and adds what the configuration protects and the addresses of this machine.
 * `own: false` leaves those out, where another machine runs the workers.
 * Throws when a range in the file or the configuration cannot be read: a guard with a hole is worse than no start.
 */
export function createSourceGuard(protect: ContainmentConfig['protect'] = {}, { own = true } = {}): SourceGuard {
  const file = path.join(packageRoot(), 'policy', 'protected-ranges.yaml');
  const parsed = ProtectedFileSchema.safeParse(parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new Error(`${file} cannot be used: ${z.prettifyError(parsed.error)}`);
  const { widest, special, cdn } = parsed.data;

  const ranges: Array<{ range: IpRange; why: string }> = [
    ...special,
    ...cdn.flatMap(({ name, ranges }) => ranges.map((range) => ({ range, why: `a range of the CDN ${name}` }))),
    ...(protect.ranges ?? []).map((text) => ({ range: neededRange(text), why: "one of the company's own ranges" })),
    ...(own ? ownAddresses() : []).map((range) => ({ range, why: 'an address of the machine that runs Tocsin' })),
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

/** Judges a range as it is, and every IPv4 range that hides in it: blocking one blocks the other. */
function judgeRange(
  source: string,
  widest: { ipv4: number; ipv6: number },
  ranges: Array<{ range: IpRange; why: string }>,
): string | undefined {
  const range = parseIpRange(source.trim());
  if (!range) return notARange(source);
  const limit = range.family === 4 ? widest.ipv4 : widest.ipv6;
  if (range.prefix < limit) {
    return `${rangeText(range)} is wider than /${limit}, the widest IPv${range.family} range that may be blocked: name narrower ones`;
  }
  const told = [{ range, name: rangeText(range) }].concat(
    hiddenIpv4(range).map((hidden) => ({
      range: hidden.range,
      name: `${rangeText(range)} stands for ${rangeText(hidden.range)} (${hidden.way}), which`,
    })),
  );
  for (const { range: meant, name } of told) {
    const hit = ranges.find((each) => overlaps(each.range, meant));
    if (!hit) continue;
    return `${name} overlaps ${rangeText(hit.range)} (${hit.why}), which is never blocked: check the source, or name a narrower range`;
  }
  return undefined;
}

/** What is wrong with a text that is neither an address nor a range, and how to write one. */
export function notARange(text: string): string {
  return `"${text}" is not an IP address or CIDR range: write it like 203.0.113.7, 203.0.113.0/24 or 2001:db8::/48`;
}

function neededRange(text: string): IpRange {
  const range = parseIpRange(text);
  if (!range) throw new RangeError(notARange(text));
  return range;
}

function ownAddresses(): IpRange[] {
  return Object.values(os.networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .flatMap(({ address }) => parseIpRange(address.split('%')[0]!) ?? []);
}
