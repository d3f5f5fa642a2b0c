/** What the server tells anybody of how to get a token for it (RFC 9728). It holds no secret. */
import { isLoopbackHost } from '../../platform/loopback-host';

/** RFC 9728 section 3. */
export const RESOURCE_METADATA = '/.well-known/oauth-protected-resource';

/** Of which issuer tokens are taken, for whom they must be, and by which client the command line logs people in. */
export interface LoginOffer {
  issuer: string;
  audience: string;
  device?: { client: string; scopes: string[] } | undefined;
}

/**
 * The document, for the address of the settings, else for the one under which it was asked. Clients send tokens over TLS or on their own machine alone, so
 * that any other address is one of TLS, which a proxy may end.
 */
export function resourceMetadata(
  { host, hostname }: { host: string; hostname: string },
  login: LoginOffer | undefined,
  address?: string,
) {
  const { client, scopes } = login?.device ?? {};
  return {
    resource: address ?? `${isLoopbackHost(hostname) ? 'http' : 'https'}://${host}`,
    resource_name: 'Tocsin',
    bearer_methods_supported: ['header'],
    ...(login && { authorization_servers: [login.issuer], tocsin_audience: login.audience }),
    ...(scopes && { scopes_supported: scopes }),
    ...(client && { tocsin_client_id: client }),
  };
}
