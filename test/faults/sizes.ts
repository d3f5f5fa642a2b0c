/** Large things for incidents, and what must hold of every workflow of one however large they were. */
import { temporal } from '@temporalio/proto';
import { unfinishedWriters } from '../../client/entry-writers';
import { executions } from '../../client/executions';
import { COMMAND_BYTES } from '../../domain/kernel/bytes';
import { report, Tally } from '../setup/invariants/tally';
import { type declarationOf, OWNERS, type RealWorld, wholeBreach } from '../setup/real-world';
import { until } from '../setup/until';

/** A character of three bytes. */
export const HAN = '漢';

type Assessment = NonNullable<Parameters<typeof declarationOf>[1]>['assessment'] & object;

/** The workspaces of the directory, and as many unknown ones as fit. */
export function workspaces(bytes: number): string[] {
  const known = Array.from({ length: OWNERS }, (_, n) => `ws-${n + 1}`);
  const unknown = Array.from({ length: Math.floor((bytes - 12 * OWNERS) / 40) }, (_, n) => `${n}`.padStart(36, 'x'));
  return [...known, ...unknown];
}

/** The whole breach with six more data sets, each described in 2,000 characters of three bytes; `nth` makes it another one. */
export function inHan(nth: number, bytesOfWorkspaces: number): Assessment {
  const [accounts, stored] = wholeBreach.dataSets!;
  const described = Array.from({ length: 6 }, (_, n) => ({
    ...stored!,
    id: `stored-${n}`,
    title: `Customer content ${n}`,
    likelyConsequences: `${nth} ${HAN.repeat(1_990)}`,
  }));
  return { ...wholeBreach, workspaces: workspaces(bytesOfWorkspaces), dataSets: [accounts!, stored!, ...described] };
}

/** How many runs an incident has had. */
export async function runsOf({ temporal: client }: RealWorld, id: string): Promise<number> {
  let runs = 0;
  for await (const _ of client.workflow.list({ query: `WorkflowId="${id}"` })) runs++;
  return runs;
}

/** A new run begins after so many small signals, taken or turned away: more than one run holds. */
export async function beginsAnew(world: RealWorld, id: string): Promise<void> {
  const before = await runsOf(world, id);
  const anew = async () => {
    for (let n = 0; n < 20; n++) await world.client.signal(id, 'measure', { text: `a step ${n}`, by: 'oncall' });
    // It has read them when it answers: how fast is none of what this is about.
    await world.client.view(id);
    return (await runsOf(world, id)) > before;
  };
  await until(`a new run of ${id} begins`, anew, 240_000);
}

/** How many workflows of their own write entries of it, or have written them. */
export async function writersOf({ temporal: client }: RealWorld, id: string): Promise<number> {
  let found = 0;
  for await (const { workflowId } of executions(client, 'WorkflowType="registerBacklog"'))
    if (workflowId.startsWith(`${id}/`)) found++;
  return found;
}

/**
 * Of the incident and of all that it began: every run goes on, has ended as it should or began the next; no event of one has
 * more bytes than may be handed over at once; and nothing is left that has entries to write.
 */
export async function withinBounds(world: RealWorld, id: string): Promise<number> {
  const tally = new Tally();
  let most = 0;
  for await (const { workflowId, runId, status } of executions(world.temporal, 'StartTime > "2000-01-01T00:00:00Z"')) {
    if (workflowId !== id && !workflowId.startsWith(`${id}/`)) continue;
    const goesOn = ['RUNNING', 'COMPLETED', 'CONTINUED_AS_NEW'].includes(status.name);
    tally.check('silent', goesOn, () => `${workflowId}: a run of it is ${status.name}`);
    const { events } = await world.temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    for (const event of events ?? []) {
      // A signal is as large as whoever sent it made it; all else is what a workflow handed over, or was refused at the edge.
      if (event.workflowExecutionSignaledEventAttributes) continue;
      const bytes = temporal.api.history.v1.HistoryEvent.encode(event).finish().length;
      tally.whole(bytes < COMMAND_BYTES, () => `${workflowId}: event ${event.eventId} has ${bytes} bytes`);
      most = Math.max(most, bytes);
    }
  }
  const left = await unfinishedWriters(world.temporal, id);
  tally.whole(left.length === 0, () => `${id}: entries are not written: ${JSON.stringify(left)}`);
  report(tally);
  expect(tally.found()).toEqual([]);
  return most;
}
