/** The idempotency keys of a mailbox, as Resend has them. */
import { createHash } from 'node:crypto';
import { MailboxError } from './errors';

/** How long an idempotency key is remembered, as at Resend: 24 hours, in milliseconds. */
export const KEY_KEPT_MS = 24 * 3_600_000;

/** The request that a message came with, when it carried an idempotency key. */
export interface KeyedRequest {
  key: string;
  /** SHA-256 of endpoint and body, hex. */
  bodySha256: string;
  firstAt: string;
}

/** The keys that came so far. */
export class Keys {
  private readonly known = new Map<string, KeyedRequest>();

  constructor(private readonly now: () => number) {}

  /**
   * The request to store under, for a key: the one remembered when this key came with the same body in the last 24 h.
   * Throws 409 `invalid_idempotent_request` when it came with another body.
   */
  request(key: string, endpoint: string, body: unknown): KeyedRequest {
    const bodySha256 = createHash('sha256').update(endpoint).update(JSON.stringify(body)).digest('hex');
    const known = this.known.get(key);
    if (!known || this.now() - Date.parse(known.firstAt) >= KEY_KEPT_MS) {
      return { key, bodySha256, firstAt: new Date(this.now()).toISOString() };
    }
    if (known.bodySha256 === bodySha256) return known;
    throw new MailboxError(
      'invalid_idempotent_request',
      'This idempotency key has been used on a request with a different body in the last 24 hours. Use another key, or send the same body.',
    );
  }

  remember(request: KeyedRequest): void {
    const known = this.known.get(request.key);
    if (!known || known.firstAt < request.firstAt) this.known.set(request.key, request);
  }

  /** Whether it is this request that was remembered under its key. */
  has({ key, firstAt }: KeyedRequest): boolean {
    return this.known.get(key)?.firstAt === firstAt;
  }
}

/** A UUID of version 8 (RFC 9562: custom), from the key, its first use and the place in the batch. */
export function idOf(request: KeyedRequest, index: number): string {
  const hash = createHash('sha256').update(`${request.key}\n${request.firstAt}\n${index}`).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}
