/** What a case says against a message that was sent to it. */
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common';
import { tocsin } from '../domain/kernel/command-lines';
import { FAILURES } from '../domain/kernel/failures';
import { type CommandError, refused, UnknownOutcome } from './errors';
import { KINDS, type KindName, kindOf } from './kinds';

/** The refusal of a message, a problem a line; `undefined` for any other error. `about`: `incident "INC-1"`. */
export function refusalOf(error: unknown, about: string): CommandError | undefined {
  if (!(error instanceof WorkflowUpdateFailedError)) return undefined;
  const { cause } = error;
  const message = cause instanceof Error ? cause.message : String(cause);
  if (!(cause instanceof ApplicationFailure) || cause.type !== FAILURES.invalidMessage)
    return new UnknownOutcome(`whether ${about} took the message is not known: ${message}`);
  return refused(`${about} refused the message; nothing was changed`, message.split('\n'));
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
