/** Numbers of people and records as they are known: exactly, about, between two, or at least. */
import { z } from 'zod';

const number = z.int().min(0);

/**
 * A count as somebody states it. A plain number is about so many (GDPR Art. 33(3)(a) asks for approximate ones).
 * `cannot-be-determined` is an answer; a count that is not yet known is left out.
 */
export const CountSchema = z.union(
  [
    number,
    z.strictObject({ exact: number }),
    z.strictObject({ about: number }),
    z.strictObject({ from: number, to: number }).refine(({ from, to }) => from <= to),
    z.strictObject({ atLeast: number }),
    z.literal('cannot-be-determined'),
  ],
  {
    error:
      'must be a whole number, { exact: 5 }, { about: 5 }, { from: 5, to: 9 }, { atLeast: 5 } or cannot-be-determined; leave it out while it is not known',
  },
);
export type Count = z.infer<typeof CountSchema>;

/** The least and the most that a count may mean. About is taken as it is said. */
export interface Bounds {
  least: number;
  /** Missing where there is no upper bound. */
  most?: number;
}

/** The bounds of a count; undefined for one that cannot be determined. */
export function boundsOf(count: Count): Bounds | undefined {
  if (count === 'cannot-be-determined') return undefined;
  if (typeof count === 'number') return { least: count, most: count };
  if ('exact' in count) return { least: count.exact, most: count.exact };
  if ('about' in count) return { least: count.about, most: count.about };
  if ('from' in count) return { least: count.from, most: count.to };
  return { least: count.atLeast };
}

/** The one figure that stands for a count where a form takes only one: of a range the upper, so that nobody is left out. */
export function figureOf(count: Count | undefined): number | undefined {
  const bounds = count === undefined ? undefined : boundsOf(count);
  return bounds && (bounds.most ?? bounds.least);
}

/** How sure a count is, as the forms ask (EDPB template, fields 67 and 72). */
export function isExact(count: Count): boolean {
  return typeof count === 'object' && 'exact' in count;
}

/** The count of several groups that do not overlap; undefined where none can be determined. */
export function sumOf(counts: readonly Count[]): Count | undefined {
  const bounds = counts.map(boundsOf).filter((each) => each !== undefined);
  if (bounds.length === 0) return counts.length > 0 ? 'cannot-be-determined' : undefined;
  const least = bounds.reduce((sum, each) => sum + each.least, 0);
  if (bounds.length < counts.length || bounds.some(({ most }) => most === undefined)) return { atLeast: least };
  const most = bounds.reduce((sum, each) => sum + each.most!, 0);
  if (most > least) return { from: least, to: most };
  return counts.every(isExact) ? { exact: least } : { about: least };
}

/** `5`, `approximately 5`, `5 to 9`, `at least 5`. */
export function countText(count: Count): string {
  if (count === 'cannot-be-determined') return 'cannot be determined';
  if (typeof count === 'number') return `approximately ${count}`;
  if ('exact' in count) return String(count.exact);
  if ('about' in count) return `approximately ${count.about}`;
  if ('from' in count) return `${count.from} to ${count.to}`;
  return `at least ${count.atLeast}`;
}
