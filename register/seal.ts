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
  return sealBytes(key, placeOf(incidentId, seq), Buffer.from(text, 'utf8'));
}

/** Seals bytes to a place: nonce, ciphertext and tag. */
export function sealBytes(key: Uint8Array, place: string, bytes: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(place));
  return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

/** Opens what was sealed: nonce, ciphertext and tag. @throws SealError for another key, another place, or when it was altered. */
export function unseal(key: Uint8Array, incidentId: string, seq: number, sealed: Uint8Array): string {
  const place = placeOf(incidentId, seq);
  for (const cipher of [CIPHER, EARLIER_CIPHER]) {
    try {
      return opened(cipher, key, place, sealed).toString('utf8');
    } catch {
      // Under the other, or not at all.
    }
  }
  throw new SealError(`the personal data of entry ${seq} of incident ${incidentId} cannot be opened: it was altered`);
}

/** Opens what `sealBytes` sealed to the place. @throws SealError as `unseal` does. */
export function unsealBytes(key: Uint8Array, place: string, sealed: Uint8Array): Buffer {
  try {
    return opened(CIPHER, key, place, sealed);
  } catch {
    throw new SealError(`what is sealed as "${place}" cannot be opened: it was altered`);
  }
}

function opened(cipher: CipherGCMTypes, key: Uint8Array, place: string, sealed: Uint8Array): Buffer {
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(cipher, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(place));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
}

/** What a sealed text is bound to: it cannot be moved to another entry. */
function placeOf(incidentId: string, seq: number): string {
  return `${seq} ${incidentId}`;
}
