/** Texts from outside for people: nothing in them may hide, reorder or act on the text around it. */

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

function codeOf(character: string): string {
  return character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
}
