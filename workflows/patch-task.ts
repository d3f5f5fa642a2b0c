/**
 * The life of a patch task: opened by the dependency check, alarmed until it is patched or waived, closed when a check
 * shows that no vulnerable version is installed any more. Somebody's word that it is patched has it checked at once.
 */
import { workflowInfo } from '@temporalio/workflow';
import type { CaseResult } from '../domain/case/contract';
import type { ResumedInput } from '../domain/case/resumed';
import { caseIdOf, type PatchRow, roundOf } from '../domain/patch/patch-row';
import { type PatchOutcome, type PatchWork, patchDue, patchTaskLifecycle } from '../domain/patch/patch-task';
import { type PatchEvent, type PatchState, type PatchTaskInput, PatchTaskInputSchema } from '../domain/patch/state';
import { activities, CHECKING, UNTIL_DONE } from './lib/activity-calls';
import { begunOnce } from './lib/begun-once';
import { carriedCase } from './lib/carried';
import type { Carried } from './lib/kind';
import { fromRegister, isResumed } from './lib/resumed';
import { validInput } from './lib/valid-input';
import { runLifecycle } from './lifecycle';

type Input = PatchTaskInput & Partial<ResumedInput> & { carried?: Carried<PatchState, PatchEvent, PatchWork> };

export function patchTask(input: Input): Promise<CaseResult> {
  return runLifecycle<PatchState, PatchEvent, PatchWork, PatchOutcome>({
    messages: patchTaskLifecycle.messages,
    perform,
    async begin(run) {
      // A start by hand may come without any input.
      const carried = carriedCase(input);
      await begunOnce(input, () => carried!.state.seq);
      if (carried) return run.resume(patchTaskLifecycle, carried);
      if (isResumed(input)) {
        const { carried, news } = await fromRegister<PatchState, PatchEvent, PatchWork>(input);
        return run.resume(patchTaskLifecycle, carried, news);
      }
      const { workflowId } = workflowInfo();
      const id = {
        of: ({ finding }: Pick<PatchRow, 'finding'>) => caseIdOf({ finding, round: roundOf(workflowId) }),
        ...{ field: 'finding.key', whose: 'patch task' },
      };
      const given = validInput('patch task', PatchTaskInputSchema, input, id);
      const { exercise } = given;
      return run.open(patchTaskLifecycle, workflowId, () => [patchDue(given)], { exercise });
    },
    nextInput: (carried) => ({ ...input, carried }),
  });
}

async function perform(work: PatchWork): Promise<PatchOutcome | undefined> {
  const { finding } = work;
  if (work.kind === 'settle') {
    const { key } = finding;
    await activities(UNTIL_DONE, 'note that the task is over').settlePatchTask({ key, round: work.round });
    return undefined;
  }
  const answer = await activities(CHECKING, `check ${finding.package} again`).recheckPatchTask({ finding });
  return { kind: 'rechecked', answer };
}
