/** Any error as what a person needs: what was wrong, with what, and what to do; and the exit code. */
import {
  isGrpcServiceError,
  QueryNotRegisteredError,
  QueryRejectedError,
  ServiceError,
  WorkflowFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { CommandError, type ExitCode, refused, usage } from '../client/errors';
import { kindOf } from '../client/kinds';
import { closedRefusal, refusalByTemporal, refusalOf } from '../client/refusal';
import { SettingsError } from '../platform/settings/load';
import { isUnavailable } from '../postgres/outage';
import { RegisterError } from '../register/errors';
import { named, type Subject } from './cases/case-kinds';
import { unknownCase } from './cases/unknown-id';

const NO_WORKER = 'no worker is responding: run `npx tocsin up`, or `npx tocsin worker` with your own Temporal';
/** Of Postgres: what a login was not granted. */
const INSUFFICIENT_PRIVILEGE = '42501';

/** Turns what was thrown into an error of the command. Unexpected ones keep their stack in `cause`. */
export function describeError(error: unknown, subject?: Subject): CommandError {
  if (error instanceof CommandError) return error;
  if (error instanceof SettingsError) return usage('the settings are not valid', [...error.problems]);
  const about = subject ? named(subject) : 'the workflow';
  const refusal = refusalOf(error, about);
  if (refusal) return refusal;
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
    return refused(
      `${about} has not confirmed the message: ${NO_WORKER}. Then check with \`npx tocsin show\` before you send it again`,
    );
  }
  if (error instanceof WorkflowNotFoundError) {
    const { id = '', kind } = subject ?? {};
    return closedRefusal(error, { id, kind }) ?? unknownCase(kindOf(id) ?? kind ?? 'incident', id);
  }
  if (error instanceof WorkflowFailedError) return describeFailure(error.cause, subject && about);
  if (error instanceof QueryNotRegisteredError || error instanceof QueryRejectedError) {
    return refused(`${about} cannot be read: ${error.message}. Check that the worker runs this version of Tocsin`);
  }
  if (error instanceof RegisterError) return asExit(error.message, error.code === 'register-unreadable-export' ? 2 : 1);
  const text = error instanceof Error ? error.message : String(error);
  if (isDeadline(error)) return refused(`${about} did not respond in time: ${NO_WORKER}`);
  const byTemporal = refusalByTemporal(error);
  if (byTemporal) return byTemporal;
  if (error instanceof ServiceError || isGrpcServiceError(error)) return refused(`Temporal refused: ${text}`);
  const { code, address, port } = error as { code?: string; address?: string; port?: number };
  if (code === INSUFFICIENT_PRIVILEGE)
    return refused(`the login in DATABASE_URL may not do this (${text}): take the writer's login, which workers have`);
  if (code === 'EADDRINUSE')
    return refused(`${address}:${port} is taken: something else listens there. Stop it, or give another --port`);
  if (isUnavailable(error) && !isOfSystem(error)) return refused(postgresAway(text));
  if (/ECONNREFUSED|ENOTFOUND|ECONNRESET/.test(`${text} ${code ?? ''}`)) {
    return refused(`a server is not responding: ${text || code}. Check DATABASE_URL and that the stack is running`);
  }
  const unexpected = refused(text);
  unexpected.cause = error;
  return unexpected;
}

const postgresAway = (why: string) =>
  `Postgres is not responding (${why}). Check that it runs and that DATABASE_URL is right: \`npx tocsin doctor\` looks at both`;

/** A connection of any server, or a file: only what Postgres or its driver says of itself is known to be about Postgres. */
function isOfSystem(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    if (/^E[A-Z]+$/.test(String((at as { code?: unknown }).code))) return true;
  return false;
}

function asExit(message: string, exitCode: ExitCode): CommandError {
  return exitCode === 2 ? usage(message) : refused(message);
}

function describeFailure(cause: unknown, about: string | undefined): CommandError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return refused(
    about ? `the workflow of ${about} ended without being closed: ${message}` : `the workflow failed: ${message}`,
  );
}

function isDeadline(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (isGrpcServiceError(at) && at.code === 4) return true;
    if (/DEADLINE_EXCEEDED|no poller seen/i.test(at.message)) return true;
  }
  return false;
}
