/** What was sent and filed, byte for byte, under its own hash; and small marks that an effect has happened. */
import { createHash } from 'node:crypto';

/** A list of refs, and the incident whose erasure takes it. */
export interface RefList {
  incidentId: string;
  name: string;
}

/**
 * A content-addressed store that every worker shares. It holds notices, dossiers and marks; no recipient, no address.
 * Marks outlive the mail provider's 24 hours of idempotency keys.
 */
export interface ArtefactStore {
  /**
   * Stores bytes; answers their SHA-256 in hex. Storing the same bytes again changes nothing.
   *
   * @param incidentId whose erasure takes them; without it they are kept for good, as a policy is.
   */
  put(bytes: Uint8Array, incidentId?: string): Promise<string>;
  /** The bytes under a hash, verified. Throws ArtefactFault when they are missing, damaged or erased. */
  get(sha256: string): Promise<Buffer>;
  /** Remembers that the effect with this key has happened. */
  mark(key: string): Promise<void>;
  isMarked(key: string): Promise<boolean>;
  /** Adds to a list of refs (never addresses), before what they stand for happens. */
  remember(list: RefList, refs: string[]): Promise<void>;
  recall(list: RefList): Promise<Set<string>>;
}

/** SHA-256 in lower-case hex. */
export function sha256Hex(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
