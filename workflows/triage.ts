/**
 * The life of a detection until somebody decides, and what comes after: opened, counted, alarmed, then declared, dismissed or
 * merged. All of it is decided by the pure `domain/triage/`; this workflow counts, starts the incident, and hands over to one
 * that runs, or has it let go.
 */
import { condition, patched, workflowInfo } from '@temporalio/workflow';
import type { CaseResult } from '../domain/case/contract';
import type { ClosedInput, ResumedInput } from '../domain/case/resumed';
import { ANSWERED_SIGNAL, type Answered, RECOUNTED_SIGNAL } from '../domain/incident/detections';
import { joinedOf } from '../domain/triage/belongs';
import { deliveryOf } from '../domain/triage/delivery';
import { takes } from '../domain/triage/late';
import { openingOf } from '../domain/triage/opening';
import {
  DETECTED_SIGNAL,
  type Detected,
  DetectedSchema,
  type TriageEvent,
  type TriageInput,
  TriageInputSchema,
  type TriageOutcome,
  type TriageState,
  type TriageWork,
} from '../domain/triage/state';
import { countIn, emptyTally, isCounted, recordTally, type Tally } from '../domain/triage/tally';
import { triageLifecycle } from '../domain/triage/triage';
import { begunOnce } from './lib/begun-once';
import { carriedCase } from './lib/carried';
import { Incidents, reached } from './lib/detections';
import { HandedBack } from './lib/handed-back';
import type { Carried, Situation } from './lib/kind';
import { internalSignal } from './lib/receive-messages';
import { closedInRegister, fromRegister, isClosed, isResumed } from './lib/resumed';
import { startIncident } from './lib/start-incident';
import { validInput } from './lib/valid-input';
import { runLifecycle } from './lifecycle';

type Input = TriageInput &
  Partial<ResumedInput & ClosedInput> & {
    carried?: Carried<TriageState, TriageEvent, TriageWork>;
    tally?: Tally;
    answers?: Answered[];
  };

/** One workflow for each deduplicated detection; its id is the case's id. */
export function triage(input: Input): Promise<CaseResult> {
  let tally: Tally;
  let gathering: Promise<void> | undefined;
  const incidents = new Incidents(input?.carried && input.answers);
  return runLifecycle<TriageState, TriageEvent, TriageWork, TriageOutcome>({
    messages: triageLifecycle.messages,
    perform: (work, at) => perform(work, at, incidents),
    signals(run) {
      const count = (detected: Detected): Promise<void> | undefined => {
        const isLate = isLateIn(run.state);
        const counted = countIn(run.state, tally, detected, isLate);
        tally = counted.tally;
        if (counted.record) run.step(() => []);
        else if (isLate && tally.more > 0) {
          gathering ??= condition(() => workflowInfo().continueAsNewSuggested, GATHERED).then(() => {
            gathering = undefined;
            run.step(() => []);
          });
          return gathering;
        }
        return undefined;
      };
      const handedBack = new HandedBack(count);
      return {
        [ANSWERED_SIGNAL]: incidents.signal,
        [DETECTED_SIGNAL]: internalSignal('A detection that belongs to this case', DetectedSchema, (detected) => {
          if (isCounted(tally, detected) || takes(run.state, detected) || !handedBack.isDone) return count(detected);
          return handedBack.take(run.state.caseId, detected);
        }),
      };
    },
    takeUnrecorded(state) {
      const recorded = recordTally(state, tally, tally.more > 0 && isLateIn(state));
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
        tally = emptyTally(carried.state);
        return run.resume(triageLifecycle, carried, news);
      }
      if (isClosed(input)) {
        const carried = await closedInRegister<TriageState, TriageEvent, TriageWork>(input);
        // All that was counted stands in the register of a closed case.
        tally = emptyTally(carried.state);
        return run.resume(triageLifecycle, carried);
      }
      const id = { of: (i: TriageInput) => i.caseId, field: 'caseId', whose: 'case' };
      const first = validInput('detection', TriageInputSchema, input, id);
      tally = emptyTally({ deliveries: [deliveryOf(first.detection)] });
      return run.open(triageLifecycle, first.caseId, (now) => [openingOf(first, now)]);
    },
    nextInput(carried) {
      const { closed: _, answers: __, ...began } = input;
      const answers = incidents.answers.unused();
      return { ...began, carried, tally, ...(answers.length > 0 && { answers }) };
    },
  });
}

/** What comes after the decision and is not recorded at once is recorded together, so long at most after it came. */
const GATHERED = '1 minute';

/** Whether the case is closed: a run that ended before there were late detections counted the last of them like any other. */
function isLateIn({ closedAt }: TriageState): boolean {
  return closedAt !== undefined && patched('late-detections');
}

async function perform(
  work: TriageWork,
  { state }: Situation<TriageState>,
  incidents: Incidents,
): Promise<TriageOutcome | undefined> {
  switch (work.kind) {
    case 'declare': {
      const { id, declaredBy: by } = work.declaration;
      const joined = joinedOf(state, { decision: 'declared', by });
      const already = await startIncident(work.declaration, state.caseId, joined);
      // It ran before, and was not told at its start. Where it is over, it stays as it is.
      if (already && patched('incident-lists-detections')) await incidents.ask(id, { joined });
      return { kind: 'declared', incidentId: id, already };
    }
    case 'merge': {
      const { into } = work;
      if (!patched('incident-lists-detections')) {
        const problem = await noteAndBlock(work, state);
        return problem ? { kind: 'merge-failed', into, problem } : { kind: 'merged', into };
      }
      const joined = { ...joinedOf(state, { decision: 'merged', by: work.by }), block: work.block };
      const problem = await incidents.ask(into, { joined });
      return problem ? { kind: 'merge-failed', into, problem, again: true } : { kind: 'merged', into };
    }
    case 'recount-detections': {
      const { into, recounted } = work;
      if (!patched('late-detections')) return undefined;
      const problem = await reached(into, RECOUNTED_SIGNAL, recounted);
      return problem ? { kind: 'recount-failed', into, problem } : undefined;
    }
    case 'unmerge': {
      const { from, by, reason } = work;
      const problem = await incidents.ask(from, { left: { by, caseId: state.caseId, reason } });
      return problem ? { kind: 'unmerge-failed', from, problem } : { kind: 'unmerged', from };
    }
  }
}

type Merge = Extract<TriageWork, { kind: 'merge' }>;

/** As a history that began before did it: a measure notes the case, and each source is asked for by itself. Answers why not, where not. */
async function noteAndBlock({ into, block, by }: Merge, { caseId, count }: TriageState): Promise<string | undefined> {
  const which = count === 1 ? 'The detection' : `The ${count} detections`;
  const text = `${which} of triage case ${caseId} belong${count === 1 ? 's' : ''} to this incident`;
  const noted = { by, text, category: 'mitigation', commandId: `${caseId} merge` };
  let problem = await reached(into, 'measure', noted);
  for (const source of block) {
    const measure = { action: 'block-source', source };
    problem ??= await reached(into, 'contain', { by, measure, commandId: `${caseId} block ${source}` });
  }
  return problem;
}
