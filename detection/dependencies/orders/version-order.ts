/** How the versions of an ecosystem are ordered. */

/** A total order of versions, of those that are versions by its rules. Pure. */
export interface VersionOrder<V = unknown> {
  /** What the order is called, for the reason why a version cannot be compared: `PEP 440`. */
  rules: string;
  /** Undefined when the text is no version by these rules. Never throws. */
  parse(text: string): V | undefined;
  /** Below 0, 0 or above 0. */
  compare(a: V, b: V): number;
}

/** Numbers of any length, as digits: no version is rounded. */
export function compareDigits(a: string, b: string): number {
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return left.length - right.length || compareText(left, right);
}

/** By UTF-16 code units; of ASCII that is by the bytes. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A part of a version: parts of a higher rank are newer, of the same rank their values are compared. */
export interface Part {
  rank: number;
  value: string;
}

/** Part by part; a version that has ended counts as a part of the rank `end`. */
export function compareParts(a: Part[], b: Part[], end: Part, compareValues: (a: Part, b: Part) => number): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [left, right] = [a[i] ?? end, b[i] ?? end];
    const order = left.rank - right.rank || compareValues(left, right);
    if (order !== 0) return order;
  }
  return 0;
}
