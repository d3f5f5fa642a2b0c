/**
 * The worker of the benchmark of many incidents, in a process of its own that can be killed: Tocsin's workflows and settings,
 * and no outside world; or, given another bundle, the bare twins of incidents under the same settings. Tells its parent of
 * every one that was declared and every alarm that rang; what the SDK's core logs goes to the standard output, so that no word
 * of it is taken for one of these.
 */
import { readFileSync } from 'node:fs';
import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { Activities, AlarmInput } from '../../activities/types';
import { TASK_QUEUE } from '../../domain/incident/contract';
import { DEFAULT_PACKS, loadPolicy } from '../../policy/load-policy';
import { builtBundle } from '../../worker/bundle';
import { workflowLimits } from '../../worker/cache-size';
import { outsideWorld } from './outside-world';
import type { SleeperActivities } from './sleeper-workflow';

/** What it tells. `cached`: how many incidents it keeps in memory. */
export type Told = { ready: { cached: number } } | { declared: string } | { alarm: AlarmOf } | { rang: string };
export type AlarmOf = Pick<AlarmInput, 'incidentId' | 'seq' | 'threshold' | 'about'>;

const tell = (told: Told) => void process.send!(told);

const ofIncidents = () =>
  ({
    ...outsideWorld(loadPolicy(DEFAULT_PACKS), (events) => {
      for (const { incidentId, kind } of events) if (kind === 'declared') tell({ declared: incidentId });
    }),
    raiseAlarm: async ({ incidentId, seq, threshold, about }: AlarmInput) =>
      tell({ alarm: { incidentId, seq, threshold, about } }),
  }) satisfies Partial<Activities>;

const ofSleepers = (): SleeperActivities => ({
  asleep: async (id) => tell({ declared: id }),
  ring: async (id) => tell({ rang: id }),
});

async function main(address: string, otherBundle?: string): Promise<void> {
  // On a busy machine its core warns of every task that took long.
  const logging = { filter: makeTelemetryFilterString({ core: 'ERROR' }) };
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging } });
  const limits = workflowLimits();
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    taskQueue: TASK_QUEUE,
    workflowBundle: otherBundle ? { code: readFileSync(otherBundle, 'utf8') } : builtBundle(),
    activities: otherBundle ? ofSleepers() : ofIncidents(),
    ...limits,
  });
  tell({ ready: { cached: limits.maxCachedWorkflows } });
  await worker.run();
}

void main(process.argv[2]!, process.argv[3]);
