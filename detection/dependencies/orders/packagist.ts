/** Versions of PHP packages: `version_compare` of PHP, over what Composer makes of a version first. */
import { compareDigits, compareParts, type Part, type VersionOrder } from './version-order';

/** By their beginnings, the first that fits; any other word comes before all. */
const WORDS: Array<[string, number]> = [
  ['dev', 1],
  ['alpha', 2],
  ['a', 2],
  ['beta', 3],
  ['b', 3],
  ['rc', 4],
  ['p', 7],
];
const RANK = { unknown: 0, end: 5, number: 6 };

export const PACKAGIST: VersionOrder<Part[]> = {
  rules: "Composer's order",
  parse(text) {
    const match = /^v?(\d+(?:\.\d+)*)([0-9a-z.+_@-]*)$/i.exec(text);
    // A branch (`dev-main`, `1.x-dev`) is no version.
    if (!match || /(^|\.)x(-dev)?$/i.test(text)) return undefined;
    const numbers = match[1]!.split('.');
    // Composer writes four numbers.
    while (numbers.length < 4) numbers.push('0');
    const rest = match[2]!.replace(/\+.*$/, '').toLowerCase();
    const parts = numbers.map((value) => ({ rank: RANK.number, value }));
    return [...parts, ...(rest.match(/\d+|[a-z]+/g) ?? []).map(partOf)];
  },
  compare: (a, b) =>
    compareParts(a, b, { rank: RANK.end, value: '' }, (x, y) =>
      x.rank === RANK.number ? compareDigits(x.value, y.value) : 0,
    ),
};

function partOf(value: string): Part {
  if (/^\d/.test(value)) return { rank: RANK.number, value };
  return { rank: WORDS.find(([word]) => value.startsWith(word))?.[1] ?? RANK.unknown, value };
}
