/** What an error of Postgres means for whoever asked: try again later, or never. Loads no driver. */

const OUTAGE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT', // the server's unix socket is gone
  '57014', // statement timeout
  '57P01', // shut down by an administrator
  '57P02', // crashed
  '57P03', // starting up or shutting down
  '57P05', // idle session timeout
  '25P03', // idle in transaction timeout
  '25006', // read-only: a standby, or a full provider quota
  '55P03', // lock not available
  '40001', // serialization failure
  '40P01', // deadlock
]);

/** Connection exceptions (08), insufficient resources (53: disk full, too many connections), system errors (58). */
const OUTAGE_CLASSES = /^(08|53|58)[0-9A-Z]{3}$/;

const OUTAGE_MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|query read timeout|connection timeout|connection error and is not queryable|connection is closed|terminating connection/i;

/**
 * Whether Postgres cannot be used right now (down, restarting, unreachable, overloaded: try again later, spool until
 * then), as opposed to a fault in what was asked (never retry). Looks through causes and aggregates.
 */
export function isUnavailable(error: unknown): boolean {
  if (!(typeof error === 'object' && error !== null)) return false;
  const { code, message, cause, errors } = error as {
    code?: unknown;
    message?: unknown;
    cause?: unknown;
    errors?: unknown;
  };
  if (typeof code === 'string' && (OUTAGE_CODES.has(code) || OUTAGE_CLASSES.test(code))) return true;
  if (typeof message === 'string' && OUTAGE_MESSAGES.test(message)) return true;
  if (Array.isArray(errors) && errors.some(isUnavailable)) return true;
  return cause !== error && isUnavailable(cause);
}

/** Values that a statement may not hold: data exceptions (22), broken constraints (23), what is too large for an index (54). */
const REFUSED_CLASSES = /^(22|23|54)[0-9A-Z]{3}$/;

/** Whether Postgres refuses what was given to it for good: asked again it answers the same. */
export function isRefusedForGood(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && REFUSED_CLASSES.test(code) && !isUnavailable(error);
}
