/**
 * What a worker writes into the shared database to keep a mail from somebody ("it was sent") is proved by keys that are not in
 * that database: whoever has its login alone proves nothing. The keys are derived from those that seal payloads, which all
 * workers have (HKDF-SHA-256, RFC 5869).
 */
import { createHmac, hkdfSync } from 'node:crypto';
import { encryptionKeyOf } from '../../platform/encryption-key';
import { sha256Hex } from './artefacts';

/** One key of the workers: it says how a mark is written, and under which key a list lies. */
export interface WorkerProof {
  /** The mark of an effect, in hex. */
  mark(effect: string): string;
  /** The key of what lies under the data key of an incident, and is from a worker. */
  keyOf(dataKey: Uint8Array): Buffer;
}

/** Without the workers' keys: anybody can make it. It is what stands in databases of before. */
export const UNPROVED: WorkerProof = { mark: sha256Hex, keyOf: (dataKey) => Buffer.from(dataKey) };

/** By each key of a ring (`ID:BASE64`), the first of which makes new ones; `UNPROVED` alone without keys. */
export function workerProofs(ring: readonly string[]): [WorkerProof, ...WorkerProof[]] {
  const [first, ...others] = ring.flatMap((entry) => {
    const key = encryptionKeyOf(entry)?.key;
    return key ? [proofBy(Buffer.from(hkdfSync('sha256', key, '', 'worker-proof', 32)))] : [];
  });
  return first ? [first, ...others] : [UNPROVED];
}

function proofBy(key: Buffer): WorkerProof {
  return {
    mark: (effect) => createHmac('sha256', key).update('mark\0').update(effect).digest('hex'),
    keyOf: (dataKey) => createHmac('sha256', key).update('list\0').update(dataKey).digest(),
  };
}
