/** Versions of Alpine, Wolfi and Chainguard: apk-package(5) of apk-tools, `1.2.3a_rc1_git2~HASH-r4`. */
import { compareDigits, compareParts, compareText, type Part, type VersionOrder } from './version-order';

const SHAPE = /^(\d+(?:\.\d+)*)([a-z])?((?:_[a-z]+\d*)*)(~[0-9a-f]+)?(?:-r(\d+))?$/;
/** In their order; those before `cvs` come before the version without a suffix. */
const SUFFIXES = ['alpha', 'beta', 'pre', 'rc', 'cvs', 'svn', 'git', 'hg', 'p'];
const BEFORE = SUFFIXES.indexOf('cvs');
const RANK = { before: -1, end: 0, revision: 1, commit: 2, suffix: 3, letter: 4, fraction: 5, number: 6 };

export const APK: VersionOrder<Part[]> = {
  rules: "apk's order",
  parse(text) {
    const match = SHAPE.exec(text);
    if (!match) return undefined;
    const [, numbers, letter, suffixes, commit, revision] = match;
    const parts: Part[] = numbers!.split('.').map((value, i) => ({ rank: i > 0 ? RANK.fraction : RANK.number, value }));
    if (letter) parts.push({ rank: RANK.letter, value: letter });
    for (const [, word, number] of suffixes!.matchAll(/_([a-z]+)(\d*)/g)) {
      const at = SUFFIXES.indexOf(word!);
      if (at === -1) return undefined;
      parts.push({ rank: at < BEFORE ? RANK.before : RANK.suffix, value: String(at) });
      parts.push({ rank: RANK.number, value: number || '0' });
    }
    if (commit) parts.push({ rank: RANK.commit, value: commit });
    parts.push({ rank: RANK.revision, value: revision ?? '0' });
    return parts;
  },
  compare: (a, b) => compareParts(a, b, { rank: RANK.end, value: '' }, compareValues),
};

/** A number after the first that begins with 0 is the digits of a fraction, as apk compares it. */
function compareValues(a: Part, b: Part): number {
  if (a.rank === RANK.letter || a.rank === RANK.commit) return compareText(a.value, b.value);
  const asFraction = a.rank === RANK.fraction && (a.value.startsWith('0') || b.value.startsWith('0'));
  return asFraction ? compareText(a.value, b.value) : compareDigits(a.value, b.value);
}
