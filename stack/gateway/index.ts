/**
 * The door to the Web UI and the codec of a stack on this machine. The Web UI behind it answers whoever asks, so it
 * listens on a loopback address that nobody is told.
 */
import proxy from '@fastify/http-proxy';
import type { PayloadCodec } from '@temporalio/common';
import { codecRoutes } from '../../server/codec/codec-routes';
import { createLocalApp, type LocalServer, listen } from '../local-server';
import { openCasesRoute } from './open-cases';
import { renderedRoute } from './rendered';
import { requireSession } from './session';

/** What the gateway stands before. */
export interface GatewayOptions {
  port: number;
  /** Lets people in, by the link that `up` prints. */
  sessionKey: string;
  /** Where the Web UI is; without it only the codec is served. */
  webUi?: string;
  /** Without it nothing is sealed, and there is nothing to open. */
  codec?: PayloadCodec;
  namespace: string;
}

/** Starts the gateway on loopback. Rejects when its port is taken. */
export async function startGateway(options: GatewayOptions): Promise<LocalServer> {
  const { port, sessionKey, webUi, codec, namespace } = options;
  const app = createLocalApp();
  requireSession(app, sessionKey, port);
  if (codec) codecRoutes(app, { codec, namespace });
  if (webUi) {
    openCasesRoute(app, namespace);
    renderedRoute(app, webUi);
    await app.register(proxy, { upstream: webUi });
  }
  return listen(app, 'The gateway of the Web UI', port);
}
