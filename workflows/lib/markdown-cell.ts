/**
 * Texts of incidents and cases are hostile: nothing in them may form Markdown. Without `[` and `]` no parenthesis or
 * exclamation mark forms any, nor does `_` within a word; and the plain `temporal` command shows each backslash.
 */
export function cell(text: string): string {
  return text.replace(/[\\`*{}[\]<>#|~\n\r]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, (char) =>
    char === '\n' || char === '\r' ? ' ' : `\\${char}`,
  );
}

/** Text as code, to be copied; what would end the code is left out. */
export function code(text: string): string {
  return `\`${text.replace(/[`\n\r]/g, ' ')}\``;
}
