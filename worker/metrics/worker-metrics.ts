/** All that a worker shows to Prometheus: its own figures, those of Temporal's SDK, and those of the process. */
import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors, TelemetryOptions } from '@temporalio/worker';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { freePort, LOOPBACK } from '../../platform/free-port';
import { serveMetrics } from '../../platform/metrics/serve-metrics';
import type { ListenAddress } from '../../platform/metrics/settings';
import { createPool } from '../../postgres/pool';
import type { AnchorSettings } from '../../register/anchors/anchor-settings';
import { configuredAnchors } from '../../register/anchors/create-anchors';
import { countFailures } from './activity-failures';
import { registerGauges } from './register-gauges';

export interface WorkerMetrics {
  /** Where they are shown. */
  url: string;
  /** For the SDK's runtime, before anything else of the SDK is used in this process. */
  telemetry: TelemetryOptions;
  /** For the worker's activities. */
  interceptor: (context: Context) => ActivityInterceptors;
  stop(): Promise<void>;
}

/** The SDK's exporter is asked on loopback, and its answer given on. */
const SDK_TIMEOUT_MS = 3_000;

/** Starts to answer on `address`. @throws Error when it cannot be listened on. */
export async function startWorkerMetrics(
  address: ListenAddress,
  settings: { databaseUrl: string; production: boolean; signing: { anchors: AnchorSettings } },
): Promise<WorkerMetrics> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const pool = createPool(settings.databaseUrl, { refusePower: settings.production });
  const refresh = registerGauges(
    registry,
    pool,
    configuredAnchors(settings.signing.anchors).map(({ name }) => name),
  );
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
    async stop() {
      await served.stop();
      await pool.end();
    },
  };
}

async function metricsOfSdk(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(SDK_TIMEOUT_MS) });
  return answer.ok ? answer.text() : '';
}
