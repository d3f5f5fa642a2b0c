/** The end of a run that is not the one on record: the register has another entry of the case than it made. */
import { ApplicationFailure } from '@temporalio/workflow';
import { tocsin } from '../../domain/kernel/command-lines';
import { FAILURES } from '../../domain/kernel/failures';

export function forkedText(caseId: string, entry: number): string {
  return (
    `the register has another entry ${entry} of "${caseId}" than this workflow made, as after a reset: it has stopped, ` +
    `and takes no message. Resume it: \`${tocsin('resume', { 'incident-or-case': caseId })}\``
  );
}

export function forked(caseId: string, entry: number): ApplicationFailure {
  return ApplicationFailure.nonRetryable(forkedText(caseId, entry), FAILURES.forked);
}
