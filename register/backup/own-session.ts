import pg from 'pg';

/**
 * Runs work on a connection of its own, as the login itself: the pool's connections are the writer's, who may not read or
 * fill every table, and give a statement up after half a minute. Its end rolls back what was not committed.
 */
export async function inOwnSession<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'tocsin-backup' });
  // A connection that breaks is reported by the statement that needs it.
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}
