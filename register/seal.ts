/**
 * Personal data of an incident lies in the register only under the incident's own data key (ChaCha20-Poly1305, RFC 8439),
 * and the key in a table of its own. Without the key the content is gone for good, and every entry still verifies: the leaf
 * holds salted commitments, whose salts are gone as well. `Sealer` seals; here is what opens it again.
 */
import { type CipherGCMTypes, createDecipheriv } from 'node:crypto';
import { SealError } from './errors';

export const KEY_BYTES = 32;
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;

/** The second sealed the entries of earlier versions, in the same form. Node's types of the first want what only CCM needs. */
const CIPHERS = ['chacha20-poly1305', 'aes-256-gcm'] as CipherGCMTypes[];

/** Opens what was sealed: nonce, ciphertext and tag. @throws SealError for another key, another place, or when it was altered. */
export function unseal(key: Uint8Array, incidentId: string, seq: number, sealed: Uint8Array): string {
  const place = Buffer.from(placeOf(incidentId, seq));
  for (const cipher of CIPHERS) {
    try {
      return opened(cipher, key, place, sealed);
    } catch {
      // Under the other, or not at all.
    }
  }
  throw new SealError(`the personal data of entry ${seq} of incident ${incidentId} cannot be opened: it was altered`);
}

function opened(cipher: CipherGCMTypes, key: Uint8Array, place: Buffer, sealed: Uint8Array): string {
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(cipher, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(place);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  return decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
}

/** What a sealed text is bound to: it cannot be moved to another entry. */
export function placeOf(incidentId: string, seq: number): string {
  return `${seq} ${incidentId}`;
}
