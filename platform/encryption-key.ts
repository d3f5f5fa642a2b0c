import { randomBytes } from 'node:crypto';

/** A key of payload encryption. */
export interface EncryptionKey {
  id: string;
  key: Buffer;
}

/** A new key, as `ID:BASE64`. */
export function newEncryptionKey(id: string): string {
  return `${id}:${randomBytes(32).toString('base64')}`;
}

/** What such a key must look like. */
export const KEY_FORM = 'each key must be ID:BASE64 of 32 bytes';

/** Reads `ID:BASE64`; `undefined` when it is not that, or not of 32 bytes. */
export function encryptionKeyOf(entry: string): EncryptionKey | undefined {
  const colon = entry.indexOf(':');
  const key = Buffer.from(entry.slice(colon + 1), 'base64');
  return colon > 0 && key.length === 32 ? { id: entry.slice(0, colon), key } : undefined;
}

/** The key ring as a text, its entries between commas. */
export function keyRing(text: string): string[] {
  return text.split(',').flatMap((key) => (key.trim() ? [key.trim()] : []));
}
