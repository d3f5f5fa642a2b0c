/**
 * The life of a patch task: opened by the dependency check, alarmed until it is patched or waived, closed when a check
 * shows that no vulnerable version is installed any more. Somebody's word that it is patched has it checked at once.
 */
import { ApplicationFailure, continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { CaseResult } from '../domain/case/case';
import { FAILURES } from '../domain/kernel/failures';
import { problemsOf } from '../domain/kernel/problems';
import {
  onRecheck,
  type PatchEvent,
  type PatchState,
  type PatchTaskInput,
  PatchTaskInputSchema,
  type PatchWant,
  patchDue,
  patchTaskCase,
  roundOf,
} from '../domain/patch/patch-task';
import { type CarriedCase, CaseRun, type Outcome } from './case-run';
import { activities, CHECKING, UNTIL_DONE } from './lib/activity-calls';

type Input = PatchTaskInput & { carried?: CarriedCase<PatchState, PatchEvent> };

export async function patchTask(input: Input): Promise<CaseResult> {
  const run = new CaseRun<PatchState, PatchEvent, PatchWant>(patchTaskCase, recheck);
  // A start by hand may come without any input.
  if (input?.carried) run.resume(input.carried);
  else open(run, input);
  const result = await run.live((carried) => continueAsNew<typeof patchTask>({ ...input, carried }));
  const { key } = run.state.finding;
  await activities(UNTIL_DONE, 'note that the task is over').settlePatchTask({ key, round: roundOf(result.caseId) });
  return result;
}

function open(run: CaseRun<PatchState, PatchEvent, PatchWant>, input: PatchTaskInput): void {
  const parsed = PatchTaskInputSchema.safeParse(input);
  if (!parsed.success) {
    const problems = problemsOf(parsed.error).join('\n');
    throw ApplicationFailure.nonRetryable(`The patch task is not valid:\n${problems}`, FAILURES.invalidInput);
  }
  run.open(workflowInfo().workflowId, patchDue(parsed.data), parsed.data.exercise);
}

async function recheck({ finding }: PatchWant): Promise<Outcome<PatchState, PatchEvent>> {
  const answer = await activities(CHECKING, `check ${finding.package} again`).recheckPatchTask({ finding });
  return (state, now) => onRecheck(state, answer, now);
}
