/** How the versions of an ecosystem are ordered. */

/** A total order of versions, of those that are versions by its rules. Pure. */
export interface VersionOrder<V = unknown> {
  /** What the order is called, for the reason why a version cannot be compared: `PEP 440`. */
  rules: string;
  /** Undefined when the text is no version by these rules. Never throws. */
  parse(text: string): V | undefined;
  /** Below 0, 0 or above 0. */
  compare(a: V, b: V): number;
  /**
   * The release that a version was built again from, itself where it is one: `2.5.1` of PyPI's `2.5.1+cu118`. A rebuild sorts
   * after its release, and holds the same vulnerable code. Missing where an ecosystem has no such versions.
   */
  base?(version: V): V;
}

/** True when an installed version is the one that is named, or a rebuild of it. A rebuild that is named is itself alone. */
export function isNamed(order: VersionOrder, installed: unknown, named: unknown): boolean {
  return order.compare(installed, named) === 0 || order.compare(baseOf(order, installed), named) === 0;
}

/** True when an installed version comes after the one that is named, and is no rebuild of the same release. */
export function isAfter(order: VersionOrder, installed: unknown, named: unknown): boolean {
  return order.compare(installed, named) > 0 && order.compare(baseOf(order, installed), baseOf(order, named)) > 0;
}

function baseOf(order: VersionOrder, version: unknown): unknown {
  return order.base ? order.base(version) : version;
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

/** Item by item; of two that begin alike the shorter comes first. */
export function compareLists<T>(a: T[], b: T[], compare: (a: T, b: T) => number): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compare(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return a.length - b.length;
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
