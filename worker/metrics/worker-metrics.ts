/** All that a worker shows to Prometheus: its own figures, those of Temporal's SDK, and those of the process. */
import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors, TelemetryOptions } from '@temporalio/worker';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { freePort, LOOPBACK } from '../../platform/free-port';
import { serveMetrics } from '../../platform/metrics/serve-metrics';
import type { ListenAddress } from '../../platform/metrics/settings';
import { createPool } from '../../postgres/pool';
import { countFailures } from './activity-failures';
import { registerGauges } from './register-gauges';

export interface WorkerMetrics {
  /** Where they are shown. */
  url: string;
  /** For the SDK's runtime, before anything else of the SDK is used in this process. */
  telemetry: TelemetryOptions;
  /** For the worker's activities. */
  interceptor: (context: Context) => ActivityInterceptors;
  /** To be told of each checkpoint that an anchor has. */
  anchored: (anchor: string, size: number) => void;
  stop(): Promise<void>;
}

/** The SDK's exporter is asked on loopback, and its answer given on. */
const SDK_TIMEOUT_MS = 3_000;

/** Starts to answer on `address`. @throws Error when it cannot be listened on. */
export async function startWorkerMetrics(
  address: ListenAddress,
  { databaseUrl, production }: { databaseUrl: string; production: boolean },
): Promise<WorkerMetrics> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const pool = createPool(databaseUrl, { refusePower: production });
  const refresh = registerGauges(registry, pool);
  const interceptor = countFailures(registry);
  const sdk = `${LOOPBACK}:${await freePort()}`;
  const others = () => metricsOfSdk(`http://${sdk}/metrics`);
  const served = await serveMetrics(registry, address, { refresh, others }).catch(async (error) => {
    await pool.end();
    throw error;
  });
  return {
    url: served.url,
    telemetry: {
      metrics: {
        prometheus: { bindAddress: sdk, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true },
      },
    },
    interceptor,
    anchored: anchorGauges(registry),
    async stop() {
      await served.stop();
      await pool.end();
    },
  };
}

/** Of the worker that signs; another shows none, or those of the time when it signed. */
function anchorGauges(registry: Registry): WorkerMetrics['anchored'] {
  const labelNames = ['anchor'] as const;
  const entries = new Gauge({
    name: 'tocsin_anchored_entries',
    help: 'Entries in the latest checkpoint that an anchor has taken.',
    labelNames,
    registers: [registry],
  });
  const at = new Gauge({
    name: 'tocsin_anchored_timestamp_seconds',
    help: 'When it took that checkpoint, in seconds since 1970.',
    labelNames,
    registers: [registry],
  });
  return (anchor, size) => {
    entries.set({ anchor }, size);
    at.setToCurrentTime({ anchor });
  };
}

async function metricsOfSdk(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(SDK_TIMEOUT_MS) });
  return answer.ok ? answer.text() : '';
}
