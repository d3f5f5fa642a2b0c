/** Any error as what a person needs: what was wrong, with what, and what to do; and the exit code. */
import {
  isGrpcServiceError,
  QueryNotRegisteredError,
  QueryRejectedError,
  ServiceError,
  WorkflowFailedError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common';
import { CommandError, type ExitCode, refused, usage } from '../client/errors';
import { nearest } from '../client/suggest';
import { FAILURES } from '../domain/kernel/failures';
import { SettingsError } from '../platform/settings/load';
import { RegisterError } from '../register/errors';

const NO_WORKER = 'no worker is responding: run `npx tocsin up`, or `npx tocsin worker` with your own Temporal';

/**
 * Turns what was thrown into an error of the command. Unexpected ones keep their stack in `cause`.
 * `obligations` are names to suggest from, beside those that the incident names itself.
 */
export function describeError(error: unknown, incidentId?: string, obligations: string[] = []): CommandError {
  if (error instanceof CommandError) return error;
  if (error instanceof SettingsError) return usage('the settings are not valid', [...error.problems]);
  const about = incidentId ? `${kindOf(incidentId)} "${incidentId}"` : 'the incident';
  if (error instanceof WorkflowUpdateFailedError) return describeRefusal(error.cause, about, obligations);
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
    return refused(
      `${about} has not confirmed the message: ${NO_WORKER}. Then check with \`tocsin show\` before you send it again`,
    );
  }
  if (error instanceof WorkflowNotFoundError) {
    return /already completed/.test(error.message)
      ? refused(`${about} is closed and accepts no messages. \`tocsin register show\` shows its record`)
      : refused(`there is no ${about}. \`tocsin ${listOf(incidentId)} --all\` lists them`);
  }
  if (error instanceof WorkflowFailedError) return describeFailure(error.cause, about);
  if (error instanceof QueryNotRegisteredError || error instanceof QueryRejectedError) {
    return refused(`${about} cannot be read: ${error.message}. Check that the worker runs this version of Tocsin`);
  }
  if (error instanceof RegisterError) return asExit(error.message, error.code === 'register-unreadable-export' ? 2 : 1);
  const text = error instanceof Error ? error.message : String(error);
  if (isDeadline(error)) return refused(`${about} did not respond in time: ${NO_WORKER}`);
  if (error instanceof ServiceError || isGrpcServiceError(error)) return refused(`Temporal refused: ${text}`);
  if (/ECONNREFUSED|ENOTFOUND|ECONNRESET/.test(`${text} ${(error as { code?: string }).code ?? ''}`)) {
    return refused(
      `a server is not responding: ${text || (error as { code?: string }).code}. Check DATABASE_URL and that the stack is running`,
    );
  }
  const unexpected = refused(text);
  unexpected.cause = error;
  return unexpected;
}

function kindOf(id: string): string {
  if (id.startsWith('VR-')) return 'report';
  return id.startsWith('TRG-') ? 'triage case' : 'incident';
}

function listOf(id = ''): string {
  const kind = { VR: 'report ', TRG: 'triage ' }[id.split('-')[0]!] ?? '';
  return `${kind}list`;
}

function asExit(message: string, exitCode: ExitCode): CommandError {
  return exitCode === 2 ? usage(message) : refused(message);
}

/** What the incident says against a message, with the obligation that was probably meant. */
function describeRefusal(cause: unknown, about: string, obligations: string[]): CommandError {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (!(cause instanceof ApplicationFailure) || cause.type !== FAILURES.invalidMessage) {
    return refused(`${about} could not take the message: ${message}`);
  }
  const problems = message.split('\n').map((problem) => {
    const unknown = /^obligation: no "([^"]+)"; known: (.+)$/.exec(problem);
    if (!unknown) return problem;
    const known = [...new Set([...unknown[2]!.split(', '), ...obligations])];
    const meant = nearest(unknown[1]!, [...known, ...known.map((id) => id.split(':')[0]!)]);
    return `obligation: there is no "${unknown[1]}"${meant ? `; did you mean "${meant}"?` : `; use one of ${known.join(', ')}`}`;
  });
  return refused(`${about} refused the message; nothing was changed`, problems);
}

function describeFailure(cause: unknown, about: string): CommandError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return refused(`the workflow of ${about} ended without being closed: ${message}`);
}

function isDeadline(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (isGrpcServiceError(at) && at.code === 4) return true;
    if (/DEADLINE_EXCEEDED|no poller seen/i.test(at.message)) return true;
  }
  return false;
}
