// What Prometheus is shown, and what it is never shown: no figure that is not known, no label that comes from outside.
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import Fastify from 'fastify';
import type { Pool } from 'pg';
import { Gauge, Registry } from 'prom-client';
import { failure } from '../../../activities/failures';
import { serveMetrics } from '../../../platform/metrics/serve-metrics';
import { metricsSettings } from '../../../platform/metrics/settings';
import { readSettings } from '../../../platform/settings/load';
import { httpMetrics } from '../../../server/http-metrics';
import { countFailures } from '../../../worker/metrics/activity-failures';
import { registerGauges } from '../../../worker/metrics/register-gauges';

const addressOf = (value: string) => readSettings(metricsSettings, { TOCSIN_METRICS_ADDRESS: value }).address;

test('an address is a host and a port; what is none is named', () => {
  expect(addressOf('127.0.0.1:9464')).toEqual({ host: '127.0.0.1', port: 9464 });
  expect(addressOf('[::1]:0')).toEqual({ host: '::1', port: 0 });
  expect(addressOf('')).toBeUndefined();
  for (const wrong of ['9464', ':9464', 'http://127.0.0.1:9464', '127.0.0.1:65536', '127.0.0.1:', '::1:9464'])
    expect(() => addressOf(wrong)).toThrow('TOCSIN_METRICS_ADDRESS: must be HOST:PORT, such as 127.0.0.1:9464');
});

