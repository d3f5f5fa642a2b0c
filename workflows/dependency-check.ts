/**
 * One check of what is installed against what is known to be vulnerable. The activity compares and writes down what the
 * patch tasks are to be told; this workflow tells them, so that a crash between the two loses nothing.
 */
import {
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { TASK_TIMEOUT } from '../domain/case/contract';
import type { CheckSummary } from '../domain/patch/dependencies';
import type { PatchAction } from '../domain/patch/patch-row';
import { PATCH_WORKFLOW } from '../domain/patch/patch-task';
import { PatchTaskInputSchema, titleOf } from '../domain/patch/state';
import { activities, CHECKING, UNTIL_DONE } from './lib/activity-calls';
import { beginCase } from './lib/begin-case';
import { patchTold } from './lib/patch-told';

/** Tasks told at a time. */
const AT_ONCE = 50;

/** @param done the summary of a check whose tasks are still being told, after a continue-as-new. */
export async function dependencyCheck(done?: Partial<CheckSummary>): Promise<CheckSummary> {
  const summary =
    done?.findings === undefined
      ? await activities(CHECKING, 'compare what is installed with the advisories').checkDependencies()
      : (done as CheckSummary);
  for (;;) {
    const actions = await activities(UNTIL_DONE, 'what tasks are to be told').nextPatchActions({ limit: AT_ONCE });
    if (actions.length === 0) return summary;
    const told = await Promise.all(actions.map(tell));
    await activities(UNTIL_DONE, `${told.length} tasks were told`).donePatchActions({ done: told });
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof dependencyCheck>(summary);
  }
}

/** `settled`: there is no such task that runs, so that the next finding is another one. */
async function tell({ caseId, key, revision, what }: PatchAction) {
  const settled = what.do === 'open' ? !(await open(caseId, what.input)) : !(await signal(caseId, what.checked));
  return { key, revision, settled };
}

/** The task outlives the check; the same id twice is one task, unless what had it was none. */
async function open(caseId: string, input: unknown): Promise<boolean> {
  const parsed = PatchTaskInputSchema.parse(input);
  await beginCase(caseId, 'patch-tasks-in-the-register', (workflowIdReusePolicy) =>
    startChild(PATCH_WORKFLOW, {
      workflowId: caseId,
      args: [parsed],
      workflowTaskTimeout: TASK_TIMEOUT,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy,
      memo: { title: titleOf(parsed.finding) },
      ...patchTold(parsed),
    }),
  );
  return true;
}

async function signal(caseId: string, checked: unknown): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(caseId).signal('checked', { by: 'tocsin', ...(checked as object) });
    return true;
  } catch (error) {
    if (isCancellation(error)) throw error;
    return false; // it is closed already
  }
}
