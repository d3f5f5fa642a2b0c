import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

const ITERATIONS = 4096;

/**
 * The SCRAM-SHA-256 verifier of a password (RFC 5803), as Postgres stores it: the server never sees the password itself,
 * nor does its log. `SCRAM-SHA-256$4096:<salt>$<StoredKey>:<ServerKey>`.
 * Throws RangeError for a password beyond printable ASCII, which would need SASLprep (RFC 4013).
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16), iterations = ITERATIONS): string {
  if (!/^[\x20-\x7e]+$/.test(password)) {
    throw new RangeError('the password is empty or has characters beyond printable ASCII: generate another one');
  }
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${hmac('Server Key').toString('base64')}`;
}

/** A new password of 256 random bits, in letters, digits, "-" and "_". */
export function newPassword(): string {
  return randomBytes(32).toString('base64url');
}
