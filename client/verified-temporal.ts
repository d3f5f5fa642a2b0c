import type { ConnectionOptions } from '@temporalio/client';
import { isLoopbackHost } from '../platform/loopback-host';

/**
 * Why a connection to Temporal may not be used in production: without TLS others on the way read and answer it. An API key
 * brings TLS with it; an address of this machine needs none. The library verifies the server's name whenever there is TLS.
 */
export function temporalTlsProblem({ address = '', tls, apiKey }: ConnectionOptions): string | undefined {
  const host = address.replace(/:\d+$/, '');
  if (isLoopbackHost(host) || (tls ?? apiKey !== undefined)) return undefined;
  return 'TEMPORAL_TLS: the connection is not encrypted; in production set TEMPORAL_TLS=true, a client certificate or TEMPORAL_API_KEY';
}
