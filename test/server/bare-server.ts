/** The server without a Temporal, for what is decided before anything is asked of it. */
import type { FastifyInstance } from 'fastify';
import { SealingCodec } from '../../client/codec';
import { UnknownCase } from '../../client/errors';
import type { TocsinClient } from '../../client/tocsin-client';
import { createServer, type ServerDeps } from '../../server/create-server';
import { OidcAuthenticator, type OidcSettings } from '../../server/identity/oidc';
import { Seal } from '../../server/identity/seal';
import { Sessions } from '../../server/identity/sessions';
import { AUDIENCE, type Issuer } from '../setup/oidc-issuer';

/** Of pages that may use it. */
export const ORIGIN = 'https://temporal.acme.dev';
/** Where browsers reach it. */
export const ADDRESS = 'https://tocsin.acme.dev';
export const KEY = `k1:${Buffer.alloc(32, 7).toString('base64')}`;

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
    origins: [ORIGIN],
    namespace: 'default',
    // Knows of no case, and is asked for nothing else.
    client: {
      find: async () => undefined,
      listUpTo: async () => ({ cases: [], cut: false }),
      send: async (id: string) => Promise.reject(new UnknownCase('incident', id)),
    } as never as TocsinClient,
    codec: new SealingCodec([KEY]),
    temporal: async () => {},
    pages: { sessions: new Sessions(new Seal([KEY]), true, ''), address: ADDRESS },
    callbacks: {
      settings: { pagerduty: ['a secret of a subscription'], slack: ['a secret of an app'] },
      rota: async () => undefined,
    },
    onRoute,
    ...deps,
  });
}
