/** Pages of a list: a cursor says behind which case the next page begins, whatever has come or gone meanwhile. */
import { z } from 'zod';
import type { ListedCase } from '../../client/listed-case';
import { invalid } from './bodies';

const MOST = 200;
const QuerySchema = z.strictObject({
  open: z.enum(['true', 'false']).default('true'),
  limit: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(MOST))
    .default(50),
  cursor: z.string().max(500).optional(),
});
const PlaceSchema = z.tuple([z.string().max(40), z.string().max(40), z.string().max(100)]);

/** What of a list is asked for. Throws a Refusal that names the parameter that is wrong. */
export function pageAsked(query: unknown) {
  const parsed = QuerySchema.safeParse(query);
  if (!parsed.success)
    throw invalid(
      parsed.error.issues.map(({ path, code }) => ({
        field: String(path[0] ?? '(query)'),
        problem: code === 'unrecognized_keys' ? 'takes open, limit and cursor' : WRONG[String(path[0])]!,
      })),
    );
  const { open, limit, cursor } = parsed.data;
  return { open: open === 'true', limit, behind: cursor === undefined ? undefined : placeOf(cursor) };
}

const WRONG: Record<string, string> = {
  open: 'must be true, or false for the closed ones as well',
  limit: `must be a number from 1 to ${MOST}`,
  cursor: 'must be the "next" of a page before',
};

/** The page, and the cursor of the next one where there is more. */
export function pageOf(
  cases: readonly ListedCase[],
  { limit, behind }: Pick<ReturnType<typeof pageAsked>, 'limit' | 'behind'>,
) {
  const sorted = cases.map((each) => [placed(each), each] as const).sort(([a], [b]) => compare(a, b));
  const rest = behind ? sorted.filter(([place]) => compare(place, behind) > 0) : sorted;
  const shown = rest.slice(0, limit);
  const last = shown.at(-1)?.[0];
  const next = rest.length > limit && last ? Buffer.from(JSON.stringify(last)).toString('base64url') : undefined;
  return { items: shown.map(([, each]) => each), ...(next && { next }) };
}

type Place = z.infer<typeof PlaceSchema>;

/** By deadline, those without one last; then by start and id. */
function placed({ nextDeadline, startedAt, id }: ListedCase): Place {
  return [nextDeadline ?? '~', startedAt, id];
}

function compare(a: Place, b: Place): number {
  const at = a.findIndex((each, index) => each !== b[index]);
  return at < 0 ? 0 : a[at]! < b[at]! ? -1 : 1;
}

function placeOf(cursor: string): Place {
  try {
    return PlaceSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw invalid([{ field: 'cursor', problem: WRONG.cursor! }]);
  }
}
