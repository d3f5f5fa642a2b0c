/** What all our servers have in common at their edge. */

/** Options of Fastify. Idle connections end at once when it is stopped; requests under way are finished. */
export const SERVER_OPTIONS = {
  /** Bytes of a body that are read at most. */
  bodyLimit: 1_048_576,
  /** A request that has not come in whole by then, in ms, is ended. */
  requestTimeout: 30_000,
  exposeHeadRoutes: false,
  forceCloseConnections: 'idle',
} as const;

/** Of every answer that is no page: no browser may show, frame, keep or guess at it. */
export const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
} as const;
