import type { VersionRange } from './advisory';

/**
 * Ranges that have no end, with the one that the GitHub Advisory Database gives beside them: it writes the end of a range
 * for which no version is called patched as `last_known_affected_version_range`, like `< 15.5.1` or `<= 1.2.3`
 * (github.com/github/advisory-database). It is the range that its own page shows and that npm audits by. What is written
 * otherwise ends nothing, so that all versions stay affected.
 */
export function withLastKnown(ranges: VersionRange[], lastKnown: string | undefined): VersionRange[] {
  const end = /^(<=?)\s*([0-9A-Za-z][0-9A-Za-z.+_~:-]*)$/.exec(lastKnown?.trim() ?? '');
  if (!end) return ranges;
  const event = end[1] === '<' ? { fixed: end[2]! } : { last_affected: end[2]! };
  return ranges.map((range) => {
    const hasEnd = range.events.some((each) => each.fixed ?? each.last_affected ?? each.limit);
    return hasEnd || range.type === 'GIT' ? range : { ...range, events: [...range.events, event] };
  });
}
