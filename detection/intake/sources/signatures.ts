/** Signatures and tokens of senders, compared in constant time and against every secret in force. */
import { createHash } from 'node:crypto';
import { anyEqual, hmacSha256 } from '../../../platform/hmac';
import { Refusal } from '../refusal';
import type { SourceRequest } from './adapter';

/** Older or younger signatures are refused: what was captured cannot be played again later. */
export const REPLAY_WINDOW_MS = 5 * 60_000;

/** A header that came once; undefined when it did not. Of several of one name the first counts. */
export function header({ headers }: SourceRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Whether a token is one of the secrets. Hashed first, so that the length shows nothing either. */
export function tokenHolds(token: string | undefined, secrets: readonly string[]): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return anyEqual([digest(token ?? '')], secrets.map(digest)) && token !== undefined;
}

/** Unix seconds of a header. Throws when it is missing, no number, or further from now than the replay window. */
export function timestampOf(request: SourceRequest, name: string, now: number): string {
  const text = header(request, name);
  if (text === undefined || !/^\d{1,12}$/.test(text)) {
    throw badHeader(name, text, 'must hold the time of sending in Unix seconds');
  }
  if (Math.abs(Number(text) * 1000 - now) > REPLAY_WINDOW_MS) {
    throw new Refusal('stale', 'sign and send again now; if that fails too, check the clocks of both machines');
  }
  return text;
}

/**
 * HMAC-SHA256 over `TIMESTAMP.BODY` in the header `PREFIX-signature`, as `sha256=HEX`, the timestamp in
 * `PREFIX-timestamp`. `signedHead` is what else the sender signed, between timestamp and body.
 */
export function verifyTimestamped(
  request: SourceRequest,
  prefix: string,
  secrets: readonly string[],
  now: number,
  signedHead = '',
): void {
  const timestamp = timestampOf(request, `${prefix}-timestamp`, now);
  const given = hexSignature(request, `${prefix}-signature`);
  const expected = secrets.map((secret) => hmacSha256(secret, `${timestamp}.${signedHead}`, request.body));
  if (!anyEqual([given], expected)) throw badSignature();
}

function badHeader(name: string, given: string | undefined, must: string): Refusal {
  return new Refusal('bad-signature', `the header ${name} is ${given === undefined ? 'missing' : 'wrong'}: it ${must}`);
}

/** The bytes of a header `sha256=HEX`. */
export function hexSignature(request: SourceRequest, name: string): Buffer {
  const given = header(request, name);
  const match = /^sha256=([0-9a-f]{64})$/i.exec(given ?? '');
  if (!match) throw badHeader(name, given, 'must be sha256= and 64 hexadecimal digits');
  return Buffer.from(match[1]!, 'hex');
}

/** `Authorization: Bearer SECRET`, or the timestamped HMAC of `x-tocsin-signature`, which is better. */
export function verifyBearerOrHmac(
  request: SourceRequest,
  secrets: readonly string[],
  now: number,
  signedHead = '',
): void {
  const authorization = header(request, 'authorization');
  if (authorization === undefined) {
    verifyTimestamped(request, 'x-tocsin', secrets, now, signedHead);
    return;
  }
  const token = /^Bearer +([^\s]{1,4096})$/i.exec(authorization)?.[1];
  if (!tokenHolds(token, secrets)) throw badSignature();
}

export function badSignature(): Refusal {
  return new Refusal(
    'bad-signature',
    'check that the sender has the secret of this source and, where it signs, that it signs the body exactly as sent',
  );
}

const LEAST_SECRET = 16;

/** Why a secret cannot be used; never the secret itself. */
export function plainSecretProblem(secret: string): string | undefined {
  return secret.length < LEAST_SECRET
    ? `is shorter than ${LEAST_SECRET} characters: make one with \`openssl rand -hex 32\``
    : undefined;
}
