/** The register in Postgres as the leaves of the log. */
import type { Pool } from 'pg';
import { leafHash } from '../entry';
import { leafHashSql } from '../leaf-hash-sql';
import type { Leaf, LeafReader } from './publish-tiles';

/** How many entries the register has. */
export async function registerSize(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ size: string }>(
    'SELECT coalesce(max(position), 0) AS size FROM tocsin.register_entries',
  );
  return Number(rows[0]!.size);
}

/** The leaf hashes of the entries at these positions that are there, by position. */
export async function leafHashesAt(pool: Pool, positions: readonly number[]): Promise<Map<number, Buffer>> {
  const { rows } = await pool.query<{ position: string; hash: Buffer }>(
    `SELECT position, ${leafHashSql()} AS hash FROM tocsin.register_entries WHERE position = ANY($1::bigint[])`,
    [positions],
  );
  return new Map(rows.map(({ position, hash }) => [Number(position), hash]));
}

const PAGE = 2_000;
const PLACE_BYTES = 8;
const LENGTH_BYTES = 4;

/**
 * Reads leaves by position: their bytes alone, as they lie there. A page comes as one value, position and length before
 * each entry's bytes: rows of their own cost more to take apart than to sign.
 */
export function registerLeaves(pool: Pool): LeafReader {
  return async function* (from, to) {
    for (let next = from; next <= to; ) {
      const { rows } = await pool.query<{ page: Buffer | null; count: string }>(READ, [next, to, PAGE]);
      const { page, count } = rows[0]!;
      const leaves: Leaf[] = [];
      for (let at = 0; page !== null && at < page.length; ) {
        const position = Number(page.readBigInt64BE(at));
        at += PLACE_BYTES;
        const length = page.readUInt32BE(at);
        at += LENGTH_BYTES;
        const bytes = page.subarray(at, at + length);
        leaves.push({ position, bytes, hash: Buffer.from(leafHash(bytes), 'hex') });
        at += length;
        next = position + 1;
      }
      yield leaves;
      if (Number(count) < PAGE) return;
    }
  };
}

const READ = `
  SELECT string_agg(
           int8send(position) || int4send(octet_length(bytes)) || bytes, ''::bytea ORDER BY position) AS page,
         count(*) AS count
    FROM (SELECT position, bytes FROM tocsin.register_entries
           WHERE position BETWEEN $1 AND $2 ORDER BY position LIMIT $3) AS entries`;
