/** A directory behind the company's own HTTP service: three listings, each read page by page. */
import { plural } from '../../domain/kernel/plural';
import { COLUMNS, LISTINGS, type Listing, type RowOf } from './columns';
import { createDirectory } from './directory';
import type { DirectoryPort } from './directory-port';
import { BOUNDS, type Bounds, fault, type HttpDirectorySettings, type Page, pagesOf } from './http-pages';

/** Told of values that could not be read, without a value. */
export type Tell = (problem: string) => void;

/** By these a row is found, narrowed and told apart: one that cannot be read might leave somebody out, and nobody would know. */
const FOUND_BY: Record<Listing, readonly string[]> = {
  workspaces: ['workspace_id'],
  individuals: ['person_id', 'workspace_id', 'data_set'],
  subscribers: ['subscriber_id'],
};
/** A person of the company's own data belongs to no workspace. */
const MAY_BE_EMPTY: Partial<Record<Listing, string>> = { individuals: 'workspace_id' };

/** Of one value, a cell with several addresses too. */
const MAX_VALUE = 10_000;
/** Servers take an address of 8,000 (RFC 9110, section 4.1): ids beyond this are asked for in another reading. */
const MAX_IDS = 4_000;

/**
 * `GET ENDPOINT/workspaces`, `/individuals` and `/subscribers`, answered by `{"items": [...], "next": CURSOR or null}` with the
 * columns of the other directories as fields (docs/directory.md). Throws as `pagesOf` does. A value that is neither text, whole number nor
 * null counts as empty and is told; an id of that kind is a DirectoryFault.
 */
export function createHttpDirectory(
  settings: HttpDirectorySettings,
  tell: Tell,
  bounds: Bounds = BOUNDS,
): DirectoryPort {
  const rows = <L extends Listing>(listing: L, question: [string, string][]) =>
    rowsOf(listing, pagesOf(settings, listing, question, bounds), tell);
  async function* perWorkspaces<L extends Listing>(listing: L, ids: string[] | null, others: [string, string][]) {
    if (ids === null) yield* rows(listing, others);
    else for (const some of groups(ids)) yield* rows(listing, [...others, ...named('workspace', some)]);
  }
  return createDirectory({
    workspaces: (ids) => perWorkspaces('workspaces', ids, []),
    individuals: (ids, dataSets) => perWorkspaces('individuals', ids, named('data_set', dataSets)),
    subscribers: () => rows('subscribers', []),
  });
}

/** A data set that nobody has. */
const NO_DATA_SET = 'tocsin-probe';

/** Reads one page of each listing, so that a directory that does not work is found before people must be told. Throws as `pagesOf`. */
export async function probeHttpDirectory(settings: HttpDirectorySettings, bounds: Partial<Bounds> = {}): Promise<void> {
  for (const listing of LISTINGS) {
    const question: [string, string][] = listing === 'individuals' ? named('data_set', [NO_DATA_SET]) : [];
    const pages = pagesOf(settings, listing, question, { ...BOUNDS, tries: 1, limit: 10, ...bounds });
    const { value } = await pages.next();
    for await (const _ of rowsOf(listing, only(value as Page), () => undefined));
    await pages.return(undefined);
  }
}

async function* only(page: Page) {
  yield page;
}

async function* rowsOf<L extends Listing>(
  listing: L,
  pages: AsyncIterable<Page>,
  tell: Tell,
): AsyncGenerator<RowOf<L>[]> {
  const odd = new Map<string, { count: number; first: string }>();
  try {
    for await (const { number, items } of pages)
      yield items.map((item, index) => {
        const where = `item ${index + 1} of page ${number}`;
        return rowOf(listing, item, where, (field) => {
          const before = odd.get(field);
          odd.set(field, { count: (before?.count ?? 0) + 1, first: before?.first ?? where });
        });
      });
  } finally {
    for (const [field, { count, first }] of odd)
      tell(
        `"${listing}" of the directory has ${plural(count, 'value', 'values')} of "${field}" that cannot be read (the first in ${first}): each counts as empty; give text, or null`,
      );
  }
}

function rowOf<L extends Listing>(listing: L, item: unknown, where: string, odd: (field: string) => void): RowOf<L> {
  const about = `${where} of "${listing}"`;
  if (typeof item !== 'object' || item === null || Array.isArray(item)) throw fault(about, 'is not an object');
  const values = item as Record<string, unknown>;
  const row = COLUMNS[listing].map((field) => {
    if (!Object.hasOwn(values, field)) throw fault(about, `has no "${field}"; give null where there is none`);
    const value = textOf(values[field]);
    if (FOUND_BY[listing].includes(field)) {
      if (value === undefined) throw fault(about, `has a "${field}" that is neither text nor a whole number`);
      if (value.trim() === '' && MAY_BE_EMPTY[listing] !== field) throw fault(about, `has an empty "${field}"`);
    } else if (value === undefined) odd(field);
    return [field, value ?? ''];
  });
  return Object.fromEntries(row) as RowOf<L>;
}

/** Undefined for what is no text. A number that JSON does not keep whole could be that of another; Postgres takes no NUL. */
function textOf(value: unknown): string | undefined {
  if (value === null) return '';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  return typeof value === 'string' && value.length <= MAX_VALUE && !value.includes('\0') ? value : undefined;
}

function named(name: string, values: readonly string[]): [string, string][] {
  return values.map((value) => [name, value]);
}

/** As many ids at a time as an address holds. */
function* groups(ids: readonly string[]): Iterable<string[]> {
  let some: string[] = [];
  let length = 0;
  for (const id of ids) {
    const more = encodeURIComponent(id).length + '&workspace='.length;
    if (some.length > 0 && length + more > MAX_IDS) {
      yield some;
      [some, length] = [[], 0];
    }
    some.push(id);
    length += more;
  }
  if (some.length > 0) yield some;
}
