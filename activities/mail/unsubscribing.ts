/**
 * One click unsubscribes a reader of status mails (RFC 8058): the mail names an address of whoever keeps the subscribers, for this
 * reader alone, and their mail program posts to it. Notices to those concerned have none: nobody opts out of being told.
 */
import { wellFormed } from '../../domain/kernel/text';
import { hmacSha256 } from '../../platform/hmac';

/** In the place of these stand the reader's id of the directory, and the signature of it. */
export const UNSUBSCRIBE_PARTS = ['{subscriber}', '{signature}'] as const;

/** What is wrong with such an address; `undefined`: nothing. */
export function unsubscribeUrlProblem(address: string): string | undefined {
  const missing = UNSUBSCRIBE_PARTS.filter((part) => !address.includes(part));
  if (missing.length > 0) return `must have ${missing.join(' and ')} in it`;
  const filled = unsubscribeUrl(address, 'x', 'x');
  if (!URL.canParse(filled) || new URL(filled).protocol !== 'https:')
    return 'must be an address that begins with https:';
  return undefined;
}

/** The address for one reader. The signature is the HMAC-SHA256 of the id under the secret, in hex. */
export function unsubscribeUrl(address: string, subscriber: string, secret: string): string {
  const id = wellFormed(subscriber);
  return address
    .replaceAll('{subscriber}', () => encodeURIComponent(id))
    .replaceAll('{signature}', () => hmacSha256(secret, id).toString('hex'));
}

/** The headers of a mail by which it is done. */
export function unsubscribeHeaders(url: string): Record<string, string> {
  return { 'List-Unsubscribe': `<${url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
}
