/** What the intake answers when it does not take a request. */
import type { z } from 'zod';
import { fieldProblems } from '../../domain/kernel/problems';
import { HttpRefusal, type RefusalParts } from '../../platform/http-problem';

/** The kinds of refusal: the last part of the problem's `type`, its status and its title. */
const KINDS = {
  'bad-signature': [401, 'The signature or token is not valid'],
  stale: [401, 'The timestamp is more than five minutes from now'],
  'unknown-source': [404, 'There is no such source'],
  'too-large': [413, 'The body is too large'],
  'wrong-content-type': [415, 'The content type is not one this source takes'],
  'not-utf-8': [400, 'The body is not UTF-8'],
  'not-json': [400, 'The body is not JSON'],
  'bad-request': [400, 'The request cannot be read'],
  invalid: [422, 'The body is not what this source takes'],
  'too-many': [429, 'Too many requests of this source'],
  unavailable: [503, 'It cannot be stored right now'],
} as const;
export type RefusalKind = keyof typeof KINDS;

/** Thrown by adapters and the server. */
export class Refusal extends HttpRefusal<RefusalKind> {
  constructor(kind: RefusalKind, ...parts: RefusalParts) {
    super(KINDS, kind, ...parts);
  }
}

const MOST_ERRORS = 20;

/** A body that the schema of its source refused. `prefix`: where it stands in what was sent. */
export function invalidBody(error: z.ZodError, prefix: string[] = []): Refusal {
  const errors = fieldProblems(error)
    .slice(0, MOST_ERRORS)
    .map(({ field, problem }) => ({ field: [...prefix, field].filter(Boolean).join('.') || '(body)', problem }));
  return new Refusal('invalid', 'correct the fields named and send all of it again', errors);
}
