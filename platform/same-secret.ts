/** Whether somebody brings a secret, told in a time that says nothing of it. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** Compared by digest, so that not even the length shows. */
export function isSameSecret(given: string, secret: string): boolean {
  return timingSafeEqual(digest(given), digest(secret));
}

/** Whether an `Authorization` header brings the token, as RFC 6750 section 2.1 has it. */
export function isBearer(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  return given !== undefined && isSameSecret(given, token);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
