/** Texts from outside on a terminal: nothing in them may move the cursor, colour, hide, reorder, or pass for our own words. */
import { wrap } from './table';

/** What a reader cannot see, or what acts on the text around it: controls, formats, separators, private and unassigned. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]/gu;

/** Text in which everything invisible is shown as `<U+202E>`. Line feeds stay, tabs become blanks. */
export function visible(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replaceAll('\t', '    ')
    .replace(UNSEEN, (unseen) => (unseen === '\n' ? unseen : `<U+${codeOf(unseen)}>`));
}

/** The same on one line of at most `max` characters. */
export function visibleLine(text: string, max = 200): string {
  const line = visible(text).replace(/\s+/g, ' ').trim();
  const characters = [...line];
  return characters.length <= max ? line : `${characters.slice(0, max - 1).join('')}…`;
}

/** Text as a quotation: each line stands behind a bar, so that none can be taken for the command's own. */
export function quoted(text: string, width: number): string[] {
  const room = Math.max(20, Math.min(width, 100_000) - 2);
  return wrap(visible(text), room).map((line) => `│ ${line}`.trimEnd());
}

function codeOf(character: string): string {
  return character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
}
