/** The range of versions that an advisory calls affected, in the Open Source Vulnerability format. */
import { z } from 'zod';

/** Longest list of anything in one record; a record with more is refused, not cut. */
export const MOST = 20_000;
/** Text of at most so many characters. */
export const short = (max: number) => z.string().min(1, 'must not be empty').max(max);
export const version = short(300);

/** One event of a range. The schema wants one field only; of several, each counts as an event of its own. */
const EventSchema = z.object({
  introduced: version.optional(),
  fixed: version.optional(),
  last_affected: version.optional(),
  limit: version.optional(),
});
export type RangeEvent = z.infer<typeof EventSchema>;

/** `events` in the order of the record. */
export const RangeSchema = z.object({
  type: short(30),
  events: z.array(EventSchema).max(MOST).default([]),
});
export type VersionRange = z.infer<typeof RangeSchema>;

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
