/** To which case a workflow belongs, by its id. */
import { SCHEDULES } from './schedules';

/**
 * The id of the case of a workflow: a case's own, or what works for it under `CASE/…` (delivery, escalation, register). `undefined`
 * for what a schedule started, which is of no case.
 */
export function caseOf(workflowId: string): string | undefined {
  if (Object.values(SCHEDULES).some((name) => workflowId === name || workflowId.startsWith(`${name}-`)))
    return undefined;
  return workflowId.split('/', 1)[0];
}
