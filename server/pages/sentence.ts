/** What was said begins with a capital and ends: but for an id, a name or a command, which stays as it is written. */
export function sentence(text: string): string {
  const begun = /^[a-z]+['’]?[a-z]*[\s,;:]/.test(text) ? `${text[0]!.toUpperCase()}${text.slice(1)}` : text;
  return /[.?!]$/.test(begun) || begun === '' ? begun : `${begun}.`;
}
