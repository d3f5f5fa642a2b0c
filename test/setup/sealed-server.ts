/** `tocsin serve` on a sealed Temporal with a worker, and a real issuer of tokens. */
import type { Activities } from '../../activities/types';
import { TASK_QUEUE } from '../../domain/incident/contract';
import { freePort } from '../../platform/free-port';
import type { PageDeps } from '../../server/pages/deps';
import { startServer } from '../../server/start-server';
import { afterFile } from './helpers';
import { AUDIENCE, type Issuer, startIssuer } from './oidc-issuer';
import { type SealedWorld, startSealedWorld } from './sealed-world';

export interface SealedServer extends SealedWorld {
  issuer: Issuer;
  url: string;
}

export interface SealedServerOptions {
  /** Activities of the test in place of the world's. */
  instead?: (usual: Activities) => Partial<Activities>;
  pages?: Pick<PageDeps, 'policy' | 'texts' | 'register'>;
}

/** Stops with the file. People log in with the issuer. */
export async function startSealedServer({
  instead = () => ({}),
  pages,
}: SealedServerOptions = {}): Promise<SealedServer> {
  const sealed = await startSealedWorld(instead);
  const issuer = await startIssuer();
  const grants = { claim: 'roles', subjects: new Map() };
  const port = await freePort();
  const server = await startServer({
    settings: {
      origins: [],
      device: { client: 'command-line', scopes: ['openid', 'email', 'offline_access'] },
      oidc: { issuer: issuer.issuer, audiences: [AUDIENCE], nameClaim: 'email', grants },
      pages: {
        address: `http://127.0.0.1:${port}`,
        login: { clientId: 'pages-here', scopes: ['openid', 'email'] },
      },
    },
    temporal: { address: sealed.temporal.server.address, namespace: 'default' },
    encryptionKeys: sealed.temporal.encryptionKeys!,
    taskQueue: TASK_QUEUE,
    session: { key: '', who: '' },
    host: '127.0.0.1',
    port,
    ...(pages && { pages }),
  });
  afterFile(() => server.stop());
  return { ...sealed, issuer, url: server.url };
}
