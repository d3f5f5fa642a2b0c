/** What the server answers when it does not do what was asked: RFC 9457 problem details that never repeat what was sent. */
import type { Problem } from '../domain/kernel/problems';

/** The media type of an answer about a problem (RFC 9457). */
export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** The kinds of problem: the last part of its `type`, its status and its title. */
export const PROBLEMS = {
  'bad-request': [400, 'The request cannot be read'],
  'no-token': [401, 'A bearer token is needed'],
  'invalid-token': [401, 'The token is not accepted'],
  'not-allowed': [403, 'Your roles do not allow this'],
  'foreign-origin': [403, 'Pages of this origin may not use the server'],
  'not-found': [404, 'There is nothing at this address'],
  refused: [409, 'The case refused the message; nothing was changed'],
  'too-large': [413, 'The body is too large'],
  'wrong-content-type': [415, 'The body is not JSON'],
  'wrong-host': [421, 'The server does not answer for this host'],
  invalid: [422, 'Fields are missing or wrong'],
  fault: [500, 'Something is wrong on our side'],
  'unknown-outcome': [503, 'Whether the message was taken is not known: repeat it with the same Idempotency-Key'],
  unavailable: [503, 'It cannot be done right now'],
} as const;
export type ProblemKind = keyof typeof PROBLEMS;

/** Thrown wherever a request is refused. `detail` says what to do; neither it nor `errors` holds a secret of the request. */
export class Refusal extends Error {
  readonly status: number;
  constructor(
    readonly kind: ProblemKind,
    readonly detail: string,
    readonly errors: Problem[] = [],
    /** When to come again, in seconds. */
    readonly retryAfterSeconds?: number,
  ) {
    super(detail);
    this.status = PROBLEMS[kind][0];
  }

  /** The body of the answer. */
  problem() {
    const { kind, status, detail, errors } = this;
    const head = { type: `urn:tocsin:problem:${kind}`, title: PROBLEMS[kind][1] as string, status, detail };
    return errors.length > 0 ? { ...head, errors } : head;
  }
}
