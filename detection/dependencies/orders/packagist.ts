/** Versions of PHP packages: `version_compare` of PHP, over what Composer makes of a version first. */
import { compareDigits, compareParts, type Part, type VersionOrder } from './version-order';

/** All the words that Composer knows; `stable` says nothing. */
const WORDS: Record<string, number> = { dev: 1, alpha: 2, a: 2, beta: 3, b: 3, rc: 4, p: 7, pl: 7, patch: 7 };
const RANK = { end: 5, number: 6 };

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
    const parts: Part[] = numbers.map((value) => ({ rank: RANK.number, value }));
    for (const value of rest.match(/\d+|[a-z]+/g) ?? []) {
      if (value === 'stable') continue;
      const rank = /^\d/.test(value) ? RANK.number : Object.hasOwn(WORDS, value) ? WORDS[value]! : undefined;
      if (rank === undefined) return undefined;
      parts.push({ rank, value });
    }
    return parts;
  },
  compare: (a, b) =>
    compareParts(a, b, { rank: RANK.end, value: '' }, (x, y) =>
      x.rank === RANK.number ? compareDigits(x.value, y.value) : 0,
    ),
};
