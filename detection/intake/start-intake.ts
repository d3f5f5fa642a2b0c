/** The intake server in this process, with its connections: what `tocsin intake` and `tocsin up` start. */
import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { FastifyPluginAsync } from 'fastify';
import type { PoolClient } from 'pg';
import { keepDeliveryEvents } from '../../activities/delivery/ledger/delivery-events';
import { answers } from '../../client/answers';
import { TocsinClient } from '../../client/tocsin-client';
import { tracedCalls } from '../../client/traced-calls';
import type { Detection } from '../../domain/detection/detection';
import { tocsin } from '../../domain/kernel/command-lines';
import { atEnd } from '../../platform/ending';
import { createLog } from '../../platform/log';
import type { TracingSettings } from '../../platform/tracing/settings';
import { startTracing } from '../../platform/tracing/tracing';
import type { PolicySource } from '../../policy/settings';
import { isUnavailable } from '../../postgres/outage';
import { createPool } from '../../postgres/pool';
import { createFolderStore } from '../../register/log/log-store';
import { keepAdvisories } from '../dependencies/store/advisories';
import { keptTogether } from '../kept-together';
import { configuredReports } from '../reports/configured';
import type { ReportsSettings } from '../reports/settings';
import { openSessions } from '../sessions/open-sessions';
import type { SessionSettings } from '../sessions/settings';
import { loadSources, type Source } from './config';
import { acceptWithin } from './inbox/accept';
import { InboxProofs } from './inbox/inbox-proof';
import { createPipeline } from './inbox/pipeline';
import { UntakenCounts } from './inbox/untaken';
import { logPlugin } from './log-plugin';
import { CameBackTeller } from './mail-events/tell-came-back';
import { createTellClosed } from './mail-events/tell-closed';
import { createIntake, drain } from './server/create-intake';
import { Health } from './server/health';
import type { IntakeServerSettings } from './settings';

/** What the server is set up with. */
export interface IntakeServer {
  databaseUrl: string;
  /** No login is taken that could rewrite the past. */
  production?: boolean;
  taskQueue: string;
  /** Those of the workers (`ID:BASE64`), by which what a reporter confirmed is proved. */
  encryptionKeys: string[];
  /** Detection rules; `policy/detection.yaml` without it. */
  detectionRules?: string;
  /** The policy pack, for the organisation's name. */
  policy: PolicySource;
  server: IntakeServerSettings;
  reports: ReportsSettings;
  sessions: SessionSettings;
  /** Where traces go, if anywhere. */
  tracing?: TracingSettings;
}

export interface StartIntakeOptions {
  settings: IntakeServer;
  /** Where Temporal is; it need not be up. */
  temporal: ConnectionOptions & { namespace: string };
  /** That of the workers. */
  dataConverter: DataConverter;
  /** Sources beside those of the file: one that the same process sends from. */
  ownSources?: readonly Source[];
  /** Where the secrets are looked up that the file of sources names. */
  secrets: NodeJS.ProcessEnv;
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
  const { settings, dataConverter, secrets, plugins, host, port } = options;
  const { databaseUrl, taskQueue, encryptionKeys, detectionRules: rulesFile, server } = settings;
  const log = createLog('intake', { level: options.logLevel });
  const configured = server.sourcesFile ? loadSources(server.sourcesFile, secrets) : [];
  const sources = [...configured, ...(options.ownSources ?? [])];
  const { namespace, ...connectionOptions } = options.temporal;
  const connection = Connection.lazy(connectionOptions);
  const tracing = startTracing(settings.tracing, 'tocsin-intake', log);
  const temporal = new Client({ connection, namespace, dataConverter, ...tracedCalls() });
  const pool = createPool(databaseUrl, { refusePower: settings.production });
  const pipeline = createPipeline({ pool, temporal, taskQueue, encryptionKeys, rulesFile, log });
  const closeConnections = () => Promise.allSettled([connection.close(), pool.end()]);
  try {
    // Postgres may be away: then the pool itself refuses such a login, once it is back.
    if (settings.production) await pool.query('SELECT').catch((error) => isUnavailable(error) || refuse(error));
    const reports = configuredReports(settings.reports, {
      policy: settings.policy,
      pool,
      cases: new TocsinClient(temporal, taskQueue),
      keys: settings.encryptionKeys,
      log,
    });
    const { dir, readToken } = server.publishedLog;
    const publishedLog = logPlugin(createFolderStore(dir), readToken);
    const hearsSignIns = sources.some(({ adapter }) => adapter.format === 'authentication');
    const proofs = new InboxProofs(encryptionKeys);
    const accept = (client: PoolClient, detections: readonly Detection[]) => acceptWithin(client, detections, proofs);
    const sessions = hearsSignIns
      ? await openSessions(settings.sessions, { pool, accept, onRaised: pipeline.poke })
      : undefined;
    const app = await createIntake({
      sources,
      store: pipeline.store,
      authEvents: sessions,
      deliveryEvents: { keep: keptTogether((events) => keepDeliveryEvents(pool, events)) },
      advisories: { consume: keptTogether((records) => keepAdvisories(pool, records)) },
      untaken: new UntakenCounts(pool, (source, kind) =>
        log.warn({ source, kind }, `a kind of event that is not taken: see \`${tocsin('intake unknown', {})}\``),
      ),
      plugins: [...(plugins ?? []), reports, publishedLog],
      trustedProxies: server.trustedProxies,
      log,
      health: new Health({
        postgres: () => pool.query('SELECT FROM tocsin.inbox LIMIT 0'),
        temporal: () => answers(connection, namespace),
      }),
    });
    const teller = sources.some(({ adapter }) => adapter.format === 'resend')
      ? new CameBackTeller(pool, temporal, createTellClosed(pool, new TocsinClient(temporal, taskQueue)), log)
      : undefined;
    const url = await app.listen({ host, port });
    pipeline.start();
    teller?.start();
    return {
      url,
      sources: configured.map(({ name }) => name),
      async stop(delayMs = 0) {
        await atEnd('requests under way', drain(app, delayMs));
        if (teller) await atEnd('incidents being told which mails came back', teller.stop());
        await atEnd('detections being handed over', pipeline.stop());
        await atEnd('connections of the intake', closeConnections());
        await tracing.stop();
      },
    };
  } catch (error) {
    await closeConnections();
    await tracing.stop();
    throw error;
  }
}

function refuse(error: unknown): never {
  throw error;
}
