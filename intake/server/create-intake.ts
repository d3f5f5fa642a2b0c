/** The HTTP edge: signed webhooks of the sources, health, and whatever plugins add. */
import Fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify';

/** What the intake server is made of. */
export interface IntakeDeps {
  /** Further routes, each in a scope of its own: its parsers, hooks and error handler touch nothing else. */
  plugins?: FastifyPluginAsync[];
}

/** Builds the server; `listen` or `inject` starts it. */
export async function createIntake(deps: IntakeDeps): Promise<FastifyInstance> {
  const app = Fastify({ bodyLimit: 1_048_576, exposeHeadRoutes: false });
  app.get('/livez', async () => ({ status: 'live' }));
  for (const plugin of deps.plugins ?? []) await app.register(plugin);
  return app;
}
