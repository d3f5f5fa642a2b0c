/** What the server answers when it does not do what was asked. */
import { HttpRefusal, type RefusalParts } from '../platform/http-problem';

/** The kinds of problem: the last part of its `type`, its status and its title. */
export const PROBLEMS = {
  'bad-request': [400, 'The request cannot be read'],
  'no-token': [401, 'A bearer token is needed'],
  'invalid-token': [401, 'The token is not accepted'],
  'bad-signature': [401, 'The signature is not accepted'],
  stale: [401, 'The request was signed too long ago'],
  'no-session': [401, 'You are not logged in'],
  'login-failed': [400, 'The login did not succeed'],
  'stale-form': [403, 'The form is not of this session'],
  'not-allowed': [403, 'Your roles do not allow this'],
  'foreign-origin': [403, 'Pages of this origin may not use the server'],
  'not-found': [404, 'There is nothing at this address'],
  lost: [404, 'The case is open, and Temporal has lost it'],
  'wrong-method': [405, 'This address does not take that method'],
  refused: [409, 'The case refused the message; nothing was changed'],
  'too-large': [413, 'The body is too large'],
  'wrong-content-type': [415, 'The content type is not taken here'],
  'wrong-host': [421, 'The server does not answer for this host'],
  invalid: [422, 'Fields are missing or wrong'],
  'key-used': [422, 'The Idempotency-Key was used for something else'],
  'link-used': [422, 'The link was used for something else'],
  fault: [500, 'Something is wrong on our side'],
  'unknown-outcome': [503, 'Whether the message was taken is not known: repeat it with the same Idempotency-Key'],
  'not-opened': [503, 'The workers cannot read what this server sealed: nothing was begun'],
  'not-done': [502, 'Temporal refused it: nothing was done'],
  unavailable: [503, 'It cannot be done right now'],
} as const;
export type ProblemKind = keyof typeof PROBLEMS;

/** Thrown wherever a request is refused. */
export class Refusal extends HttpRefusal<ProblemKind> {
  /** Of a declaration: the incident that was declared under its key before. */
  declared?: string;
  /** Of an address of a case: its id, where Temporal has nothing under it. */
  absent?: string;

  constructor(kind: ProblemKind, ...parts: RefusalParts) {
    super(PROBLEMS, kind, ...parts);
  }
}
