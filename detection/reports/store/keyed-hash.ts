/** Keyed hashes by which reports are compared; none can be read back. */
import { createHmac } from 'node:crypto';
import type { PoolClient } from 'pg';

/** Hashes a value for one purpose: hashes of two purposes are never the same. */
export type Hash = (purpose: string, value: string) => Buffer;

/** The key of this database's hashes. */
export async function readKey(client: PoolClient): Promise<Buffer> {
  const { rows } = await client.query<{ key: Buffer }>('SELECT key FROM tocsin.vulnerability_report_key');
  return rows[0]!.key;
}

/** The hashes of a key. */
export function keyedHash(key: Buffer): Hash {
  return (purpose, value) => createHmac('sha256', key).update(`${purpose}\0`).update(value).digest();
}
