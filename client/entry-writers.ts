/** Workflows that write entries for a case: which have not done it, and how one that ended before is begun again. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { type EntryWriter, type NamedWriter, writerOf } from '../domain/case/backlog-id';
import { refused } from './errors';
import { described, executions, infoOf } from './executions';
import { CALL_MS, CATCH_UP_MS, timed } from './timed';

const UNFINISHED = 'WorkflowType="registerBacklog" AND ExecutionStatus != "Completed"';
const ENDED = `${UNFINISHED} AND ExecutionStatus != "Running"`;

/** Those that a case began, and that have not written all: they run, or ended before. Visibility lags behind by a moment. */
export async function unfinishedWriters(client: Client, caseId?: string): Promise<EntryWriter[]> {
  const ids = new Set<string>();
  for await (const { workflowId } of executions(client, UNFINISHED)) ids.add(workflowId);
  const found: EntryWriter[] = [];
  for (const id of ids) {
    const writer = writerOf(id);
    if (!writer || (caseId !== undefined && writer.caseId !== caseId)) continue;
    const stands = await writerAsItStands(client, writer);
    if (stands) found.push(stands);
  }
  return found;
}

/** The first of those that have a run that ended without having written all; by their names alone, which anybody may use. */
export async function namedAsEnded(client: Client, most: number): Promise<NamedWriter[]> {
  const found = new Map<string, NamedWriter>();
  for await (const { workflowId } of executions(client, ENDED)) {
    const writer = writerOf(workflowId);
    if (writer) found.set(workflowId, writer);
    if (found.size >= most) break;
  }
  return [...found.values()];
}

/** How one stands now; `undefined` where it has written all, or is none that a case began. */
export async function writerAsItStands(client: Client, writer: NamedWriter): Promise<EntryWriter | undefined> {
  const latest = (await described(client, writer.workflowId))?.workflowExecutionInfo;
  // Whoever may start a workflow may start one of this name, but not as a child of the case.
  if (!latest || latest.parentExecution?.workflowId !== writer.caseId) return undefined;
  const { status } = await infoOf(client, latest);
  return status.name === 'COMPLETED' ? undefined : { ...writer, running: status.name === 'RUNNING' };
}

/**
 * Begins one that ended again, with the entries that its history holds. It writes those that the register has not got, as
 * the register takes each once. Throws when its history holds no task to begin from.
 */
async function restartWriter(client: Client, { workflowId, first, last }: EntryWriter): Promise<void> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const task = (events ?? []).find(
    ({ workflowTaskCompletedEventAttributes: completed, workflowTaskStartedEventAttributes: started }) =>
      completed ?? started,
  );
  if (!task) throw new Error(`the workflow "${workflowId}" ended before it did anything: it cannot be begun again`);
  await client.workflowService.resetWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId },
    reason: `entries ${first}–${last} are not all written`,
    workflowTaskFinishEventId: task.eventId!,
    requestId: `write-again ${workflowId} ${Date.now()}`,
  });
}

/** Has those of a case that ended written again; answers which, once they are. Throws a CommandError while they are not. */
export async function writeAgain(client: Client, id: string): Promise<EntryWriter[]> {
  const unfinished = () => timed(client, () => unfinishedWriters(client, id));
  const ended = (await unfinished()).filter(({ running }) => !running);
  for (const writer of ended) await timed(client, () => restartWriter(client, writer));
  const giveUpAt = Date.now() + CALL_MS;
  for (let left = await unfinished(); left.length > 0; left = await unfinished()) {
    const which = left.map(({ first, last }) => `${first}–${last}`).join(', ');
    if (Date.now() > giveUpAt)
      throw refused(
        `entries ${which} of "${id}" are being written by a workflow of their own and are not all in the register yet: ` +
          'try again when they are. Are Postgres and a worker running?',
      );
    await sleep(CATCH_UP_MS);
  }
  return ended;
}
