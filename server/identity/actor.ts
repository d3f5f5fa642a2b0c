/** Who acts, as the server found out. It stands in entries as `by`, whatever a request says. */
import { TOCSIN, UNAUTHENTICATED } from '../../domain/kernel/recorded-event';
import { ByOf } from '../../domain/kernel/text';
import { Refusal } from '../problem';
import type { Role } from '../roles';

export interface Actor {
  /** As entries name them. */
  by: string;
  /** Their key at the issuer, unique there: by it what they send is told from what others send. */
  subject: string;
  roles: readonly Role[];
}

/** Finds out who acts, by the header `Authorization`. Throws a Refusal: 401, or 503 while that cannot be found out. */
export interface Authenticator {
  authenticate(authorization: string | undefined): Promise<Actor>;
  /** Whether tokens can be verified now; rejects with the reason. Asked by `/readyz`. */
  ready(): Promise<void>;
}

/** Whether entries may name somebody so: visible text on one line, and neither Tocsin itself nor the mark above. */
export function isName(name: unknown): name is string {
  const { success, data } = ByOf.safeParse(name);
  return (
    success &&
    data === name &&
    !/[\p{C}\p{Zl}\p{Zp}]/u.test(name) &&
    name.toLowerCase() !== TOCSIN &&
    !name.toLowerCase().includes(UNAUTHENTICATED)
  );
}

/** The token of `Authorization: Bearer …` (RFC 6750 section 2.1). Throws a Refusal without one. */
export function bearerOf(authorization: string | undefined): string {
  if (authorization === undefined) throw new Refusal('no-token', 'send it as "Authorization: Bearer TOKEN"');
  const token = /^Bearer ([A-Za-z0-9._~+/=-]{1,16384})$/i.exec(authorization)?.[1];
  if (token === undefined) throw new Refusal('invalid-token', 'the header is not of the form "Bearer TOKEN"');
  return token;
}
