/**
 * Personal data of an incident lies in the register only under the incident's own data key (AES-256-GCM), and the key in
 * a table of its own. Without the key the content is gone for good, and every entry still verifies: the leaf holds salted
 * commitments, whose salts are gone as well.
 */
import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import { SealError } from './errors';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
export const KEY_BYTES = 32;

let nonces = Buffer.alloc(0);

function nextNonce(): Buffer {
  if (nonces.length < NONCE_BYTES) nonces = randomBytes(NONCE_BYTES * 512);
  const nonce = nonces.subarray(0, NONCE_BYTES);
  nonces = nonces.subarray(NONCE_BYTES);
  return nonce;
}

/** Seals a text to its place: nonce, ciphertext and tag. A key seals far fewer than the 2^32 texts that random nonces allow. */
export function seal(key: Uint8Array | KeyObject, incidentId: string, seq: number, text: string): Buffer {
  const nonce = nextNonce();
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(placeOf(incidentId, seq));
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

/** @throws SealError when it was sealed with another key, for another place, or altered since. */
export function unseal(key: Uint8Array, incidentId: string, seq: number, sealed: Uint8Array): string {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES));
    decipher.setAAD(placeOf(incidentId, seq));
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    return decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    throw new SealError(`the personal data of entry ${seq} of incident ${incidentId} cannot be opened: it was altered`);
  }
}

function placeOf(incidentId: string, seq: number): Buffer {
  return Buffer.from(`${seq} ${incidentId}`);
}
