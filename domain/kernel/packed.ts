/**
 * A JSON value without its repetitions, for the one place where a whole state is handed over: an incident names the same
 * thousands of workspaces in its facts, in whom each notice goes to and in whom it reached. Each id and each long part
 * stands once; what is taken out stands beside the value with its path, so that no value can be mistaken for a mark. Pure.
 */

type Path = Array<string | number>;
/** A list of texts by their places among `ids`: runs like `0-99,7,3*5`, or the bits of a sorted one in hex after `#`. */
type Code = string;

export interface Packed {
  value: unknown;
  ids: string[];
  lists: Array<[Path, Code]>;
  /** Lists of objects with the same texts each, by the names of these. */
  rows: Array<[Path, Record<string, Code>]>;
  /** What stands elsewhere already, and where. */
  same: Array<[Path, Path]>;
}

/** Shorter lists and parts are left where they are. */
const LIST = 16;
const PART_CHARACTERS = 200;

export function pack(given: unknown): Packed {
  const value = JSON.parse(JSON.stringify(given)) as unknown;
  const texts = new Set<string>();
  collect(value, texts);
  const ids = [...texts].sort();
  const place = new Map(ids.map((id, i) => [id, i]));
  const packed: Packed = { value: undefined, ids, lists: [], rows: [], same: [] };
  const seen = new Map<string, Path>();
  const take = (part: unknown, path: Path): unknown => {
    if (isList(part)) {
      packed.lists.push([path, encode(part, place)]);
      return null;
    }
    const keys = rowKeys(part);
    if (keys) {
      const rows = part as Array<Record<string, string>>;
      const columns = keys.map(
        (key) =>
          [
            key,
            encode(
              rows.map((row) => row[key]!),
              place,
            ),
          ] as const,
      );
      packed.rows.push([path, Object.fromEntries(columns)]);
      return null;
    }
    if (part === null || (typeof part !== 'object' && typeof part !== 'string')) return part;
    const text = JSON.stringify(part);
    if (text.length >= PART_CHARACTERS) {
      const before = seen.get(text);
      if (before) {
        packed.same.push([path, before]);
        return null;
      }
      seen.set(text, path);
    }
    if (typeof part === 'string') return part;
    if (Array.isArray(part)) return part.map((each, i) => take(each, [...path, i]));
    return Object.fromEntries(Object.entries(part).map(([key, each]) => [key, take(each, [...path, key])]));
  };
  packed.value = take(value, ['value']);
  return packed;
}

export function unpack<T>({ value, ids, lists, rows, same }: Packed): T {
  const root = { value };
  for (const [path, code] of lists) put(root, path, decode(code, ids));
  for (const [path, columns] of rows) {
    const decoded = Object.entries(columns).map(([key, code]) => [key, decode(code, ids)] as const);
    const length = decoded[0]?.[1].length ?? 0;
    const list = Array.from({ length }, (_, i) => Object.fromEntries(decoded.map(([key, all]) => [key, all[i]])));
    put(root, path, list);
  }
  // A part that stands elsewhere may hold others that do: the inner ones were met first there.
  for (const [path, from] of same) put(root, path, at(root, from));
  return root.value as T;
}

export function isPacked(value: unknown): value is Packed {
  return typeof value === 'object' && value !== null && 'ids' in value && 'same' in value && 'lists' in value;
}

function isList(part: unknown): part is string[] {
  return Array.isArray(part) && part.length >= LIST && part.every((each) => typeof each === 'string');
}

/** The names in each of a list of objects, where they are the same and hold texts only. */
function rowKeys(part: unknown): string[] | undefined {
  if (!Array.isArray(part) || part.length < LIST) return undefined;
  const shape = (each: unknown) =>
    each !== null && typeof each === 'object' && !Array.isArray(each) ? Object.keys(each).join('\n') : undefined;
  const first = shape(part[0]);
  const alike = first !== undefined && first !== '' && part.every((each) => shape(each) === first);
  if (!alike || !part.every((each) => Object.values(each as object).every((text) => typeof text === 'string')))
    return undefined;
  return Object.keys(part[0] as object);
}

function collect(part: unknown, texts: Set<string>): void {
  if (part === null || typeof part !== 'object') return;
  if (isList(part)) for (const text of part) texts.add(text);
  else if (rowKeys(part))
    for (const row of part as object[]) for (const text of Object.values(row)) texts.add(text as string);
  else for (const each of Object.values(part)) collect(each, texts);
}

function encode(list: string[], place: Map<string, number>): Code {
  return encodePlaces(list.map((text) => place.get(text)!));
}

function encodePlaces(places: number[]): Code {
  const runs: string[] = [];
  for (let i = 0; i < places.length; ) {
    const first = places[i]!;
    let [upTo, same] = [i + 1, i + 1];
    while (places[upTo] === first + (upTo - i)) upTo++;
    while (places[same] === first) same++;
    if (same - i > 1) runs.push(`${first}*${same - i}`);
    else runs.push(upTo - i > 1 ? `${first}-${places[upTo - 1]}` : `${first}`);
    i = Math.max(upTo, same);
  }
  const text = runs.join(',');
  const isSorted = places.every((each, i) => i === 0 || each > places[i - 1]!);
  const bits = isSorted ? bitsOf(places) : undefined;
  return bits !== undefined && bits.length < text.length ? bits : text;
}

function bitsOf(places: number[]): Code {
  const nibbles = new Array<number>(Math.floor((places.at(-1) ?? 0) / 4) + 1).fill(0);
  for (const each of places) nibbles[Math.floor(each / 4)]! |= 1 << (each % 4);
  return `#${nibbles.map((nibble) => nibble.toString(16)).join('')}`;
}

function decode(code: Code, ids: string[]): string[] {
  return decodePlaces(code).map((place) => ids[place]!);
}

function decodePlaces(code: Code): number[] {
  if (code.startsWith('#')) {
    return [...code.slice(1)].flatMap((digit, n) =>
      [0, 1, 2, 3].filter((bit) => (Number.parseInt(digit, 16) >> bit) & 1).map((bit) => 4 * n + bit),
    );
  }
  return code.split(',').flatMap((run) => {
    const [first = 0, second = 0] = run.split(/[-*]/).map(Number);
    if (run.includes('*')) return new Array<number>(second).fill(first);
    return run.includes('-') ? Array.from({ length: second - first + 1 }, (_, n) => first + n) : [first];
  });
}

/** What the codes of a packed value are once other texts stand among its `ids`. `moved`: the new place of each. */
export function codesMoved({ lists, rows }: Packed, moved: readonly number[]): Pick<Packed, 'lists' | 'rows'> {
  const recoded = (code: Code) => encodePlaces(decodePlaces(code).map((place) => moved[place]!));
  return {
    lists: lists.map(([path, code]) => [path, recoded(code)]),
    rows: rows.map(([path, columns]) => [
      path,
      Object.fromEntries(Object.entries(columns).map(([key, code]) => [key, recoded(code)])),
    ]),
  };
}

function at(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], root);
}

/** Defined and not assigned: a key may be `__proto__`, which users may choose. */
function put(root: unknown, path: Path, value: unknown): void {
  const holder = at(root, path.slice(0, -1)) as object;
  Object.defineProperty(holder, path.at(-1)!, { value, enumerable: true, writable: true, configurable: true });
}
