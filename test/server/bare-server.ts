/** The server without a Temporal, for what is decided before anything is asked of it. */
import type { FastifyInstance } from 'fastify';
import { createServer, type ServerDeps } from '../../server/create-server';
import { OidcAuthenticator, type OidcSettings } from '../../server/identity/oidc';
import { AUDIENCE, type Issuer } from '../setup/oidc-issuer';

/** `onRoute` is told each route that is added. */
export async function bareServer(
  { issuer }: Pick<Issuer, 'issuer'>,
  onRoute: (route: string) => void = () => {},
  { oidc, ...deps }: Partial<ServerDeps> & { oidc?: Partial<OidcSettings> } = {},
): Promise<FastifyInstance> {
  const grants = { claim: 'roles', subjects: new Map() };
  return createServer({
    authenticator: new OidcAuthenticator({ issuer, audiences: [AUDIENCE], nameClaim: 'email', grants, ...oidc }),
    local: false,
    temporal: async () => {},
    onRoute,
    ...deps,
  });
}
