/** The mail addresses in a cell of the directory: with display names, several of them, and in any spelling. */
import { addressParser } from 'postal-mime';
import { distinctAddresses, mailAddress } from '../mail/mail-address';

/** One address in plain ASCII, as nearly every cell has it: nothing in it is quoted, encoded, commented or a list. */
const ONE_PLAIN = /^[a-z0-9._+-]+@[a-z0-9.-]+$/i;

/**
 * The addresses of a cell such as `Dana Weiss <dana@example.com>` or `a@example.com; b@example.com`, each once and in its one
 * spelling. What is no address stays as it stands, and an empty cell is one empty text: somebody who cannot be mailed.
 */
export function addressesIn(cell: string): string[] {
  if (ONE_PLAIN.test(cell)) return [mailAddress(cell) ?? cell];
  const found = addressParser(cell, { flatten: true })
    .map(({ address, name }) => address || name)
    .map((text) => mailAddress(text) ?? text);
  const distinct = distinctAddresses(found);
  return distinct.length > 0 ? distinct : [''];
}
