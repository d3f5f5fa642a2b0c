/** Whether the workflows of this release go on with what runs: each history is replayed against them, and nothing is done. */
import type { Client } from '@temporalio/client';
import { type ReplayResult, Worker, type WorkflowBundle } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { workerDataConverter } from '../client/codec';
import { described, executions } from '../client/executions';
import { builtBundle } from './bundle';
import { STEP_LIMIT } from './cache-size';

/** An open run: of a case, or of what belongs to one, as a delivery does. */
export interface OpenRun {
  workflowId: string;
  runId: string;
  workflowType: string;
}

/**
 * What became of a run's replay. `replays`: this release makes of its history what the release before made of it ·
 * `differs`: it does not, so each of its tasks would fail and its clocks stop · `fails`: it cannot be replayed for another
 * reason, such as a missing key · `ended`: meanwhile.
 */
export interface Replayed extends OpenRun {
  outcome: 'replays' | 'differs' | 'fails' | 'ended';
  problem?: string;
}

export interface ReplayOptions {
  /** Those of the workers. */
  encryptionKeys: string[];
  /** The workflows; those of this release by default. */
  workflowBundle?: WorkflowBundle;
}

/** What runs on a queue. Visibility lags behind by a moment. Throws the client's error while Temporal is away. */
export async function openRuns(client: Client, taskQueue: string): Promise<OpenRun[]> {
  const found: OpenRun[] = [];
  const query = `ExecutionStatus = "Running" AND TaskQueue = "${taskQueue.replace(/["\\]/g, '\\$&')}"`;
  for await (const { workflowId, runId, type } of executions(client, query))
    found.push({ workflowId, runId, workflowType: type });
  return found;
}

/** Replays runs one after the other. A history is read whole, through the keys, however long it is. */
export async function* replay(
  client: Client,
  runs: readonly OpenRun[],
  { encryptionKeys, workflowBundle = builtBundle() }: ReplayOptions,
): AsyncGenerator<Replayed> {
  const unread: Replayed[] = [];
  async function* histories() {
    for (const run of runs) {
      const { workflowId, runId } = run;
      try {
        yield { workflowId, history: await client.workflow.getHandle(workflowId, runId).fetchHistory() };
      } catch (error) {
        const ended = (await described(client, workflowId).catch(() => undefined))?.workflowExecutionInfo;
        if (ended?.execution?.runId === runId) unread.push({ ...run, outcome: 'fails', problem: textOf(error) });
        else unread.push({ ...run, outcome: 'ended' });
      }
    }
  }
  const options = { workflowBundle, dataConverter: workerDataConverter(encryptionKeys), ...STEP_LIMIT };
  const byRun = new Map(runs.map((run) => [run.runId, run]));
  for await (const result of Worker.runReplayHistories(options, histories())) {
    const run = byRun.get(result.runId);
    if (run) yield { ...run, ...outcomeOf(result) };
    yield* unread.splice(0);
  }
  yield* unread;
}

function outcomeOf({ error }: ReplayResult): Pick<Replayed, 'outcome' | 'problem'> {
  if (!error) return { outcome: 'replays' };
  return { outcome: error instanceof DeterminismViolationError ? 'differs' : 'fails', problem: textOf(error) };
}

/** Without the SDK's advice about its own settings. */
function textOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0]!.slice(0, 500);
}
