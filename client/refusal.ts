/** What a case says against a message that was sent to it. */
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { FAILURES } from '../domain/kernel/failures';
import { type CommandError, refused, UnknownOutcome } from './errors';

/** The refusal of a message, a problem a line; `undefined` for any other error. `about`: `incident "INC-1"`. */
export function refusalOf(error: unknown, about: string): CommandError | undefined {
  if (!(error instanceof WorkflowUpdateFailedError)) return undefined;
  const { cause } = error;
  const message = cause instanceof Error ? cause.message : String(cause);
  if (!(cause instanceof ApplicationFailure) || cause.type !== FAILURES.invalidMessage)
    return new UnknownOutcome(`whether ${about} took the message is not known: ${message}`);
  return refused(`${about} refused the message; nothing was changed`, message.split('\n'));
}
