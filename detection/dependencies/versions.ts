/**
 * Whether a version is affected: the evaluation of OSV over `versions` and `ranges`. Versions are ordered by their
 * ecosystem's own rules. What is ordered by rules that are not built in is undecided, and never taken for safe.
 */
import semver from 'semver';
import type { AffectedPackage } from '../../domain/patch/advisory';
import type { RangeEvent, VersionRange } from '../../domain/patch/version-range';

export type Verdict = { state: 'affected' } | { state: 'not-affected' } | { state: 'undecided'; reason: string };

const AFFECTED: Verdict = { state: 'affected' };
const NOT_AFFECTED: Verdict = { state: 'not-affected' };

/** Judges an installed version by one entry of an advisory. A version that is unknown can only be undecided. */
export function judgeVersion(version: string | undefined, affected: AffectedPackage): Verdict {
  if (version === undefined) {
    return { state: 'undecided', reason: 'the inventory names no version for it (a git address, a tarball?)' };
  }
  if (affected.versions.includes(version)) return AFFECTED;
  const verdicts = affected.ranges.flatMap((range) => judgeRange(version, range, affected));
  if (verdicts.some(({ state }) => state === 'affected')) return AFFECTED;
  const undecided = verdicts.find(({ state }) => state === 'undecided');
  if (undecided) return undecided;
  if (verdicts.length === 0 && affected.versions.length === 0) {
    return {
      state: 'undecided',
      reason: 'the advisory names neither versions nor a range that versions can be compared with',
    };
  }
  return NOT_AFFECTED;
}

/** Nothing for ranges of commits, when there is something else to go by. */
function judgeRange(version: string, range: VersionRange, affected: AffectedPackage): Verdict[] {
  if (range.type === 'GIT') {
    const others = affected.versions.length > 0 || affected.ranges.some(({ type }) => type !== 'GIT');
    return others ? [] : [{ state: 'undecided', reason: 'the advisory gives a range of commits, not of versions' }];
  }
  const ordered =
    range.type === 'SEMVER' || (range.type === 'ECOSYSTEM' && baseEcosystem(affected.ecosystem) === 'npm');
  if (!ordered) {
    const reason = `the order of ${affected.ecosystem} versions is not built in (range of type ${range.type})`;
    return [{ state: 'undecided', reason: reason.slice(0, 300) }];
  }
  return [judgeSemverRange(version, range.events)];
}

/** One bound of a range, in the order in which the evaluation meets them. */
interface Step {
  kind: 'introduced' | 'fixed' | 'last_affected';
  at: semver.SemVer | 'start';
}

// At one version: a fix comes before a new introduction (the reintroduced one counts), a last affected version after it.
const AT_SAME_VERSION = { fixed: 0, introduced: 1, last_affected: 2 };

/** The evaluation of the schema: bounds sorted by version; the last one that is reached decides. */
export function judgeSemverRange(version: string, events: RangeEvent[]): Verdict {
  const installed = parse(version);
  if (!installed) return { state: 'undecided', reason: `"${version.slice(0, 60)}" is not a semantic version` };
  const steps: Step[] = [];
  const limits: Array<semver.SemVer | 'none'> = [];
  for (const event of events) {
    for (const kind of ['introduced', 'fixed', 'last_affected', 'limit'] as const) {
      const text = event[kind];
      if (text === undefined) continue;
      if (kind === 'limit' && text === '*') limits.push('none');
      else {
        const at = kind === 'introduced' && text === '0' ? 'start' : parse(text);
        if (!at)
          return { state: 'undecided', reason: `the advisory's "${text.slice(0, 60)}" is not a semantic version` };
        if (kind === 'limit') limits.push(at as semver.SemVer);
        else steps.push({ kind, at });
      }
    }
  }
  if (steps.every(({ kind }) => kind !== 'introduced')) {
    return { state: 'undecided', reason: 'the range does not say from which version on it applies' };
  }
  if (limits.length > 0 && !limits.some((limit) => limit === 'none' || installed.compare(limit) < 0))
    return NOT_AFFECTED;
  steps.sort((a, b) => compareSteps(a, b));
  let inside = false;
  for (const { kind, at } of steps) {
    const order = at === 'start' ? 1 : installed.compare(at);
    if (kind === 'introduced' && order >= 0) inside = true;
    else if (kind === 'fixed' && order >= 0) inside = false;
    else if (kind === 'last_affected' && order > 0) inside = false;
  }
  return inside ? AFFECTED : NOT_AFFECTED;
}

function compareSteps(a: Step, b: Step): number {
  if (a.at === 'start' || b.at === 'start') return a.at === b.at ? 0 : a.at === 'start' ? -1 : 1;
  return a.at.compare(b.at) || AT_SAME_VERSION[a.kind] - AT_SAME_VERSION[b.kind];
}

/**
 * The smallest version after `version` that an entry calls fixed and none calls affected. Undefined when there is none;
 * of versions that cannot be ordered, the one that is named when it is the only one.
 */
export function firstFix(version: string, entries: AffectedPackage[]): string | undefined {
  const named = entries
    .flatMap(({ ranges }) => ranges)
    .filter(({ type }) => type !== 'GIT')
    .flatMap(({ events }) => events.flatMap(({ fixed }) => fixed ?? []));
  const installed = parse(version);
  const fixes = [...new Set(named)].map((text) => ({ text, parsed: parse(text) }));
  if (!installed || fixes.some(({ parsed }) => !parsed)) return fixes.length === 1 ? fixes[0]!.text : undefined;
  return fixes
    .filter(({ parsed }) => parsed!.compare(installed) > 0)
    .sort((a, b) => a.parsed!.compare(b.parsed!))
    .find(({ text }) => entries.every((each) => judgeVersion(text, each).state !== 'affected'))?.text;
}

/** Versions of the npm registry may be written loosely (`v1.2.3`, `1.2.3beta`), as npm itself takes them. */
function parse(text: string): semver.SemVer | undefined {
  return semver.parse(text, { loose: true }) ?? undefined;
}

/** `Debian:12` → `Debian`. */
export function baseEcosystem(ecosystem: string): string {
  return ecosystem.split(':')[0]!;
}
