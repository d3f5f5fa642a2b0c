/** GitHub's `security_advisory` as a record in OSV's format, as the dependency check reads it. */
import { type AdvisoryRecord, AdvisoryRecordSchema } from '../../../domain/patch/advisory';
import { asInstant, asObject, asText, asTexts, type Json } from './reading';

/** GitHub's names of ecosystems (docs.github.com, "GitHub Advisory Database"), and OSV's. */
const ECOSYSTEMS: Record<string, string> = {
  npm: 'npm',
  pip: 'PyPI',
  maven: 'Maven',
  rubygems: 'RubyGems',
  nuget: 'NuGet',
  composer: 'Packagist',
  go: 'Go',
  rust: 'crates.io',
  erlang: 'Hex',
  pub: 'Pub',
  swift: 'SwiftURL',
  actions: 'GitHub Actions',
};
const MOST = 500;

type RangeEvent = Record<'introduced' | 'fixed' | 'last_affected', string>;

/** The record; undefined where the advisory names no id, no time or no package, so that the detection stands alone. */
export function advisoryRecordOf(advisory: Json): AdvisoryRecord | undefined {
  const { ghsa_id: id, identifiers, vulnerabilities, cvss, cvss_severities } = advisory;
  const modified = asInstant(advisory.updated_at) ?? asInstant(advisory.published_at);
  const affected = (Array.isArray(vulnerabilities) ? vulnerabilities.slice(0, MOST) : []).flatMap(
    (each) => affectedOf(asObject(each) ?? {}) ?? [],
  );
  if (!modified || affected.length === 0) return undefined;
  const ids = Array.isArray(identifiers) ? identifiers.slice(0, 20).map((each) => asObject(each)?.value) : [];
  const versions = asObject(cvss_severities) ?? {};
  const vectors = asTexts(
    [cvss, versions.cvss_v3, versions.cvss_v4].map((each) => asObject(each)?.vector_string),
    5,
    400,
  );
  const parsed = AdvisoryRecordSchema.safeParse({
    id,
    modified,
    withdrawn: asInstant(advisory.withdrawn_at),
    aliases: asTexts(ids, 20, 100).filter((alias) => alias !== id),
    summary: asText(advisory.summary),
    severity: [...new Set(vectors)].map((score) => ({ type: 'CVSS', score })),
    affected,
    database_specific: { severity: asText(advisory.severity, 20) },
  });
  return parsed.success ? parsed.data : undefined;
}

function affectedOf({ package: named, vulnerable_version_range: range }: Json): object | undefined {
  const { ecosystem, name } = asObject(named) ?? {};
  const written = asText(ecosystem, 120);
  if (!written || typeof name !== 'string') return undefined;
  const known = written.toLowerCase();
  const events = typeof range === 'string' ? eventsOf(range) : undefined;
  return {
    package: { ecosystem: Object.hasOwn(ECOSYSTEMS, known) ? ECOSYSTEMS[known] : written, name },
    // Without a range that is understood nobody can say which versions are affected.
    ranges: events ? [{ type: 'ECOSYSTEM', events }] : [],
  };
}

/**
 * `>= 2.0.0, < 2.0.2`, `= 1.2.3`, `<= 4.0`: bounds that OSV has. `> 1.0` begins at 1.0, which OSV cannot say otherwise: one version
 * too many. Undefined for anything else.
 */
export function eventsOf(range: string): Array<Partial<RangeEvent>> | undefined {
  const bounds = range.split(',').map((each) => /^(<=|>=|<|>|=)\s*([0-9A-Za-z][^\s,<>=]{0,199})$/.exec(each.trim()));
  const lower: string[] = [];
  const upper: Array<Partial<RangeEvent>> = [];
  for (const bound of bounds) {
    if (!bound) return undefined;
    const [, sign, version] = bound as unknown as [string, string, string];
    if (sign.startsWith('>') || sign === '=') lower.push(version);
    if (sign === '<') upper.push({ fixed: version });
    if (sign === '<=' || sign === '=') upper.push({ last_affected: version });
  }
  if (lower.length > 1 || upper.length > 1) return undefined;
  return [{ introduced: lower[0] ?? '0' }, ...upper];
}
