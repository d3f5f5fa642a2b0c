/** Begins a case of another kind from a workflow: once, whatever somebody else put under its id. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { patched, WorkflowIdReusePolicy } from '@temporalio/workflow';
import { activities, UNTIL_DONE } from './activity-calls';

/**
 * True where it was begun already. What ended under the id and left nothing in the register was no case, whoever started it.
 *
 * @param patch since when the register is asked, as histories of before did not.
 */
export async function beginCase(
  id: string,
  patch: 'incidents-in-the-register' | 'patch-tasks-in-the-register',
  start: (workflowIdReusePolicy: WorkflowIdReusePolicy) => Promise<unknown>,
): Promise<boolean> {
  const started = async (policy: WorkflowIdReusePolicy) => {
    try {
      await start(policy);
      return true;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw error;
    }
  };
  if (await started(WorkflowIdReusePolicy.REJECT_DUPLICATE)) return false;
  if (!patched(patch)) return true;
  const look = activities(UNTIL_DONE, 'look whether the case is in the register');
  const { entries } = await look.verifyRegister({ incidentId: id, seq: 0 });
  return entries > 0 || !(await started(WorkflowIdReusePolicy.ALLOW_DUPLICATE));
}
