/** Which pages are ours: a form that another page sends is refused (OWASP, Cross-Site Request Forgery Prevention). */
import type { FastifyRequest } from 'fastify';
import { isLoopbackHost } from '../../platform/loopback-host';
import { Refusal } from '../problem';

/** The origin of our pages: as it is set, else that of this machine as the browser named it. */
export function ownOrigin({ host, hostname }: FastifyRequest, address: string | undefined): string | undefined {
  return address ?? (isLoopbackHost(hostname) ? `http://${host}` : undefined);
}

/** Throws a Refusal where a page of another origin sends the request, or nobody says whose page does. */
export function mustBeOurs(request: FastifyRequest, address: string | undefined): void {
  const { origin, 'sec-fetch-site': site } = request.headers;
  const own = ownOrigin(request, address);
  const isOurs = origin === undefined ? request.method === 'GET' : origin === own;
  // A link from a mail or a chat opens a page; it sends nothing.
  if (isOurs && (request.method === 'GET' || site === undefined || site === 'same-origin')) return;
  throw new Refusal('foreign-origin', 'open the page itself and send the form from there');
}
