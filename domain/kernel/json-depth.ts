/** A body may be nested without end within few bytes: whatever walks over it would run out of stack. */

/** More than any message needs. */
export const MOST_DEPTH = 40;

/** How deep a JSON value is nested; no further than one above what is allowed. Walks without recursion. */
export function jsonDepth(value: unknown): number {
  let depth = 0;
  let level = [value];
  while (depth <= MOST_DEPTH) {
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
    if (level.length === 0) break;
    depth++;
  }
  return depth;
}
