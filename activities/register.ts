/** The breach register as the workflow's pump sees it. */
import { Context } from '@temporalio/activity';
import { writesFor } from '../domain/case/backlog-id';
import type { IncidentState } from '../domain/incident/state';
import type { RecordedEvent } from '../domain/kernel/recorded-event';
import { standInOf } from '../domain/policy/disclosure';
import type { AppendResult } from '../register/append/batch';
import { GENESIS } from '../register/entry';
import {
  MalformedEntryError,
  NotCanonicalError,
  RegisterConflictError,
  RegisterGapError,
  UnknownIncidentError,
} from '../register/errors';
import type { Verification } from '../register/verify';
import { failure } from './failures';
import type { Activities } from './types';

/** The register module's functions over a pool. */
export interface RegisterPort {
  append(events: RecordedEvent[]): Promise<AppendResult>;
  verify(options: { incidentId: string }): Promise<Verification>;
  state(incidentId: string): Promise<IncidentState>;
  /** All events of a case of any kind, oldest first. */
  events(caseId: string): Promise<RecordedEvent[]>;
}

/**
 * Appends events, each once, of the case alone whose workflow asks: a workflow that brings another case's events is no
 * workflow of ours. Throws RegisterRefused for what no retry can mend, RegisterForked where another content stands under one of
 * their numbers, and RegisterBehind when entries are missing that nobody else is writing; an outage is the driver's error, retried.
 */
export const appendToRegister = async (
  register: RegisterPort,
  { events, follows }: Parameters<Activities['appendEntries']>[0],
): ReturnType<Activities['appendEntries']> => {
  const writer = Context.current().info.workflowExecution?.workflowId;
  const foreign = events.find(({ incidentId }) => !writesFor(writer, incidentId));
  if (foreign)
    throw failure(
      'RegisterRefused',
      `the workflow "${writer}" brought an entry of "${foreign.incidentId}", which is not its own`,
    );
  try {
    const { head } = await register.append(events as unknown as RecordedEvent[]);
    return { position: head.position, head: head.hash };
  } catch (error) {
    if (error instanceof MalformedEntryError || error instanceof NotCanonicalError)
      throw failure('RegisterRefused', error.message);
    if (error instanceof RegisterConflictError)
      throw failure('RegisterForked', error.message, { details: [error.seq] });
    if (error instanceof RegisterGapError && !follows)
      throw failure('RegisterBehind', error.message, { details: [error.expected] });
    throw error;
  }
};

/** The state of an incident, folded from the register. One whose texts were erased can be told of no more. */
export const incidentInRegister = async (
  register: RegisterPort,
  { incidentId }: Parameters<Activities['incidentInRegister']>[0],
): ReturnType<Activities['incidentInRegister']> => {
  try {
    const state = await register.state(incidentId);
    return standInOf(state.title) ? undefined : state;
  } catch (error) {
    if (error instanceof UnknownIncidentError) return undefined;
    throw error;
  }
};

/** Verifies an incident's entries up to its event `seq`. What does not hold is a result, not an error. */
export const verifyInRegister = async (
  register: RegisterPort,
  { incidentId, seq }: Parameters<Activities['verifyRegister']>[0],
): ReturnType<Activities['verifyRegister']> => {
  try {
    const { ok, entries, head, firstBad } = await register.verify({ incidentId });
    const problem = firstBad
      ? `entry ${firstBad.seq ?? firstBad.position}: ${firstBad.reason}`
      : entries < seq
        ? `the register holds ${entries} of ${seq} entries: the rest is not there (yet)`
        : undefined;
    return { ok: ok && problem === undefined, entries, head: head.hash, ...(problem && { problem }) };
  } catch (error) {
    if (error instanceof UnknownIncidentError) return { ok: false, entries: 0, head: GENESIS, problem: error.message };
    throw error;
  }
};
