/** Begins a run from what the register has of a case, where no run is left to hand anything over. */
import { ApplicationFailure } from '@temporalio/workflow';
import type { CaseState, NewOf, Work } from '../../domain/case/lifecycle';
import {
  type ClosedInput,
  ClosedInputSchema,
  type ResumedInput,
  ResumedInputSchema,
  resumedEvent,
} from '../../domain/case/resumed';
import type { RecordedEvent } from '../../domain/kernel/recorded-event';
import type { PolicySnapshot } from '../../domain/policy/policy';
import { activities, UNTIL_DONE } from './activity-calls';
import { commonWork } from './common-work';
import type { Carried } from './kind';
import { untilItWorks } from './until-it-works';
import { validInput } from './valid-input';

/** What such a run begins with, and what the register is told of it. `policy`: of an incident. */
export interface FromRegister<S, E extends RecordedEvent, W> {
  carried: Carried<S, E, W>;
  news: NewOf<E>[];
  policy?: PolicySnapshot;
}

/** Whether the input asks for that. A start by hand may come without any. */
export function isResumed(input: unknown): input is ResumedInput {
  return typeof input === 'object' && input !== null && 'resumed' in input;
}

/** Whether the input asks for a closed case, to hear one message more. */
export function isClosed(input: unknown): input is ClosedInput {
  return typeof input === 'object' && input !== null && 'closed' in input;
}

/** Reads the case. Throws, which fails the workflow, when the register has it not, or not as open. */
export async function fromRegister<S extends CaseState, E extends RecordedEvent, W extends Work>(
  input: unknown,
): Promise<FromRegister<S, E, W>> {
  const id = { of: (i: ResumedInput) => i.resumed.caseId, field: 'resumed.caseId', whose: 'case' };
  const { resumed } = validInput('case to resume', ResumedInputSchema, input, id);
  const found = await untilItWorks('read the case', () =>
    activities(UNTIL_DONE, 'read the case from the register').caseToResume(resumed),
  );
  if ('problem' in found) throw ApplicationFailure.nonRetryable(found.problem);
  const state = found.state as S;
  const caused = found.alarms.flatMap((event) => commonWork(event, state));
  return {
    carried: { state, backlog: [], caused, recent: found.recent as E[] },
    news: [resumedEvent(resumed) as unknown as NewOf<E>],
    ...(found.policy && { policy: found.policy }),
  };
}

/** Reads a closed case. Throws, which fails the workflow, when the register has it not, or as open. */
export async function closedInRegister<S extends CaseState, E extends RecordedEvent, W extends Work>(
  input: unknown,
): Promise<Carried<S, E, W>> {
  const id = { of: (i: ClosedInput) => i.closed.caseId, field: 'closed.caseId', whose: 'case' };
  const { caseId } = validInput('case to go on with', ClosedInputSchema, input, id).closed;
  const found = await untilItWorks('read the case', () =>
    activities(UNTIL_DONE, 'read the case from the register').caseToResume({ caseId, closed: true }),
  );
  if ('problem' in found) throw ApplicationFailure.nonRetryable(found.problem);
  return { state: found.state as S, backlog: [], caused: [], recent: found.recent as E[] };
}
