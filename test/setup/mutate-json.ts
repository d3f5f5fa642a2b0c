/** JSON changed in its structure, as a hostile or careless sender might: the same numbers give the same changes. */
import { mulberry32 } from './mulberry32';
import { placesIn } from './places-in';

/** A whole number from 0 up to, but not including, `below`. */
export type Next = (below: number) => number;

/** The same numbers for one seed. */
export function numbers(seed: number): Next {
  const draw = mulberry32(seed);
  return (below) => Math.floor(draw() * below);
}

/** Written as they are: no number of JavaScript is printed so. */
const RAW_NUMBERS = [
  '1e999',
  '-1e999',
  '1e-999',
  '-0',
  '9007199254740993',
  `1${'0'.repeat(400)}`,
  '0.1000000000000000055511151231257827021181583404541015625',
];
const ODD_TEXTS = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\udc00\ud800',
  'a\udfffb',
  '\u202e\u2066gnp.exe\u2069',
  '\u2028\u2029',
  '\ufeff',
  '\ufffe\uffff',
  'e\u0301 \u00e9 \u1e9b\u0323',
  '👩‍👩‍👧‍👦'.repeat(60),
  '\u0300'.repeat(300),
  '__proto__',
  'constructor',
  'user@customer.example',
  '<user@customer.example>, "ü" <ü@xn--customer.example>',
  "'; DROP TABLE tocsin.inbox; --",
  '{$.a}',
  '../../etc/passwd',
  '9999-99-99T99:99:99Z',
  '-271821-04-20T00:00:00Z',
];
const LENGTHS = [199, 200, 201, 501, 501, 5_000];
const LONGEST = 60_000;
const RAW = /"\u2063(\d+)\u2063"/g;

/** One to three changes, anywhere in the body. What is no JSON is left as it is. */
export function mutateJson(body: string, next: Next): string {
  return mutated(body, next).text;
}

/** What a mutation gave. `only`: the one place of `placesIn({ body })` whose value became another, where nothing else changed. */
export interface Mutated {
  text: string;
  only?: number;
}

/** As `mutateJson`, with what was changed where that is one value in one place. */
export function mutated(body: string, next: Next): Mutated {
  let root: { body: unknown };
  try {
    root = { body: JSON.parse(body) };
  } catch {
    return { text: body };
  }
  let twice: string | undefined;
  const times = 1 + next(3);
  let only: number | undefined;
  for (let left = times; left > 0; left--) {
    const places = placesIn(root);
    if (places.length === 0) break;
    const at = next(places.length);
    const [holder, name] = places[at]!;
    const value = holder[name];
    const how = next(8);
    // Nesting is bounded for the whole of an event, names that come twice are read as one of them.
    if (times === 1 && how >= 3) only = at;
    switch (how) {
      case 0:
        if (Array.isArray(holder)) holder.splice(Number(name), 1);
        else if (holder !== (root as unknown)) delete holder[name];
        break;
      case 1:
        if (Array.isArray(holder)) holder.push(...Array.from({ length: 1 + next(3) }, () => value));
        else if (next(2) === 0) twice = JSON.stringify(name);
        else holder[oddText(next)] = value;
        break;
      case 2:
        holder[name] = nested(value, next);
        break;
      case 3:
        holder[name] = otherType(value, next);
        break;
      case 4:
        holder[name] = `\u2063${next(RAW_NUMBERS.length)}\u2063`;
        break;
      case 5:
        holder[name] = oddText(next);
        break;
      case 6:
        holder[name] = typeof value === 'string' ? `${oddText(next)}${value}${oddText(next)}` : [value, oddText(next)];
        break;
      default:
        holder[name] = longText(next);
    }
  }
  const text = JSON.stringify(root.body) ?? 'null';
  const raw = text.replace(RAW, (_, n) => RAW_NUMBERS[Number(n)]!);
  // The same name twice in one object.
  return twice ? { text: raw.replace(`${twice}:`, `${twice}:null,${twice}:`) } : { text: raw, only };
}

function oddText(next: Next): string {
  return ODD_TEXTS[next(ODD_TEXTS.length)]!;
}

function longText(next: Next): string {
  const part = ['x', 'ä', '\ud800', 'a ', 'a@b.example '][next(5)]!;
  const length = next(20) === 0 ? LONGEST : LENGTHS[next(LENGTHS.length)]!;
  return part.repeat(Math.ceil(length / part.length)).slice(0, length);
}

function nested(value: unknown, next: Next): unknown {
  let deep = value;
  for (let levels = [1, 2, 39, 41, 400][next(5)]!; levels > 0; levels--) deep = next(2) === 0 ? [deep] : { a: deep };
  return deep;
}

function otherType(value: unknown, next: Next): unknown {
  const others = [
    null,
    true,
    next(2 ** 31),
    String(value),
    [],
    {},
    [value],
    { value },
    Array.from({ length: 300 }, (_, n) => `203.0.113.${n}`),
    typeof value === 'string' ? Number(value) || Date.parse(value) || 0 : JSON.stringify(value),
    Array.isArray(value) ? { ...value } : Object.values(Object(value) as object),
  ];
  return others[next(others.length)];
}
