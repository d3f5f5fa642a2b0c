/** The server in this process, with its connection: what `tocsin serve` and `tocsin up` start. */
import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { answers } from '../client/answers';
import { dataConverter, SealingCodec } from '../client/codec';
import { usage } from '../client/errors';
import { TocsinClient } from '../client/tocsin-client';
import { tracedCalls } from '../client/traced-calls';
import { atEnd } from '../platform/ending';
import { ActionLinks } from '../platform/links/action-link';
import { createLog } from '../platform/log';
import { isLoopbackHost } from '../platform/loopback-host';
import { serveMetrics } from '../platform/metrics/serve-metrics';
import type { ListenAddress } from '../platform/metrics/settings';
import type { TracingSettings } from '../platform/tracing/settings';
import { startTracing } from '../platform/tracing/tracing';
import { rotaFile } from '../policy/rota-file';
import type { CallbackSettings } from './callbacks/settings';
import { createServer } from './create-server';
import { LocalAuthenticator } from './identity/local';
import { OidcLogin } from './identity/login';
import { OidcAuthenticator } from './identity/oidc';
import { Seal } from './identity/seal';
import { Sessions } from './identity/sessions';
import type { PageDeps } from './pages/deps';
import type { ServerSettings } from './settings';

export interface StartServerOptions {
  settings: ServerSettings;
  callbacks?: CallbackSettings;
  /** Where Temporal is; it need not be up. */
  temporal: ConnectionOptions & { namespace: string };
  /** Those of the workers. */
  encryptionKeys: string[];
  taskQueue: string;
  /** Without an issuer: the key that opens the server, and who has it. */
  session: { key: string; who: string };
  host: string;
  port: number;
  /** Where metrics are shown, if anywhere. */
  metrics?: ListenAddress;
  /** Where traces go, if anywhere. */
  tracing?: TracingSettings;
  /** Where the policy stands, and how the texts of notices and the register are read. */
  pages?: Pick<PageDeps, 'policy' | 'texts' | 'register' | 'registered'>;
}

export interface RunningServer {
  url: string;
  /** Nobody proves who they are. */
  local: boolean;
  /** Where its metrics are shown. */
  metricsUrl?: string;
  /** Requests under way are finished. */
  stop(): Promise<void>;
}

/** Starts it. Throws when the port is taken, or when it would be open to others without an issuer. */
export async function startServer(options: StartServerOptions): Promise<RunningServer> {
  const { settings, encryptionKeys, host, port, session } = options;
  const { oidc, pages } = settings;
  const local = oidc === undefined;
  // Without an issuer browsers come from this machine, whatever address others would be given.
  const address = local ? undefined : pages.address;
  if (local && !isLoopbackHost(host))
    throw usage(
      `without TOCSIN_OIDC_ISSUER nobody proves who they are, so the server listens on this machine alone, not on ${host}: leave --host out, or name your issuer`,
    );
  const { namespace, ...connectionOptions } = options.temporal;
  const connection = Connection.lazy(connectionOptions);
  const log = createLog('server');
  const tracing = startTracing(options.tracing, 'tocsin-server', log);
  const converter = dataConverter(encryptionKeys);
  const temporal = new Client({ connection, namespace, dataConverter: converter, ...tracedCalls() });
  const registry = new Registry();
  const { callbacks } = options;
  try {
    const rota = callbacks?.rotaFile ? rotaFile(callbacks.rotaFile, log) : undefined;
    const app = await createServer({
      authenticator: oidc ? new OidcAuthenticator(oidc) : new LocalAuthenticator(session.key, session.who),
      local,
      pages: {
        ...options.pages,
        sessions: new Sessions(
          new Seal(encryptionKeys.length > 0 || !local ? encryptionKeys : [session.key]),
          address?.startsWith('https:') ?? false,
          String(port),
        ),
        ...(rota && { rota }),
        ...(address && { address }),
        ...(encryptionKeys.length > 0 && { links: new ActionLinks(encryptionKeys) }),
        ...(oidc && pages.login && address && { login: new OidcLogin(oidc, pages.login, address) }),
      },
      origins: settings.origins,
      login: settings.oidc && {
        issuer: settings.oidc.issuer,
        audience: settings.oidc.audiences[0]!,
        device: settings.device,
      },
      namespace,
      client: new TocsinClient(temporal, options.taskQueue),
      codec: encryptionKeys.length > 0 ? new SealingCodec(encryptionKeys) : undefined,
      temporal: () => temporal.withDeadline(Date.now() + 2_000, () => answers(connection, namespace)),
      metrics: registry,
      ...(callbacks &&
        rota &&
        (callbacks.pagerduty || callbacks.slack) && { callbacks: { settings: callbacks, rota } }),
      log,
    });
    const url = await app.listen({ host, port });
    const metrics = options.metrics && (await showMetrics(registry, options.metrics, () => app.close()));
    return {
      url,
      local,
      metricsUrl: metrics?.url,
      async stop() {
        await atEnd('requests under way', app.close());
        await metrics?.stop();
        await atEnd('the connection to Temporal', connection.close());
        await tracing.stop();
      },
    };
  } catch (error) {
    await connection.close();
    await tracing.stop();
    throw error;
  }
}

async function showMetrics(registry: Registry, address: ListenAddress, onFault: () => Promise<unknown>) {
  collectDefaultMetrics({ register: registry });
  try {
    return await serveMetrics(registry, address);
  } catch (error) {
    await onFault();
    throw error;
  }
}
