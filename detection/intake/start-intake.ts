/** The intake server in this process, with its connections: what `tocsin intake` and `tocsin up` start. */
import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { FastifyPluginAsync } from 'fastify';
import pino from 'pino';
import { CaseClient } from '../../client/case-client';
import { createPool } from '../../postgres/pool';
import { logSettings } from '../../register/log/log-settings';
import { createFolderStore } from '../../register/log/log-store';
import { keepAdvisories } from '../dependencies/store/advisories';
import { reportsFromEnv } from '../reports/reports-from-env';
import { openSessions, sessionSettings } from '../sessions/settings';
import { loadSources } from './config';
import { acceptWithin } from './inbox/accept';
import { createPipeline } from './inbox/pipeline';
import { logPlugin } from './log-plugin';
import { createIntake, drain } from './server/create-intake';
import { Health } from './server/health';

export interface StartIntakeOptions {
  databaseUrl: string;
  /** Where Temporal is; it need not be up. */
  temporal: ConnectionOptions & { namespace: string };
  /** That of the workers. */
  dataConverter: DataConverter;
  taskQueue: string;
  /** Detection rules; `policy/detection.yaml` without it. */
  rulesFile?: string;
  /** The file `TOCSIN_SOURCES`; without it there are no sources, and the plugins alone answer. */
  sourcesFile?: string;
  /** Where the sources' secrets are looked up, and the settings of the rules over authentication events. */
  env: NodeJS.ProcessEnv;
  plugins?: FastifyPluginAsync[];
  host: string;
  port: number;
  /** `info` tells each refusal; `warn` by default. */
  logLevel?: string;
}

export interface RunningIntake {
  url: string;
  /** Names of the sources, as in `/intake/NAME`. */
  sources: string[];
  /** Drains: `/readyz` fails for `delayMs`, then requests under way are finished, then detections in hand. */
  stop(delayMs?: number): Promise<void>;
}

/** Starts it. Throws when the sources or rules are not valid, or the port is taken; Postgres and Temporal may be away. */
export async function startIntake(options: StartIntakeOptions): Promise<RunningIntake> {
  const { databaseUrl, dataConverter, taskQueue, rulesFile, sourcesFile, env, plugins, host, port } = options;
  const log = pino({ level: options.logLevel ?? 'warn' }, pino.destination(2));
  const sources = sourcesFile ? loadSources(sourcesFile, env) : [];
  const { namespace, ...connectionOptions } = options.temporal;
  const connection = Connection.lazy(connectionOptions);
  const temporal = new Client({ connection, namespace, dataConverter });
  const pool = createPool(databaseUrl);
  const pipeline = createPipeline({ pool, temporal, taskQueue, rulesFile, log });
  const closeConnections = () => Promise.allSettled([connection.close(), pool.end()]);
  try {
    const reports = reportsFromEnv(env, { pool, cases: new CaseClient(temporal, taskQueue), log });
    const publishedLog = logPlugin(createFolderStore(logSettings(env).dir), env.TOCSIN_LOG_READ_TOKEN || undefined);
    const hearsSignIns = sources.some(({ adapter }) => adapter.format === 'authentication');
    const sessions = hearsSignIns
      ? await openSessions(sessionSettings(env), { pool, accept: acceptWithin, onRaised: pipeline.poke })
      : undefined;
    const app = await createIntake({
      sources,
      store: pipeline.store,
      authEvents: sessions,
      advisories: { consume: async (records) => void (await keepAdvisories(pool, records)) },
      plugins: [...(plugins ?? []), reports, publishedLog],
      trustedProxies: listOf(env.TOCSIN_TRUSTED_PROXIES),
      log,
      health: new Health({
        postgres: () => pool.query('SELECT FROM tocsin.inbox LIMIT 0'),
        temporal: () => connection.workflowService.getSystemInfo({}),
      }),
    });
    const url = await app.listen({ host, port });
    pipeline.start();
    return {
      url,
      sources: sources.map(({ name }) => name),
      async stop(delayMs = 0) {
        await drain(app, delayMs);
        await pipeline.stop();
        await closeConnections();
      },
    };
  } catch (error) {
    await closeConnections();
    throw error;
  }
}

function listOf(text = ''): string[] {
  return text.split(',').flatMap((item) => (item.trim() ? [item.trim()] : []));
}
