import { isLoopbackHost } from '../platform/loopback-host';

/**
 * Why an address of Postgres may not be used in production: what goes there could be read or answered by others on the
 * way. A socket and this machine need no TLS; every other server must prove its name (`sslmode=verify-full`,
 * https://www.postgresql.org/docs/current/libpq-ssl.html). Never shows the address, which holds a password.
 */
export function postgresTlsProblem(name: string, address: string): string | undefined {
  if (!URL.canParse(address)) return undefined; // told where it is parsed
  const url = new URL(address);
  const said = (parameter: string) => url.searchParams.getAll(parameter).at(-1);
  const host = said('host') ?? decodeURIComponent(url.hostname);
  if (host === '')
    return `${name}: names no server, so PGHOST would; write the host, or the folder of the socket, into the address`;
  if (host.startsWith('/') || isLoopbackHost(host)) return undefined;
  // The driver takes `ssl=0` and the like into account only where no mode is given, and `verify-full` in all its modes.
  if (said('sslmode') === 'verify-full') return undefined;
  return `${name}: the server need not prove who it is; in production add sslmode=verify-full (and sslrootcert=FILE for an authority of your own), or use a socket or an address of this machine`;
}
