/**
 * Whether a version is affected: the evaluation of OSV over `versions` and `ranges`. Versions are ordered by their
 * ecosystem's own rules. What cannot be ordered by them is undecided, and never taken for safe.
 */
import type { AffectedPackage } from '../../domain/patch/advisory';
import type { RangeEvent, VersionRange } from '../../domain/patch/version-range';
import { isAfter, isNamed, orderOf, orderOfRange, type VersionOrder } from './orders';

export type Verdict = { state: 'affected' } | { state: 'not-affected' } | { state: 'undecided'; reason: string };

const AFFECTED: Verdict = { state: 'affected' };
const NOT_AFFECTED: Verdict = { state: 'not-affected' };

/** Judges an installed version by one entry of an advisory. A version that is unknown can only be undecided. */
export function judgeVersion(version: string | undefined, affected: AffectedPackage): Verdict {
  if (version === undefined) {
    return { state: 'undecided', reason: 'the inventory names no version for it (a git address, a tarball?)' };
  }
  if (isOneOf(version, affected.versions, affected.ecosystem)) return AFFECTED;
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
  return verdicts.length > 0 ? NOT_AFFECTED : notListed(version, affected);
}

/** It is none of the versions that alone say what is affected; that counts where all of them are versions of their ecosystem. */
function notListed(version: string, { versions, ecosystem }: AffectedPackage): Verdict {
  const order = orderOf(ecosystem);
  if (!order) return NOT_AFFECTED;
  const whose = order.parse(version) === undefined ? '' : "the advisory's ";
  const unread = [version, ...versions].find((each) => order.parse(each) === undefined);
  if (unread === undefined) return NOT_AFFECTED;
  const reason = `cannot be compared: ${whose}"${unread.slice(0, 60)}" is not a version by ${order.rules}`;
  return { state: 'undecided', reason };
}

/** Versions may be written in more than one way (`1.0` and `1.0.0` are one to PEP 440), and built again under their name. */
export function isOneOf(version: string, versions: string[], ecosystem: string): boolean {
  if (versions.includes(version)) return true;
  const order = orderOf(ecosystem);
  const installed = order?.parse(version);
  if (!order || installed === undefined) return false;
  return versions.some((each) => {
    const parsed = order.parse(each);
    return parsed !== undefined && isNamed(order, installed, parsed);
  });
}

/** Nothing for ranges of commits, when there is something else to go by. */
function judgeRange(version: string, range: VersionRange, affected: AffectedPackage): Verdict[] {
  if (range.type === 'GIT') {
    const others = affected.versions.length > 0 || affected.ranges.some(({ type }) => type !== 'GIT');
    return others ? [] : [{ state: 'undecided', reason: 'the advisory gives a range of commits, not of versions' }];
  }
  const order = orderOfRange(affected.ecosystem, range.type);
  if (!order) {
    const reason = `cannot be compared: the order of ${affected.ecosystem} versions is not built in (range of type ${range.type})`;
    return [{ state: 'undecided', reason: reason.slice(0, 300) }];
  }
  return [judgeEvents(version, range.events, order)];
}

/** Before every version. */
const START = Symbol('start');

/** One bound of a range, in the order in which the evaluation meets them. */
interface Step {
  kind: 'introduced' | 'fixed' | 'last_affected';
  at: unknown;
}

// At one version: a fix comes before a new introduction (the reintroduced one counts), a last affected version after it.
const AT_SAME_VERSION = { fixed: 0, introduced: 1, last_affected: 2 };

/** The evaluation of the schema: bounds sorted by version; the last one that is reached decides. */
export function judgeEvents(version: string, events: RangeEvent[], order: VersionOrder): Verdict {
  const installed = order.parse(version);
  if (installed === undefined) {
    return {
      state: 'undecided',
      reason: `cannot be compared: "${version.slice(0, 60)}" is not a version by ${order.rules}`,
    };
  }
  const steps: Step[] = [];
  let limited = false;
  let withinLimit = false;
  for (const event of events) {
    for (const kind of ['introduced', 'fixed', 'last_affected', 'limit'] as const) {
      const text = event[kind];
      if (text === undefined) continue;
      if (kind === 'limit') limited = true;
      if (kind === 'limit' && text === '*') {
        withinLimit = true;
        continue;
      }
      const at = kind === 'introduced' && text === '0' ? START : order.parse(text);
      if (at === undefined) {
        const reason = `cannot be compared: the advisory's "${text.slice(0, 60)}" is not a version by ${order.rules}`;
        return { state: 'undecided', reason };
      }
      if (kind === 'limit') withinLimit ||= order.compare(installed, at) < 0;
      else steps.push({ kind, at });
    }
  }
  if (steps.every(({ kind }) => kind !== 'introduced')) {
    return { state: 'undecided', reason: 'the range does not say from which version on it applies' };
  }
  if (limited && !withinLimit) return NOT_AFFECTED;
  const compare = (a: unknown, b: unknown) => (a === b ? 0 : a === START ? -1 : b === START ? 1 : order.compare(a, b));
  steps.sort((a, b) => compare(a.at, b.at) || AT_SAME_VERSION[a.kind] - AT_SAME_VERSION[b.kind]);
  let inside = false;
  for (const { kind, at } of steps) {
    if (kind === 'last_affected') inside &&= !isAfter(order, installed, at);
    else if (compare(installed, at) >= 0) inside = kind === 'introduced';
  }
  return inside ? AFFECTED : NOT_AFFECTED;
}

/**
 * The smallest version after `version` that an entry calls fixed and none calls affected. Undefined when there is none;
 * of versions that cannot be ordered, the one that is named when it is the only one.
 */
export function firstFix(version: string, entries: AffectedPackage[]): string | undefined {
  const named = new Set(
    entries
      .flatMap(({ ranges }) => ranges)
      .filter(({ type }) => type !== 'GIT')
      .flatMap(({ events }) => events.flatMap(({ fixed }) => fixed ?? [])),
  );
  const order = orderOf(entries[0]?.ecosystem ?? '');
  const installed = order?.parse(version);
  const fixes = [...named].map((text) => ({ text, parsed: order?.parse(text) }));
  if (!order || installed === undefined || fixes.some(({ parsed }) => parsed === undefined))
    return fixes.length === 1 ? fixes[0]!.text : undefined;
  return fixes
    .filter(({ parsed }) => order.compare(parsed, installed) > 0)
    .sort((a, b) => order.compare(a.parsed, b.parsed))
    .find(({ text }) => entries.every((each) => judgeVersion(text, each).state !== 'affected'))?.text;
}

/** True when an entry names a fix that comes no later than the version. */
export function isFixedIn(version: string, entries: AffectedPackage[]): boolean {
  return entries.some(({ ecosystem, ranges }) =>
    ranges.some(({ type, events }) => {
      const order = orderOfRange(ecosystem, type);
      const installed = order?.parse(version);
      if (!order || installed === undefined) return false;
      return events.some(({ fixed }) => {
        const at = fixed === undefined ? undefined : order.parse(fixed);
        return at !== undefined && order.compare(installed, at) >= 0;
      });
    }),
  );
}

/** Without repetitions, those that can be compared in their ecosystem's order. */
export function sortedVersions(versions: string[], ecosystem: string): string[] {
  const order = orderOf(ecosystem);
  return [...new Set(versions)].sort((a, b) => {
    const [left, right] = [order?.parse(a), order?.parse(b)];
    return order && left !== undefined && right !== undefined ? order.compare(left, right) : a < b ? -1 : 1;
  });
}
