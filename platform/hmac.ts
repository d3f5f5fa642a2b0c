/** Signatures of senders that share a secret with us, compared in constant time. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** HMAC-SHA256 of the parts, one after the other. */
export function hmacSha256(key: string | Buffer, ...parts: (string | Buffer)[]): Buffer {
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/** Whether one of the signatures is one of those expected. Looks at all of them, however early one fits. */
export function anyEqual(given: readonly Buffer[], expected: readonly Buffer[]): boolean {
  let found = false;
  for (const one of given) {
    for (const other of expected) if (one.length === other.length && timingSafeEqual(one, other)) found = true;
  }
  return found;
}
