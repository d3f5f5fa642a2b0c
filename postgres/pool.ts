import pg from 'pg';
import { refusePowerOf } from './logins';

const CONNECT_TIMEOUT_MS = 3_000;
const STATEMENT_TIMEOUT_MS = 30_000;

export interface PoolOptions {
  /** In production: every connection of a login that could rewrite the past is refused, whenever it is made. */
  refusePower?: boolean;
}

/**
 * A pool of Postgres connections for the register and the delivery ledger.
 *
 * Each connection steps down to `tocsin_writer` when the login may, so that the worker itself has no right to change
 * or delete an entry, even as owner or superuser. Connecting gives up after 3 s, a statement after 30 s, also when the
 * server no longer answers. The loss of a connection never crashes the process.
 */
export function createPool(databaseUrl: string, { refusePower = false }: PoolOptions = {}): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: 'tocsin',
    max: 10,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    // The client's own limit, for a server that is gone without a word.
    query_timeout: STATEMENT_TIMEOUT_MS + 5_000,
    // A writer that hangs must not hold the append lock for ever.
    idle_in_transaction_session_timeout: 2 * STATEMENT_TIMEOUT_MS,
    onConnect: async (client) => {
      if (refusePower) await refusePowerOf(client);
      await stepDown(client);
    },
  });
  pool.on('error', ignoreLostConnection);
  // The pool listens on idle clients only; one that is lost between two statements would crash the process.
  pool.on('connect', (client) => client.on('error', ignoreLostConnection));
  return pool;
}

/** The next statement on the lost connection reports it to the caller who can act. */
function ignoreLostConnection(): void {}

const NOT_A_MEMBER = '42501';
const NO_SUCH_ROLE = '22023';

async function stepDown(client: pg.ClientBase): Promise<void> {
  try {
    await client.query('SET ROLE tocsin_writer');
  } catch (error) {
    const { code } = error as { code?: string };
    // A login with less (the auditor), or a database not migrated yet: it stays what it is.
    if (code !== NOT_A_MEMBER && code !== NO_SUCH_ROLE) throw error;
  }
}

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
