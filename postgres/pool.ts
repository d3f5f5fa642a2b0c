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
