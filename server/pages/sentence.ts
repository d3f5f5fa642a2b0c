/** What was said begins with a capital and ends: but for an id, a name or a command, which stays as it is written. */
import { upperFirst } from '../../domain/kernel/first-letter';

export function sentence(text: string): string {
  const begun = /^[a-z]+['’]?[a-z]*[\s,;:]/.test(text) ? upperFirst(text) : text;
  return /[.?!]$/.test(begun) || begun === '' ? begun : `${begun}.`;
}
