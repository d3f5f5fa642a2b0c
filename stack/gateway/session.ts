/** Who may use the Web UI, the codec and the pages of a stack on this machine: whoever holds the key of its data folder. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { tocsin } from '../../domain/kernel/command-lines';
import { isBearer, isSameSecret } from '../../platform/same-secret';

/** The cookie is bound to a port by its name: browsers send cookies of one loopback server to all. */
const nameOf = (port: number) => `tocsin-${port}`;

/**
 * Lets in whoever brings the key as a bearer token, in the cookie, or once as `?key=`, which sets the cookie. A request
 * that a page of another origin sends is refused, with whatever key.
 *
 * @param isFree what anybody may ask for.
 */
export function requireSession(
  app: FastifyInstance,
  key: string,
  port: number,
  isFree: (request: FastifyRequest) => boolean = () => false,
): void {
  const cookie = nameOf(port);
  app.addHook('onRequest', async (request, reply) => {
    if (isFree(request)) return;
    const { origin, authorization } = request.headers;
    if (origin !== undefined && !isOwn(origin, port)) {
      return reply.code(403).send({ message: `pages of ${origin.slice(0, 100)} may not use this server` });
    }
    const url = new URL(request.url, 'http://loopback');
    const given = url.searchParams.get('key');
    if (given !== null && isSameSecret(given, key)) {
      url.searchParams.delete('key');
      reply.header('set-cookie', `${cookie}=${key}; Path=/; HttpOnly; SameSite=Strict`);
      return reply.redirect(`${url.pathname}${url.search}`, 303);
    }
    const kept = cookieOf(request.headers.cookie, cookie);
    if (isBearer(authorization, key) || (kept !== undefined && isSameSecret(kept, key))) return;
    return reply.code(401).type('text/plain').send(needsKey(url.pathname));
  });
}

/** The plain `temporal` command shows it to whoever typed it; it asks the codec before it sends a message. */
function needsKey(pathname: string): string {
  return pathname.startsWith('/codec/')
    ? 'the codec needs the key of this data folder, and got none or another one: put "Bearer KEY" in TEMPORAL_CODEC_AUTH or ' +
        '--codec-auth, with the KEY from temporal/session-key in the data folder'
    : `This page needs the key of its data folder. Open the link that \`${tocsin('up', {})}\` printed for it on a terminal, which carries the key;\n` +
        'or add ?key=KEY to this address, with the KEY from temporal/session-key in the data folder.\n';
}

function cookieOf(header: string | undefined, name: string): string | undefined {
  const pairs = header?.split(';').map((pair) => pair.trim()) ?? [];
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}

function isOwn(origin: string, port: number): boolean {
  return [`http://127.0.0.1:${port}`, `http://localhost:${port}`].includes(origin);
}
