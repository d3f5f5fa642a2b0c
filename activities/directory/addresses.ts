/** The mail addresses in a cell of the directory: with display names, several of them, and of international domains. */
import { domainToASCII } from 'node:url';
import { addressParser } from 'postal-mime';

/**
 * The addresses of a cell such as `Dana Weiss <dana@example.com>` or `a@example.com; b@example.com`, each once, with the
 * domain in ASCII. What is no address stays as it stands, and an empty cell is one empty text: somebody who cannot be mailed.
 */
export function addressesIn(cell: string): string[] {
  const found = addressParser(cell, { flatten: true }).map(({ address, name }) => asciiDomain(address || name));
  const distinct = [...new Map(found.map((address) => [address.toLowerCase(), address])).values()];
  return distinct.length > 0 ? distinct : [''];
}

function asciiDomain(address: string): string {
  const at = address.lastIndexOf('@');
  if (at < 1) return address;
  const domain = domainToASCII(address.slice(at + 1));
  return domain === '' ? address : `${address.slice(0, at)}@${domain}`;
}
