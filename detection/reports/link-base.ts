import type { FastifyRequest } from 'fastify';
import { isLoopbackHost } from '../../platform/loopback-host';
import type { ReportsConfig } from './config';

/**
 * Where the link of a reporter leads: `publicUrl`; without it where this server was reached, when that is this machine and so
 * is whoever reached it, so that a link of `tocsin up` works without any configuration. Otherwise there is none: the Host
 * header is not believed, as it would let a reporter choose where the link in our mail leads.
 *
 * @param from the request of the reporter; absent where they sent a mail.
 */
export function linkBase({ publicUrl }: Pick<ReportsConfig, 'publicUrl'>, from?: FastifyRequest): string | undefined {
  if (publicUrl !== undefined || from === undefined || !isLoopbackHost(from.ip)) return publicUrl;
  const { host } = from.headers;
  return host !== undefined && /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/.test(host)
    ? `http://${host}`
    : undefined;
}
