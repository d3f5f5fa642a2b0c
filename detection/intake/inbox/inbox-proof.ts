/**
 * Who has the database's login alone gives no detections: that one was accepted, and how it reads, is proved by keys that are
 * not in the database. They are derived from those that seal payloads, which workers and intake have (HKDF-SHA-256, RFC 5869).
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { encryptionKeyOf } from '../../../platform/encryption-key';

/** A detection as it is stored. */
export interface Accepted {
  source: string;
  eventId: string;
  payload: Buffer;
}

/** What the database says of its proof. `earlier`: from before proofs were asked for, which is for the owner to say. */
export interface StoredProof {
  earlier: boolean;
  proof: Buffer | null;
}

/** Proofs by the first key of a ring; what any of its keys proved is believed. Without keys the database is believed. */
export class InboxProofs {
  private readonly secrets: Buffer[];

  constructor(keys: readonly string[] = []) {
    this.secrets = keys.flatMap((entry) => {
      const key = encryptionKeyOf(entry)?.key;
      return key ? [Buffer.from(hkdfSync('sha256', key, '', 'inbox-proof', 32))] : [];
    });
  }

  /** Of a source's event, whatever it says: a place that somebody else filled is not its place. Empty without keys. */
  mark({ source, eventId }: Accepted): Buffer {
    const [secret] = this.secrets;
    return secret ? mac(secret, 'event', source, eventId) : Buffer.alloc(0);
  }

  /** Of the whole detection; null without keys. */
  proof(accepted: Accepted): Buffer | null {
    const [secret] = this.secrets;
    return secret ? proofBy(secret, accepted) : null;
  }

  /** Whether somebody with the keys accepted it as it stands there. */
  holds(accepted: Accepted, { earlier, proof }: StoredProof): boolean {
    if (earlier || this.secrets.length === 0) return true;
    return (
      proof !== null &&
      this.secrets.some((secret) => {
        const right = proofBy(secret, accepted);
        return proof.length === right.length && timingSafeEqual(proof, right);
      })
    );
  }
}

function proofBy(secret: Uint8Array, { source, eventId, payload }: Accepted): Buffer {
  return mac(secret, 'detection', source, eventId, payload.toString('base64'));
}

function mac(secret: Uint8Array, ...of: string[]): Buffer {
  return createHmac('sha256', secret).update(JSON.stringify(of)).digest();
}
