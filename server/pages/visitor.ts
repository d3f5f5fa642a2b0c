/** Who looks at a page. */
import type { FastifyRequest } from 'fastify';
import type { Sessions } from '../identity/sessions';
import type { Visitor } from './layout';

/** Who looks, for the frame of their page. */
export function visitorOf(request: FastifyRequest, sessions: Sessions): Visitor | undefined {
  const { session } = request;
  return session && { session, formToken: sessions.formToken(session) };
}
