/**
 * The life of a detection until somebody decides: opened, counted, alarmed, then declared, dismissed or merged. All of it
 * is decided by the pure `domain/triage.ts`; this workflow counts, starts the incident, and hands over to one that runs.
 */
import {
  ApplicationFailure,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';
import type { CaseResult } from '../domain/case/case';
import { FAILURES } from '../domain/kernel/failures';
import { problemsOf } from '../domain/kernel/problems';
import {
  countIn,
  DETECTED_SIGNAL,
  DetectedSchema,
  emptyTally,
  mergeFailed,
  openingOf,
  recordTally,
  type Tally,
  TRIAGE,
  type TriageEvent,
  type TriageInput,
  TriageInputSchema,
  type TriageState,
  type TriageWant,
} from '../domain/triage/triage';
import { type CarriedCase, CaseRun, type Outcome } from './case-run';
import { failureText } from './lib/activity-calls';
import { startIncident } from './lib/start-incident';

interface Carried extends CarriedCase<TriageState, TriageEvent> {
  tally: Tally;
}

/** One workflow for each deduplicated detection; its id is the case's id. */
export async function triage(input: TriageInput & { carried?: Carried }): Promise<CaseResult> {
  let tally: Tally | undefined = input?.carried?.tally;
  const run = new CaseRun(TRIAGE, perform, {
    signals: {
      [DETECTED_SIGNAL]: {
        description: 'A detection that belongs to this case',
        onSignal(raw) {
          const parsed = DetectedSchema.safeParse(raw);
          if (!parsed.success) return run.reject(DETECTED_SIGNAL, problemsOf(parsed.error).slice(0, 20));
          const counted = countIn(run.state, tally!, parsed.data);
          tally = counted.tally;
          if (counted.record) run.record(() => []);
        },
      },
    },
    takeUnrecorded(state) {
      const recorded = recordTally(state, tally!);
      tally = recorded.tally;
      return recorded.events;
    },
  });

  if (input?.carried) {
    run.resume(input.carried);
  } else {
    const first = valid(input);
    tally = emptyTally(first.detection);
    run.open(first.caseId, openingOf(first, new Date().toISOString()));
  }
  return run.live((carried) => continueAsNew<typeof triage>({ ...input, carried: { ...carried, tally: tally! } }));
}

function valid(input: TriageInput): TriageInput {
  const parsed = TriageInputSchema.safeParse(input);
  const problems = parsed.success ? [] : problemsOf(parsed.error);
  const { workflowId } = workflowInfo();
  if (parsed.success && parsed.data.caseId !== workflowId) {
    problems.push(
      `caseId: is "${parsed.data.caseId}", but the workflow id is "${workflowId}"; start it under the case's id`,
    );
  }
  if (problems.length > 0) {
    const text = `The detection cannot be triaged:\n${problems.join('\n')}`;
    throw ApplicationFailure.nonRetryable(text, FAILURES.invalidInput);
  }
  return parsed.data!;
}

async function perform(want: TriageWant, state: TriageState): Promise<Outcome<TriageState, TriageEvent>> {
  if (want.want === 'declare') {
    const already = await startIncident(want.declaration, state.caseId);
    return () => [{ kind: 'incident-started', data: { incidentId: want.declaration.id, already } }];
  }
  try {
    await handOver(want, state);
    return () => [{ kind: 'merge-delivered', data: { into: want.into } }];
  } catch (error) {
    if (isCancellation(error)) throw error;
    const problem = `${want.into} took no message: ${failureText(error)}`.slice(0, 300);
    return (now) => mergeFailed(now, want.into, problem);
  }
}

/**
 * Asks the incident to block what the detections showed, as the rule says, and has it note where they are recorded.
 * Command ids make a repeat harmless.
 */
async function handOver(
  { into, block, by }: Extract<TriageWant, { want: 'merge' }>,
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
