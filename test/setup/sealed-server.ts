/** `tocsin serve` on a sealed Temporal with a worker, and a real issuer of tokens. */
import { TASK_QUEUE } from '../../domain/incident/contract';
import { startServer } from '../../server/start-server';
import { afterFile } from './helpers';
import { AUDIENCE, type Issuer, startIssuer } from './oidc-issuer';
import { type SealedWorld, startSealedWorld } from './sealed-world';

export interface SealedServer extends SealedWorld {
  issuer: Issuer;
  url: string;
}

/** Stops with the file. */
export async function startSealedServer(): Promise<SealedServer> {
  const sealed = await startSealedWorld(() => ({}));
  const issuer = await startIssuer();
  const grants = { claim: 'roles', subjects: new Map() };
  const server = await startServer({
    settings: {
      origins: [],
      device: { client: 'command-line', scopes: ['openid', 'email', 'offline_access'] },
      oidc: { issuer: issuer.issuer, audiences: [AUDIENCE], nameClaim: 'email', grants },
      pages: {},
    },
    temporal: { address: sealed.temporal.server.address, namespace: 'default' },
    encryptionKeys: sealed.temporal.encryptionKeys!,
    taskQueue: TASK_QUEUE,
    session: { key: '', who: '' },
    host: '127.0.0.1',
    port: 0,
  });
  afterFile(() => server.stop());
  return { ...sealed, issuer, url: server.url };
}
