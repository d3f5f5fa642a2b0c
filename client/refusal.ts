/** What a case says against a message that was sent to it. */
import { isGrpcServiceError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common';
import { tocsin } from '../domain/kernel/command-lines';
import { FAILURES } from '../domain/kernel/failures';
import { type CommandError, NotDone, refused, UnknownOutcome } from './errors';
import { KINDS, type KindName, kindOf } from './kinds';
import { missingNamespace } from './missing-namespace';
import { namespaceCommand } from './search-attributes';

/** The refusal of a message, a problem a line; `undefined` for any other error. `about`: `incident "INC-1"`. */
export function refusalOf(error: unknown, about: string): CommandError | undefined {
  if (!(error instanceof WorkflowUpdateFailedError)) return undefined;
  const { cause } = error;
  const message = cause instanceof Error ? cause.message : String(cause);
  if (!(cause instanceof ApplicationFailure) || cause.type !== FAILURES.invalidMessage)
    return new UnknownOutcome(`whether ${about} took the message is not known: ${message}`);
  return refused(`${about} refused the message; nothing was changed`, message.split('\n'));
}

/** gRPC: what was asked is wrong, or whoever asked may not. Whatever it was, it was not done, nor would a repeat be. */
const [INVALID_ARGUMENT, DENIED, UNAUTHENTICATED] = [3, 7, 16];

/** That Temporal refused a start or a message outright, why, and what to do; `undefined` for any other error. */
export function refusalByTemporal(error: unknown): NotDone | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    const { namespace } = missingNamespace(each) ?? {};
    if (namespace !== undefined)
      return new NotDone(
        `Temporal has no namespace "${namespace}", so nothing was done. Whoever runs Tocsin must correct TEMPORAL_NAMESPACE, or have the namespace made: \`${namespaceCommand(namespace)}\``,
      );
    if (!isGrpcServiceError(each)) continue;
    const why = each.details || each.message;
    if (each.code === INVALID_ARGUMENT)
      return new NotDone(
        /search attribute/i.test(why)
          ? `Temporal refused it, and nothing was done: ${why}. Whoever runs Tocsin must run \`${tocsin('migrate', { temporal: true })}\`, which makes the search attributes`
          : `Temporal refused it, and nothing was done: ${why}`,
      );
    if (each.code === DENIED || each.code === UNAUTHENTICATED)
      return new NotDone(
        `Temporal refused it, and nothing was done: ${why}. Whoever runs Tocsin must check the certificate or API key, and its rights to the namespace; \`${tocsin('doctor', {})}\` says what is missing`,
      );
    return undefined;
  }
  return undefined;
}

/** That a case is closed, where Temporal says that its workflow has ended; `undefined` for any other error. */
export function closedRefusal(
  error: unknown,
  { id, kind = 'incident' }: { id: string; kind?: KindName | undefined },
): CommandError | undefined {
  if (!(error instanceof WorkflowNotFoundError) || !/already completed/.test(error.message)) return undefined;
  const known = kindOf(id) ?? kind;
  const where =
    known === 'incident'
      ? `. \`${tocsin('register show', { id })}\` shows its record`
      : '; the register has its record';
  return refused(`${KINDS[known].noun} "${id}" is closed and accepts no messages${where}`);
}
