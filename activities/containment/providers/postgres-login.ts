import { ApplicationFailure } from '@temporalio/activity';
import pg from 'pg';
import { failure } from '../../failures';

/** Raised before the password is asked for: the address or the database is closed to the role (pg_hba.conf). */
const NOT_ASKED = '28000';
const WRONG_PASSWORD = '28P01';
/** Raised after the password was accepted: no CONNECT on the database, too many connections of the role. */
const ACCEPTED = new Set(['42501', '53300']);

/** A client that gives up after `timeoutMs`, for the connection and for each statement. */
export function postgresClient(config: pg.ClientConfig, timeoutMs: number): pg.Client {
  const client = new pg.Client({
    ...config,
    application_name: 'tocsin containment',
    connectionTimeoutMillis: timeoutMs,
    statement_timeout: timeoutMs,
    query_timeout: timeoutMs + 1_000,
  });
  // A lost connection shows in the next statement; unheard it would end the process.
  client.on('error', () => {});
  return client;
}

/**
 * Whether a role can log in with a password, at the server that `admin` is connected to.
 * Undefined: the server did not decide by the password.
 */
export async function canLogIn(
  admin: pg.Client,
  user: string,
  password: string,
  timeoutMs: number,
): Promise<boolean | undefined> {
  const { host, port, database, ssl } = admin;
  const client = postgresClient({ host, port, database, ssl, user, password }, timeoutMs);
  try {
    await client.connect();
    return true;
  } catch (error) {
    const code = (error as { code?: string }).code ?? '';
    if (code === WRONG_PASSWORD) return false;
    if (ACCEPTED.has(code)) return true;
    if (code === NOT_ASKED) return undefined;
    throw error;
  } finally {
    await client.end().catch(() => {});
  }
}

/** The failure for an error of Postgres, in our own words; a failure of ours passes through. */
export function postgresFailure(error: unknown, doing: string): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const code = (error as { code?: unknown }).code;
  const known = typeof code === 'string' ? ` (${code})` : '';
  if (code === '42501' || code === '28000' || code === WRONG_PASSWORD) {
    return failure(
      'ContainmentDenied',
      `Postgres denied to ${doing}${known}: the role Tocsin logs in with needs CREATEROLE with the admin option on it and ` +
        'pg_signal_backend; then the next attempt goes on',
    );
  }
  return failure(
    'ContainmentUnavailable',
    `Postgres could not ${doing}${known}: check that it runs and can be reached; the same password is set again`,
  );
}
