/** The directory that the settings name, tried before anybody must be told. */
import pg from 'pg';
import { createCsvDirectory } from '../activities/directory/csv-directory';
import type { DirectoryPort } from '../activities/directory/directory-port';
import { createHttpDirectory, probeHttpDirectory } from '../activities/directory/http-directory';
import type { DirectorySettings } from '../activities/directory/settings';
import { createSqlDirectory, probeSqlDirectory, readPaged } from '../activities/directory/sql-directory';
import type { Log } from '../platform/log';
import { isUnavailable } from '../postgres/outage';

/** Two audiences of deliveries and two of drafts at once. A query may sort all customers before its first row. */
const POOL_LIMITS = { max: 4, connectionTimeoutMillis: 30_000, query_timeout: 10 * 60_000 };

/** The port, and what closes its connections. Throws what does not work; a directory that is away is waited for. */
export async function connectDirectory(
  settings: DirectorySettings,
  log: Log,
): Promise<{ port: DirectoryPort; close(): Promise<void> }> {
  if ('folder' in settings) return { port: createCsvDirectory(settings.folder), close: async () => undefined };
  if ('endpoint' in settings) {
    await probed('TOCSIN_DIRECTORY_HTTP_URL', () => probeHttpDirectory(settings), log);
    return { port: createHttpDirectory(settings, (problem) => log.error({}, problem)), close: async () => undefined };
  }
  const pool = new pg.Pool({ connectionString: settings.url, ...POOL_LIMITS });
  pool.on('error', () => undefined);
  await probed('TOCSIN_DIRECTORY_URL', () => probeSqlDirectory(pool, settings), log);
  return { port: createSqlDirectory(pool, settings, readPaged(pool)), close: () => pool.end() };
}

async function probed(name: string, probe: () => Promise<void>, log: Log): Promise<void> {
  try {
    await probe();
  } catch (error) {
    if ((error as { type?: unknown }).type !== 'DirectoryUnavailable' && !isUnavailable(error)) throw error;
    log.error({}, `the directory cannot be reached: nobody can be told until it is back. Check ${name}`);
  }
}
