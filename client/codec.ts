/** Payload encryption: what Temporal stores of an incident is readable only with the keys (AES-256-GCM). */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { METADATA_ENCODING_KEY, type Payload, type PayloadCodec, ValueError } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { encryptionKeyOf, KEY_FORM } from './encryption-key';

const ENCODING = 'binary/encrypted';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * A codec over a key ring: the first key encrypts, all of them decrypt, so that keys can be rotated.
 * Each key is `ID:BASE64`, 32 bytes. Throws when one is not.
 */
export class EncryptionCodec implements PayloadCodec {
  private readonly keys = new Map<string, Buffer>();
  private readonly activeId: string;

  constructor(ring: string[]) {
    for (const entry of ring) {
      const read = encryptionKeyOf(entry);
      if (!read) throw new ValueError(`TOCSIN_ENCRYPTION_KEYS: ${KEY_FORM}`);
      this.keys.set(read.id, read.key);
    }
    const first = this.keys.keys().next();
    if (first.done) throw new ValueError('TOCSIN_ENCRYPTION_KEYS: holds no key');
    this.activeId = first.value;
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', this.keys.get(this.activeId)!, nonce);
      const plain = temporal.api.common.v1.Payload.encode(payload).finish();
      const data = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
      return {
        metadata: { [METADATA_ENCODING_KEY]: Buffer.from(ENCODING), 'encryption-key-id': Buffer.from(this.activeId) },
        data,
      };
    });
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => {
      if (Buffer.from(payload.metadata?.[METADATA_ENCODING_KEY] ?? []).toString() !== ENCODING) return payload;
      const id = Buffer.from(payload.metadata?.['encryption-key-id'] ?? []).toString();
      const key = this.keys.get(id);
      if (!key)
        throw new ValueError(`a payload is encrypted with the key "${id}", which is not in TOCSIN_ENCRYPTION_KEYS`);
      const data = Buffer.from(payload.data ?? []);
      const decipher = createDecipheriv('aes-256-gcm', key, data.subarray(0, NONCE_BYTES));
      decipher.setAuthTag(data.subarray(data.length - TAG_BYTES));
      const plain = Buffer.concat([decipher.update(data.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
      return temporal.api.common.v1.Payload.decode(plain);
    });
  }
}

/** The data converter of clients and workers: encrypting when keys are set. */
export function dataConverter(encryptionKeys: string[]): { payloadCodecs: PayloadCodec[] } {
  return { payloadCodecs: encryptionKeys.length > 0 ? [new EncryptionCodec(encryptionKeys)] : [] };
}
