import pg from 'pg';

const CONNECT_MS = 5_000;

/** Connects, has work done, and ends the connection whatever came of it. Throws the driver's error when nobody answers. */
export async function connected<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: CONNECT_MS });
  // A lost connection shows in the next statement; unheard it would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}
