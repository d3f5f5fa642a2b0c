/** Versions of Maven: "Version Order Specification" of its POM reference (maven.apache.org/pom.html). */
import { compareDigits, compareText, type VersionOrder } from './version-order';

/** A number or a qualifier, with the sign before it; a change from digits to letters counts as a hyphen. */
interface Token {
  sign: '.' | '-';
  number: boolean;
  value: string;
}

/** Before the version itself, the empty qualifier; `sp` and all others come after it. */
const QUALIFIERS = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp'];
const SAME: Record<string, string> = { cr: 'rc', ga: '', final: '', release: '' };
/** With a number right after them. */
const SHORT: Record<string, string> = { a: 'alpha', b: 'beta', m: 'milestone' };

export const MAVEN: VersionOrder<Token[]> = {
  rules: "Maven's order",
  parse: (text) => (/^[0-9A-Za-z][\x21-\x7e]*$/.test(text) ? trimmed(tokensOf(text.toLowerCase())) : undefined),
  compare(a, b) {
    for (let i = 0; i < Math.max(a.length, b.length); i++) {
      const order = compareTokens(a[i] ?? emptyFor(b[i]!), b[i] ?? emptyFor(a[i]!));
      if (order !== 0) return order;
    }
    return 0;
  },
};

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let sign: Token['sign'] = '.';
  for (const [at, part] of text.split(/([.\-_])/).entries()) {
    if (at % 2 === 1) {
      sign = part === '.' ? '.' : '-';
      continue;
    }
    const pieces = part === '' ? ['0'] : part.match(/\d+|\D+/g)!;
    for (const [i, piece] of pieces.entries()) {
      const number = /^\d/.test(piece);
      const long = !number && i + 1 < pieces.length && Object.hasOwn(SHORT, piece) ? SHORT[piece]! : piece;
      const value = number ? piece.replace(/^0+(?=\d)/, '') : Object.hasOwn(SAME, long) ? SAME[long]! : long;
      tokens.push({ sign: i > 0 ? '-' : sign, number, value });
    }
  }
  return tokens;
}

/** Without zeros and empty qualifiers at the end, and before each hyphen. */
function trimmed(tokens: Token[]): Token[] {
  const kept: Token[] = [];
  for (const token of tokens) {
    if (token.sign === '-') dropEmpty(kept);
    kept.push(token);
  }
  dropEmpty(kept);
  return kept;
}

function dropEmpty(tokens: Token[]): void {
  while (tokens.length > 1 && (tokens.at(-1)!.value === '0' || tokens.at(-1)!.value === '')) tokens.pop();
}

/** What stands for nothing beside a token. */
function emptyFor({ sign, number }: Token): Token {
  return number && sign === '.' ? { sign, number: true, value: '0' } : { sign, number: false, value: '' };
}

/** A qualifier before a number after a hyphen, that before a number after a dot. */
function compareTokens(a: Token, b: Token): number {
  const rank = ({ sign, number }: Token) => (number ? (sign === '.' ? 2 : 1) : 0);
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  return a.number ? compareDigits(a.value, b.value) : compareQualifiers(a.value, b.value);
}

function compareQualifiers(a: string, b: string): number {
  const [left, right] = [QUALIFIERS.indexOf(a), QUALIFIERS.indexOf(b)];
  const rank = (at: number) => (at === -1 ? QUALIFIERS.length : at);
  return rank(left) - rank(right) || (left === -1 ? compareText(a, b) : 0);
}
