/**
 * Personal data of an incident lies in the register only under the incident's own data key (AES-256-GCM), and the key in a
 * table of its own. Without the key the content is gone for good, and every entry still verifies: the leaf holds salted
 * commitments, whose salts are gone as well.
 */
import { type CipherGCMTypes, createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { SealError } from './errors';

export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const CIPHER: CipherGCMTypes = 'aes-256-gcm';
/** An earlier version sealed by this (RFC 8439), in the same form. Node's types of it want what only CCM needs. */
const EARLIER_CIPHER = 'chacha20-poly1305' as string as CipherGCMTypes;

/**
 * Seals a text to its place: nonce, ciphertext and tag. A key seals far fewer than the 2^32 texts that random nonces allow.
 *
 * @throws RangeError for a key of another length.
 */
export function seal(key: Uint8Array, incidentId: string, seq: number, text: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(placeOf(incidentId, seq)));
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

/** Opens what was sealed: nonce, ciphertext and tag. @throws SealError for another key, another place, or when it was altered. */
export function unseal(key: Uint8Array, incidentId: string, seq: number, sealed: Uint8Array): string {
  const place = Buffer.from(placeOf(incidentId, seq));
  for (const cipher of [CIPHER, EARLIER_CIPHER]) {
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
function placeOf(incidentId: string, seq: number): string {
  return `${seq} ${incidentId}`;
}
