/** Texts of incidents and cases are hostile: nothing in them may form Markdown. */
export function cell(text: string): string {
  return text.replace(/[\\`*_{}[\]<>()#!|~\n\r]/g, (char) => (char === '\n' || char === '\r' ? ' ' : `\\${char}`));
}
