/** What the client says went wrong, as an answer of the API. */
import { isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { ValueError } from '@temporalio/common';
import { CommandError, OtherKeys, UnknownCase, UnknownOutcome } from '../../client/errors';
import { closedRefusal, refusalByTemporal } from '../../client/refusal';
import type { Problem } from '../../domain/kernel/problems';
import { type ProblemKind, Refusal } from '../problem';

/** gRPC: https://grpc.io/docs/guides/status-codes/ */
const NOT_FOUND = 5;
/** Nobody answered, or not in time: whether it was done is not known. */
const AWAY = [1, 4, 8, 9, 10, 14];

/** Any error of a call as a Refusal; what nobody thought of stays as it is. */
export function refusalOf(error: unknown): unknown {
  if (error instanceof Refusal) return error;
  if (error instanceof UnknownCase) return noSuchCase();
  if (error instanceof WorkflowNotFoundError) {
    const closed = closedRefusal(error, { id: error.workflowId });
    return closed ? new Refusal('refused', closed.message) : noSuchCase();
  }
  if (error instanceof UnknownOutcome) return unknownOutcome(error);
  if (error instanceof ValueError) return otherKeys(error);
  if (error instanceof OtherKeys) {
    const refusal = new Refusal('not-opened', error.message, error.problems.map(problemOf));
    refusal.cause = error;
    return refusal;
  }
  if (error instanceof CommandError) {
    const errors = error.problems.map(problemOf);
    return new Refusal(error.exitCode === 2 ? 'invalid' : 'refused', error.message, errors);
  }
  const byTemporal = refusalByTemporal(error);
  if (byTemporal) {
    const refusal = new Refusal('not-done', byTemporal.message);
    refusal.cause = error;
    return refusal;
  }
  const grpc = grpcCode(error);
  if (grpc === NOT_FOUND) return noSuchCase();
  if (grpc !== undefined && AWAY.includes(grpc)) return away(error);
  if (error instanceof Error && /^WorkflowUpdateRPCTimeout/.test(error.name)) return away(error);
  return error;
}

/** @param absent its id, where Temporal has nothing under it: the register may have it */
export function noSuchCase(absent?: string): Refusal {
  const refusal = new Refusal('not-found', 'there is no case of this kind and id');
  if (absent !== undefined) refusal.absent = absent;
  return refusal;
}

function unknownOutcome(cause: UnknownOutcome): Refusal {
  return comeAgain('unknown-outcome', cause.message, cause);
}

export const MAY_BE_TAKEN =
  'Temporal or its workers did not answer: a message may have been taken. Send it again with the same Idempotency-Key';

function away(cause: unknown): Refusal {
  return comeAgain('unavailable', MAY_BE_TAKEN, cause);
}

/** Who only looked has sent nothing, which could have been taken or be sent again. */
export function asOfLooking(refusal: Refusal): Refusal {
  if (refusal.kind === 'fault') {
    const fault = new Refusal('fault', 'nothing was sent or changed: the log of this server names the fault');
    fault.cause = refusal.cause;
    return fault;
  }
  if (refusal.kind !== 'unavailable' || refusal.message !== MAY_BE_TAKEN) return refusal;
  const detail = 'Temporal or its workers did not answer: is a worker running? Look again in a moment';
  return comeAgain('unavailable', detail, refusal.cause);
}

/** The codec opens only what its keys sealed. A server beside workers with other keys is set up wrongly, which no log should have to tell. */
function otherKeys(cause: unknown): Refusal {
  const detail =
    'the keys of this server do not open what Temporal holds of the case: whoever runs it must give it the TOCSIN_ENCRYPTION_KEYS of the workers';
  return comeAgain('unavailable', detail, cause);
}

/** The cause is for the log. */
export function comeAgain(kind: ProblemKind, detail: string, cause: unknown): Refusal {
  const refusal = new Refusal(kind, detail, [], 5);
  refusal.cause = cause;
  return refusal;
}

function grpcCode(error: unknown): number | undefined {
  for (let each = error; each instanceof Error; each = each.cause) if (isGrpcServiceError(each)) return each.code;
  return undefined;
}

/** `field: what is wrong` as the two. */
function problemOf(line: string): Problem {
  const [, field, problem] = /^([\w.[\]-]{1,100}): (.*)$/s.exec(line) ?? [];
  return field && problem ? { field, problem } : { field: '(body)', problem: line };
}
