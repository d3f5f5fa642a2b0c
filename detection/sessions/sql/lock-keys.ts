import { createHash } from 'node:crypto';
import type { PoolClient } from 'pg';

/** "auth" in ASCII. */
const LOCK_CLASS = 0x61757468;
/** Few enough that all of them fit into the server's lock table, enough that strangers seldom wait for each other. */
const STRIPES = 1024;

/**
 * Waits until no other transaction works on one of these accounts or addresses, and keeps them until its end: of two
 * events that only together are a finding, the second sees the first. Taken in order, so that nobody waits in a circle.
 */
export async function lockKeys(client: PoolClient, keys: Iterable<string>): Promise<void> {
  const stripes = new Set<number>();
  for (const key of keys) stripes.add(createHash('sha256').update(key).digest().readUInt32BE() % STRIPES);
  await client.query('SELECT pg_advisory_xact_lock($1, stripe) FROM unnest($2::int[]) AS stripe', [
    LOCK_CLASS,
    [...stripes].sort((a, b) => a - b),
  ]);
}