describe('the listener', () => {
  const registry = new Registry();
  new Gauge({ name: 'one', help: 'of ours', registers: [registry] }).set(1);
  const address = { host: '127.0.0.1', port: 0 };

  test('answers GET /metrics alone, with what comes from elsewhere behind', async () => {
    const served = await serveMetrics(registry, address, { others: async () => 'two 2' });
    try {
      const answer = await fetch(served.url);
      expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4');
      expect(await answer.text()).toMatch(/^# HELP one of ours\n# TYPE one gauge\none 1\ntwo 2\n$/);
      expect((await fetch(served.url, { method: 'POST' })).status).toBe(405);
      expect((await fetch(new URL('/', served.url))).status).toBe(404);
    } finally {
      await served.stop();
    }
    await expect(fetch(served.url)).rejects.toThrow();
  });

  test('what comes from elsewhere is left out while it fails; a fault of its own is one, and tells nothing', async () => {
    const others = async () => Promise.reject(new Error('away'));
    const served = await serveMetrics(registry, address, { others });
    const broken = await serveMetrics(registry, address, { refresh: () => Promise.reject(new Error('a secret')) });
    try {
      expect(await (await fetch(served.url)).text()).toMatch(/one 1\n$/);
      const answer = await fetch(broken.url);
      expect([answer.status, await answer.text()]).toEqual([500, '']);
    } finally {
      await Promise.all([served.stop(), broken.stop()]);
    }
  });

  test('an address that is taken is named with its setting', async () => {
    const served = await serveMetrics(registry, address);
    try {
      const port = Number(new URL(served.url).port);
      await expect(serveMetrics(registry, { host: '127.0.0.1', port })).rejects.toThrow(
        `TOCSIN_METRICS_ADDRESS: 127.0.0.1:${port} cannot be used: something else listens there`,
      );
    } finally {
      await served.stop();
    }
  });
});

test('while Postgres is away the gauges are gone, also those without a label, and not 0 or what they were', async () => {
  const registry = new Registry();
  let isAway = false;
  const query = async (sql: string) => {
    if (isAway) throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
    if (sql.includes('deliveries')) return { rows: [{ label: 'failed', count: 3 }] };
    if (sql.includes('position = $1')) return { rows: [{ seconds: '172800.5' }] };
    if (sql.includes('log_signer')) return { rows: [{ entries: '7', unsigned: '2', seconds: '12.5' }] };
    return { rows: [] };
  };
  let now = 0;
  const refresh = registerGauges(registry, { query } as unknown as Pool, ['file', 'witness w'], () => now);
  const shown = async () => {
    await refresh();
    return (await registry.metrics()).split('\n').filter((line) => !line.startsWith('#') && line !== '');
  };
  expect(await shown()).toEqual(
    expect.arrayContaining([
      'tocsin_register_readable 1',
      'tocsin_register_entries 7',
      'tocsin_register_unsigned_entries 2',
      'tocsin_register_unsigned_seconds 12.5',
      // An anchor that never worked is behind by all, and not unknown.
      'tocsin_anchored_entries{anchor="witness w"} 0',
      'tocsin_unanchored_seconds{anchor="witness w"} 172800.5',
      'tocsin_deliveries{status="failed"} 3',
      'tocsin_deliveries{status="sent"} 0',
    ]),
  );
  isAway = true;
  now = 60_000;
  expect(await shown()).toEqual(['tocsin_register_readable 0']);
  isAway = false;
  expect(await shown()).toContain('tocsin_register_entries 7');
});

test('whoever asks often has the register read once in half a minute, and never twice at once', async () => {
  let readings = 0;
  let end = (_: unknown) => {};
  let isSlow = false;
  const query = async (sql: string) => {
    if (sql.includes('log_signer')) {
      readings += 1;
      if (isSlow) throw new Error('the first part fails at once');
      return { rows: [{ entries: '1', unsigned: '0', seconds: null }] };
    }
    // Another part of the same reading goes on.
    if (isSlow && sql.includes('deliveries')) return new Promise((resolve) => (end = resolve));
    return { rows: [] };
  };
  let now = 0;
  jest.useFakeTimers();
  try {
    const refresh = registerGauges(new Registry(), { query } as unknown as Pool, [], () => now);
    await Promise.all([refresh(), refresh()]);
    now = 29_000;
    await refresh();
    expect(readings).toBe(1);
    now = 30_000;
    isSlow = true;
    for (const _ of [1, 2, 3]) {
      const shown = refresh();
      await jest.advanceTimersByTimeAsync(7_000);
      await shown;
    }
    expect(readings).toBe(2);
    end({ rows: [] });
    isSlow = false;
    await jest.advanceTimersByTimeAsync(0);
    await refresh();
    expect(readings).toBe(3);
  } finally {
    jest.useRealTimers();
  }
});

test('attempts that failed are counted by a type of the table, whatever the error says; what was cancelled is not', async () => {
  const registry = new Registry();
  const { inbound } = countFailures(registry)({ info: { activityType: 'sendBatches' } } as never);
  const attempt = (error: Error) =>
    inbound!.execute!({ args: [], headers: {} }, () => Promise.reject(error)).catch((thrown) => thrown);
  const errors = [
    failure('MailBusy', 'busy'),
    failure('MailBusy', 'busy'),
    ApplicationFailure.create({ type: 'ann@acme.dev', message: 'x' }),
    Object.assign(new Error('x'), { code: 'ECONNREFUSED' }),
    new CancelledFailure('x'),
  ];
  for (const error of errors) expect(await attempt(error)).toBe(error);
  const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith('tocsin_'));
  expect(lines).toEqual([
    'tocsin_activity_failures_total{activity="sendBatches",type="MailBusy"} 2',
    'tocsin_activity_failures_total{activity="sendBatches",type="other"} 1',
    'tocsin_activity_failures_total{activity="sendBatches",type="PostgresUnavailable"} 1',
  ]);
});

test('requests are counted by their route as it was added; what somebody typed is no label', async () => {
  const registry = new Registry();
  const app = Fastify();
  httpMetrics(app, registry);
  app.get('/v1/incidents/:id', async () => ({}));
  for (const url of ['/v1/incidents/INC-1', '/v1/incidents/INC-2', '/ann@acme.dev', '/%zz']) await app.inject({ url });
  await app.close();
  const counts = (await registry.metrics()).split('\n').filter((line) => line.includes('_count{'));
  expect(counts).toEqual([
    'tocsin_http_request_duration_seconds_count{method="GET",route="/v1/incidents/:id",status="200"} 2',
    expect.stringMatching(/count\{method="GET",route="none",status="404"\} 1/),
  ]);
});
