import Fastify, { type FastifyInstance } from 'fastify';
import { freePort, LOOPBACK } from '../platform/free-port';
import { ICON_SVG } from '../platform/page-style';

/** A local HTTP server that is up. */
export interface LocalServer {
  url: string;
  port: number;
  stop(): Promise<void>;
}

/**
 * A fastify instance for a local stand-in: up to 10 MiB a request, no log, and deaf to names other than loopback's own
 * (a web page that resolves its own name to 127.0.0.1 must not read mails).
 */
export function createLocalApp(): FastifyInstance {
  const app = Fastify({ bodyLimit: 10 * 1_048_576, forceCloseConnections: true, exposeHeadRoutes: false });
  app.addHook('onRequest', async (request, reply) => {
    const host = request.hostname;
    if (host === LOOPBACK || host === 'localhost' || host === '[::1]') return;
    return reply.code(421).send({ message: `this server answers on loopback only, not for the host "${host}"` });
  });
  // What a browser asks for beside a file that names no icon of its own: a dossier, an export.
  app.get('/favicon.ico', (_request, reply) => reply.type('image/svg+xml').send(ICON_SVG));
  return app;
}

/** Listens on loopback: on `port`, else a free one. Rejects, naming `what` and the port, when it is taken. */
export async function listen(app: FastifyInstance, what: string, port?: number): Promise<LocalServer> {
  const chosen = port ?? (await freePort());
  try {
    await app.listen({ port: chosen, host: LOOPBACK });
  } catch (error) {
    throw new Error(
      `${what} cannot listen on port ${chosen}: ${(error as Error).message}; free the port or give another`,
    );
  }
  return { url: `http://${LOOPBACK}:${chosen}`, port: chosen, stop: () => app.close() };
}
