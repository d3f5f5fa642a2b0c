/**
 * The life of a detection until somebody decides: opened, counted, alarmed, then declared, dismissed or merged. All of it
 * is decided by the pure `domain/triage/`; this workflow counts, starts the incident, and hands over to one that runs.
 */
import { getExternalWorkflowHandle, isCancellation } from '@temporalio/workflow';
import type { CaseResult } from '../domain/case/contract';
import type { ResumedInput } from '../domain/case/resumed';
import { openingOf } from '../domain/triage/opening';
import {
  DETECTED_SIGNAL,
  DetectedSchema,
  type TriageEvent,
  type TriageInput,
  TriageInputSchema,
  type TriageOutcome,
  type TriageState,
  type TriageWork,
} from '../domain/triage/state';
import { countIn, emptyTally, recordTally, type Tally } from '../domain/triage/tally';
import { triageLifecycle } from '../domain/triage/triage';
import { failureText } from './lib/activity-calls';
import { begunOnce } from './lib/begun-once';
import { carriedCase } from './lib/carried';
import type { Carried, Situation } from './lib/kind';
import { internalSignal } from './lib/receive-messages';
import { fromRegister, isResumed } from './lib/resumed';
import { startIncident } from './lib/start-incident';
import { validInput } from './lib/valid-input';
import { runLifecycle } from './lifecycle';

type Input = TriageInput &
  Partial<ResumedInput> & { carried?: Carried<TriageState, TriageEvent, TriageWork>; tally?: Tally };

/** One workflow for each deduplicated detection; its id is the case's id. */
export function triage(input: Input): Promise<CaseResult> {
  let tally: Tally;
  return runLifecycle<TriageState, TriageEvent, TriageWork, TriageOutcome>({
    messages: triageLifecycle.messages,
    perform,
    signals: (run) => ({
      [DETECTED_SIGNAL]: internalSignal('A detection that belongs to this case', DetectedSchema, (detected) => {
        const counted = countIn(run.state, tally, detected);
        tally = counted.tally;
        if (counted.record) run.step(() => []);
      }),
    }),
    takeUnrecorded(state) {
      const recorded = recordTally(state, tally);
      tally = recorded.tally;
      return recorded.events;
    },
    async begin(run) {
      // A start by hand may come without any input.
      const carried = carriedCase(input);
      await begunOnce(input, () => carried!.state.seq);
      if (carried) {
        tally = input.tally!;
        return run.resume(triageLifecycle, carried);
      }
      if (isResumed(input)) {
        const { carried, news } = await fromRegister<TriageState, TriageEvent, TriageWork>(input);
        // What was counted and not recorded was in the run that is gone.
        tally = emptyTally();
        return run.resume(triageLifecycle, carried, news);
      }
      const id = { of: (i: TriageInput) => i.caseId, field: 'caseId', whose: 'case' };
      const first = validInput('detection', TriageInputSchema, input, id);
      tally = emptyTally(first.detection);
      return run.open(triageLifecycle, first.caseId, (now) => [openingOf(first, now)]);
    },
    nextInput: (carried) => ({ ...input, carried, tally }),
  });
}

async function perform(work: TriageWork, { state }: Situation<TriageState>): Promise<TriageOutcome> {
  if (work.kind === 'declare') {
    const already = await startIncident(work.declaration, state.caseId);
    return { kind: 'declared', incidentId: work.declaration.id, already };
  }
  const { into } = work;
  try {
    await handOver(work, state);
    return { kind: 'merged', into };
  } catch (error) {
    if (isCancellation(error)) throw error;
    const problem = `${into} took no message: ${failureText(error)}`.slice(0, 300);
    return { kind: 'merge-failed', into, problem };
  }
}

/**
 * Asks the incident to block what the detections showed, as the rule says, and has it note where they are recorded.
 * Command ids make a repeat harmless.
 */
async function handOver(
  { into, block, by }: Extract<TriageWork, { kind: 'merge' }>,
  state: TriageState,
): Promise<void> {
  const { caseId, count } = state;
  const incident = getExternalWorkflowHandle(into);
  const which = count === 1 ? 'The detection' : `The ${count} detections`;
  const text = `${which} of triage case ${caseId} belong${count === 1 ? 's' : ''} to this incident`;
  await incident.signal('measure', { by, text, category: 'mitigation', commandId: `${caseId} merge` });
  for (const source of block) {
    const measure = { action: 'block-source', source };
    await incident.signal('contain', { by, measure, commandId: `${caseId} block ${source}` });
  }
}
