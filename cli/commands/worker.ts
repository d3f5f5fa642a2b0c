/** `tocsin worker`: only a worker, beside a Temporal and a Postgres that are configured. */
import type { Command } from 'commander';
import { dataDir } from '../../platform/folders';
import { readRunningStack } from '../../platform/stack-file';
import type { CommonOptions, Shell } from '../shell';
import { endWithin, untilStopped } from '../until-stopped';
import { verb } from '../verb';

export function workerCommand(program: Command, shell: Shell): void {
  verb(
    program,
    'worker',
    'Run a worker against the configured Temporal and Postgres. Scale by running more of them.',
    'worker   # with TEMPORAL_ADDRESS, DATABASE_URL, RESEND_API_KEY and TOCSIN_DIRECTORY set',
  ).action(async (options: CommonOptions) => {
    const { temporalTarget } = await import('../connect.js');
    const { loadWorkerSettings } = await import('../../settings/worker.js');
    const { startWorker } = await import('../run-worker.js');
    const { logOfProcess } = await import('../long-running.js');
    const { startWorkerMetrics } = await import('../../worker/metrics/worker-metrics.js');
    const log = logOfProcess(shell, 'worker');
    const settings = loadWorkerSettings(shell.env, readRunningStack(dataDir(shell.env)));
    const target = temporalTarget(shell.env);
    const { address } = settings.metrics;
    const metrics = address && (await startWorkerMetrics(address, settings));
    try {
      const temporal = { ...target.connectionOptions, namespace: target.namespace };
      const worker = await startWorker(settings, temporal as never, metrics);
      const { address: at, namespace } = target;
      if (options.json)
        shell.out.json({ temporal: at, namespace, taskQueue: settings.taskQueue, metrics: metrics?.url });
      else {
        shell.out.line(`Worker on queue "${settings.taskQueue}" of ${at}, namespace ${namespace}. Ctrl-C stops it.`);
        if (metrics) shell.out.line(`Metrics: ${metrics.url}`);
      }
      shell.log = log;
      await Promise.race([untilStopped(log), worker.ended]).finally(() => endWithin(log));
      await worker.stop();
    } finally {
      await metrics?.stop();
    }
  });
}
