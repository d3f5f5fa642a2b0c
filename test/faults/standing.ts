/** How an incident stands while a family plays: at rest, with which instants; and how Temporal forgets a workflow. */
import { WorkflowNotFoundError } from '@temporalio/client';
import { injected, report, Tally } from '../setup/invariants/tally';
import type { RealWorld } from '../setup/real-world';
import { until } from '../setup/until';

/** Waits until nothing of it is under way, and all of it stands in the register. */
export function rests(world: RealWorld, id: string, withinMs?: number): Promise<unknown> {
  const isAtRest = async () => {
    const { inFlight, registerBacklog } = await world.view(id);
    return inFlight.length === 0 && registerBacklog === 0;
  };
  return until(`${id} rests`, isAtRest, withinMs);
}

/** The instants that no fault may move: its anchors, and when each obligation is due. */
export async function duesOf(world: RealWorld, id: string): Promise<string> {
  const { anchors, obligations } = (await world.view(id)).state;
  return JSON.stringify([anchors, Object.values(obligations).map(({ id: obligation, dueAt }) => [obligation, dueAt])]);
}

/** Waits until one of its notices was told to everybody. */
export function isTold(world: RealWorld, id: string, obligation: string, withinMs?: number): Promise<unknown> {
  const isFulfilled = async () => (await world.view(id)).state.obligations[obligation]!.fulfilledAt;
  return until(`${obligation} is told`, isFulfilled, withinMs);
}

/** Half of the time for containment passes so long after now. */
export function halfIsOverIn(ms: number): { detectedAt: string } {
  return { detectedAt: new Date(Date.now() - 3_600_000 + ms).toISOString() };
}

/** An alarm of it comes into the mailbox: what has passed and rings nowhere is silent. */
export async function rings(world: RealWorld, id: string, withinMs?: number): Promise<void> {
  const isThere = () => world.mails(id).some(({ request }) => request!.key.startsWith(`alarm/${id}/`));
  const rang = await until(`an alarm of ${id} is mailed`, isThere, withinMs).catch(() => false);
  const tally = new Tally();
  tally.check('silent', rang, () => `${id}: its time passed, and no alarm is in the mailbox`);
  report(tally);
  expect(tally.found()).toEqual([]);
}

/** Ends a workflow as somebody with Temporal's own command does. */
export async function terminate({ temporal, client }: RealWorld, workflowId: string): Promise<void> {
  await client.terminate(workflowId, 'a test');
  const { status } = await temporal.workflow.getHandle(workflowId).describe();
  injected('a workflow terminated', Number(status.name === 'TERMINATED'));
}

/** Deletes the latest run of a workflow, as its retention or the loss of Temporal's database does. */
export async function forget({ temporal }: RealWorld, workflowId: string): Promise<void> {
  const { runId } = await temporal.workflow.getHandle(workflowId).describe();
  const workflowExecution = { workflowId, runId };
  await temporal.workflowService.deleteWorkflowExecution({ namespace: 'default', workflowExecution });
  const isThere = () => temporal.workflow.getHandle(workflowId, runId).describe();
  await until(`${workflowId} is gone`, () => isThere().then(() => false, isNotFound));
  injected('a workflow forgotten by Temporal');
}

function isNotFound(error: unknown): boolean {
  return error instanceof WorkflowNotFoundError;
}
