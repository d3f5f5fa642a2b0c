/** Makes texts from an incident inert: they are hostile until proven otherwise, and end up in mails and on pages. */

/** Control characters but line feed, bidirectional overrides, zero-width marks and lone surrogates. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: taking them out is the point
const UNWANTED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** Without what can hide or reorder text; line ends become `\n`, tabs become spaces. */
export function clean(value: unknown): string {
  return String(value)
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replaceAll('\t', ' ')
    .replace(UNWANTED, '')
    .replace(/\p{Surrogate}/gu, '\uFFFD');
}

/** Blanks that may be collapsed; the no-break spaces of French typography stay. */
const BLANKS = /[^\S\u00a0\u202f]+/g;

/** One line of clean text, for subjects, headings and attributes; at most `max` characters. */
export function oneLine(value: unknown, max = 300): string {
  const text = clean(value).replace(BLANKS, ' ').trim();
  return text.length <= max ? text : `${[...text].slice(0, max - 1).join('')}…`;
}

/** Text as Markdown that renders as exactly this text: all ASCII punctuation escaped (CommonMark 2.4), line ends as breaks. */
export function asMarkdown(value: unknown): string {
  return clean(value)
    .trim()
    .replace(/[!-/:-@[-`{-~]/g, '\\$&')
    .replace(/\s*\n\s*/g, '  \n');
}

/** Text as HTML content or a quoted attribute. */
export function asHtml(value: unknown): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return clean(value).replace(/[&<>"']/g, (char) => entities[char]!);
}
