/** A worker in this process, quiet unless something is wrong. */
import { IllegalStateError } from '@temporalio/common';
import { type NativeConnectionOptions, Runtime } from '@temporalio/worker';
import { startTracing } from '../platform/tracing/tracing';
import type { WorkerSettings } from '../settings/worker';
import { createTocsinWorker } from '../worker/create-worker';
import { workerLog } from '../worker/log';
import type { WorkerMetrics } from '../worker/metrics/worker-metrics';
import { into, LOGGED_OF_SDK, WorkerLogger } from './worker-logger';

export interface RunningWorker {
  /** Resolves when the worker was stopped, rejects when it ended by a fault. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

let installed = false;

/** What a replay finds is told by whoever replays, not by the SDK's log as well. */
export function quietReplay(): void {
  try {
    Runtime.install({ logger: new WorkerLogger(() => undefined), shutdownSignals: [] });
    installed = true;
  } catch (error) {
    // Whoever has installed one before decides what it logs.
    if (!(error instanceof IllegalStateError)) throw error;
  }
}

/** Starts a worker. It is stopped by `stop`, not by signals: the caller decides in which order things end. */
export async function startWorker(
  settings: WorkerSettings,
  temporal: NativeConnectionOptions & { namespace: string },
  metrics?: WorkerMetrics,
): Promise<RunningWorker> {
  const telemetryOptions = { ...metrics?.telemetry, logging: LOGGED_OF_SDK };
  const log = workerLog();
  const logger = new WorkerLogger(into(log));
  if (!installed) Runtime.install({ logger, shutdownSignals: [], telemetryOptions });
  installed = true;
  const tracing = startTracing(settings.tracing, 'tocsin-worker', log);
  const worker = await createTocsinWorker({ settings, temporal, metrics });
  const ended = worker.run().finally(() => tracing.stop());
  ended.catch(() => undefined); // whoever waits for `ended` hears of it
  return {
    ended,
    stop: async () => {
      worker.shutdown();
      await ended;
    },
  };
}
