/**
 * Sealed payloads: what Temporal stores of a case is readable only with the keys (AES-256-GCM), and a workflow believes
 * only what was sealed with them. The seal is bound to the workflow that the payload is for, so that it cannot be moved
 * to another one. Within the same workflow each seal is known by its number: a message counts once, and the answer to an
 * activity says to which call it answers (`worker/answers.ts`).
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { SerializationContext } from '@temporalio/common';
import { METADATA_ENCODING_KEY, type Payload, type PayloadCodec, ValueError } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { FOREIGN_ENCODING, type ForeignPayload, SEAL_METADATA } from '../domain/kernel/foreign-payload';
import { SCHEDULES } from '../domain/kernel/schedules';
import { encryptionKeyOf, KEY_FORM } from '../platform/encryption-key';

const ENCODING = 'binary/encrypted';
/** Where the id of the key stands in clear beside what it sealed. */
export const SEALING_KEY_METADATA = 'encryption-key-id';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** `throw` for clients; `mark` for workers, where a payload that throws would stop the workflow's clocks. */
type OnForeign = 'throw' | 'mark';

/**
 * A codec over a key ring: the first key seals, all of them open, so that keys can be rotated. Each key is `ID:BASE64`,
 * 32 bytes. Throws when one is not.
 */
export class SealingCodec implements PayloadCodec {
  private readonly keys = new Map<string, Buffer>();
  /** The id of the key that seals. */
  readonly activeId: string;

  constructor(
    ring: string[],
    private readonly onForeign: OnForeign = 'throw',
  ) {
    for (const entry of ring) {
      const read = encryptionKeyOf(entry);
      if (!read) throw new ValueError(`TOCSIN_ENCRYPTION_KEYS: ${KEY_FORM}`);
      this.keys.set(read.id, read.key);
    }
    const first = this.keys.keys().next();
    if (first.done) throw new ValueError('TOCSIN_ENCRYPTION_KEYS: holds no key');
    this.activeId = first.value;
  }

  async encode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    const binding = bindingTo(context);
    return payloads.map((payload) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', this.keys.get(this.activeId)!, nonce);
      const sealedAt = String(Date.now());
      cipher.setAAD(Buffer.from(`${sealedAt} ${binding}`));
      const plain = temporal.api.common.v1.Payload.encode(payload).finish();
      const data = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
      return {
        metadata: {
          [METADATA_ENCODING_KEY]: Buffer.from(ENCODING),
          [SEALING_KEY_METADATA]: Buffer.from(this.activeId),
          'encryption-sealed-at': Buffer.from(sealedAt),
          ...(binding && { 'encryption-binding': Buffer.from(binding) }),
        },
        data,
      };
    });
  }

  async decode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    const expected = bindingTo(context);
    return payloads.map((payload) => {
      const opened = this.open(payload, expected);
      if (!('foreign' in opened)) return opened;
      if (this.onForeign === 'throw') throw new ValueError(`a payload ${opened.why}`);
      return { metadata: { [METADATA_ENCODING_KEY]: Buffer.from(FOREIGN_ENCODING) }, data: json(opened) };
    });
  }

  private open(payload: Payload, expected: string): Payload | ForeignPayload {
    const meta = (name: string) => Buffer.from(payload.metadata?.[name] ?? []).toString();
    if (meta(METADATA_ENCODING_KEY) !== ENCODING) return { foreign: 'unsealed', why: 'is not sealed' };
    const id = meta(SEALING_KEY_METADATA);
    const key = this.keys.get(id);
    if (!key) {
      const why = `is sealed with the key "${id.slice(0, 40)}", which is not in TOCSIN_ENCRYPTION_KEYS`;
      return { foreign: 'unknown-key', why };
    }
    const binding = meta('encryption-binding');
    if (expected && binding !== expected) {
      return { foreign: 'moved', why: 'was sealed for another workflow' };
    }
    const data = Buffer.from(payload.data ?? []);
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, data.subarray(0, NONCE_BYTES));
      const sealedAt = meta('encryption-sealed-at');
      decipher.setAAD(Buffer.from(`${sealedAt} ${binding}`));
      decipher.setAuthTag(data.subarray(-TAG_BYTES));
      const plain = Buffer.concat([decipher.update(data.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
      const opened = temporal.api.common.v1.Payload.decode(plain);
      if (this.onForeign === 'throw') return opened;
      const seal = `${data.subarray(0, NONCE_BYTES).toString('base64url')} ${sealedAt}`;
      return { data: opened.data, metadata: { ...opened.metadata, [SEAL_METADATA]: Buffer.from(seal) } };
    } catch {
      return { foreign: 'altered', why: 'was altered after it was sealed' };
    }
  }
}

/** A schedule seals for its own name, to which each of its runs adds its instant. No case has such an id. */
const OF_SCHEDULE = new RegExp(`^(${Object.values(SCHEDULES).join('|')})-\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$`);

/** What the seal is bound to; empty where no workflow is known. */
function bindingTo(context: SerializationContext | undefined): string {
  if (!context?.workflowId) return '';
  return JSON.stringify([context.namespace, context.workflowId.replace(OF_SCHEDULE, '$1')]);
}

function json(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

/** How payloads are converted. Failures' texts and stacks travel as payloads too, so that they are sealed with the rest. */
export interface TocsinDataConverter {
  payloadCodecs: PayloadCodec[];
  failureConverterPath?: string;
}

/** The data converter of clients: sealing when keys are set. */
export function dataConverter(encryptionKeys: string[]): TocsinDataConverter {
  return encryptionKeys.length > 0 ? sealing(new SealingCodec(encryptionKeys)) : { payloadCodecs: [] };
}

/** That of workers, to whose workflows a foreign payload comes as a value that says so. */
export function workerDataConverter(encryptionKeys: string[]): TocsinDataConverter {
  return encryptionKeys.length > 0 ? sealing(new SealingCodec(encryptionKeys, 'mark')) : { payloadCodecs: [] };
}

function sealing(codec: SealingCodec): TocsinDataConverter {
  return { payloadCodecs: [codec], failureConverterPath: require.resolve('./failure-converter') };
}
