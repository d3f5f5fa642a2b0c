/** What the tests of reports share: an intake server over a database of its own, with a clock and a Temporal of its own. */
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import type { Pool } from 'pg';
import { createIntake } from '../../../detection/intake/server/create-intake';
import { Health } from '../../../detection/intake/server/health';
import { loadReportsConfig, type ReportsConfig } from '../../../detection/reports/config';
import { reportsPlugin } from '../../../detection/reports/plugin';
import type { ReportsDeps } from '../../../detection/reports/report-intake';
import type { VulnerabilityReportInput } from '../../../domain/report/state';
import { createPool } from '../../../postgres/pool';
import { afterFile, createTestDatabase } from '../../setup/helpers';

export const CONTACT = 'security@example.com';

export interface Intake {
  app: FastifyInstance;
  pool: Pool;
  /** Inputs of the workflows that were started, by report. */
  started: Map<string, VulnerabilityReportInput>;
  logged: string[];
  clock: { now: Date };
  /** Has starting workflows fail. */
  temporal: { away: boolean };
  config: ReportsConfig;
  post(fields: Record<string, string>, headers?: Record<string, string>, from?: string): ReturnType<typeof inject>;
  json(body: unknown, headers?: Record<string, string>, from?: string): ReturnType<typeof inject>;
  count(): Promise<number>;
}

function inject(app: FastifyInstance, request: InjectOptions): Promise<LightMyRequestResponse> {
  return app.inject(request);
}

/** Limits that no test reaches unless it is about them. */
export const WIDE = {
  openFromOneSender: 100_000,
  openFromOneOrigin: 100_000,
  openFromOneNetwork: 100_000,
  open: 100_000,
  perHour: 100_000,
  requestsFromOneOrigin: 1_000_000,
  requestsFromOneNetwork: 1_000_000,
  requests: 1_000_000,
};

export async function startIntake(
  over: Partial<ReportsDeps> = {},
  limits: Partial<ReportsConfig['limits']> = {},
  set: Partial<ReportsConfig> = {},
): Promise<Intake> {
  const clock = { now: new Date('2026-06-02T15:00:00.000Z') };
  const loaded = loadReportsConfig(undefined, clock.now);
  const config = { ...loaded.config, ...set, limits: { ...WIDE, ...limits } };
  const pool = over.pool ?? createPool((await createTestDatabase()).url);
  const started = new Map<string, VulnerabilityReportInput>();
  const logged: string[] = [];
  const temporal = { away: false };
  const log = (fields: object, message: string) => void logged.push(JSON.stringify({ ...fields, message }));
  const plugin = reportsPlugin({
    ...loaded,
    config,
    pool,
    organisation: 'Example & Sons <Cloud>',
    log: { info: log, warn: log, error: log },
    now: () => clock.now,
    start: async (input) => {
      if (temporal.away) throw new Error('14 UNAVAILABLE');
      started.set(input.reportId, input);
    },
    ...over,
  });
  const app = await createIntake({
    sources: [],
    store: async () => undefined,
    health: new Health({ postgres: async () => undefined, temporal: async () => undefined }),
    plugins: [plugin],
  });
  await app.ready();
  afterFile(async () => {
    await app.close();
    await pool.end();
  });
  return {
    app,
    pool,
    started,
    logged,
    clock,
    temporal,
    config,
    post: (fields, headers = {}, remoteAddress = '203.0.113.7') =>
      inject(app, {
        method: 'POST',
        url: '/security/report',
        remoteAddress,
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html', ...headers },
        payload: new URLSearchParams(fields).toString(),
      }),
    json: (body, headers = {}, remoteAddress = '203.0.113.7') =>
      inject(app, {
        method: 'POST',
        url: '/security/report',
        remoteAddress,
        headers: { 'content-type': 'application/json', ...headers },
        payload: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    count: async () => Number((await pool.query('SELECT count(*) FROM tocsin.vulnerability_reports')).rows[0].count),
  };
}
