/** What the register records of itself: exports and hand-overs, erasures, its signing keys, changes of its guards. */
import type { Pool } from 'pg';
import type { Disclosures } from '../domain/policy/disclosure';
import { Appender } from './append/appender';
import type { Head } from './entry';
import { RegisterConflictError, RegisterGapError } from './errors';
import { leafHashSql } from './leaf-hash-sql';
import { REGISTER_STREAM } from './verifier/binding';

export { REGISTER_STREAM } from './verifier/binding';

const TRIES = 20;

/**
 * Appends an entry about the register itself, after the last one of its kind of stream; answers where it stands. A crash
 * before the answer leaves it unknown whether it was written: repeating it may write it twice, which hides nothing.
 */
export async function recordOwnEntry(
  pool: Pool,
  disclosures: Disclosures,
  entry: { kind: string; data: object; by: string; at?: Date },
): Promise<Head & { seq: number }> {
  const appender = new Appender(pool, (kind, pointer, text) => disclosures.isPersonal(kind, pointer, text));
  const { kind, data, by, at = new Date() } = entry;
  try {
    for (let tries = 1; ; tries++) {
      const seq = (await lastSeq(pool)) + 1;
      const event = {
        v: 1,
        incidentId: REGISTER_STREAM,
        seq,
        at: at.toISOString(),
        kind,
        by,
        exercise: false,
        data,
      } as const;
      try {
        await appender.append([event]);
        return { ...(await placeOf(pool, seq)), seq };
      } catch (error) {
        // Somebody else took the number.
        const taken = error instanceof RegisterConflictError || error instanceof RegisterGapError;
        if (!taken || tries === TRIES) throw error;
      }
    }
  } finally {
    await appender.close();
  }
}

async function lastSeq(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ seq: number }>(
    'SELECT coalesce(max(seq), 0) AS seq FROM tocsin.register_entries WHERE incident_id = $1',
    [REGISTER_STREAM],
  );
  return rows[0]!.seq;
}

async function placeOf(pool: Pool, seq: number): Promise<Head> {
  const { rows } = await pool.query<{ position: string; hash: Buffer }>(
    `SELECT position, ${leafHashSql()} AS hash FROM tocsin.register_entries WHERE incident_id = $1 AND seq = $2`,
    [REGISTER_STREAM, seq],
  );
  return { position: Number(rows[0]!.position), hash: rows[0]!.hash.toString('hex') };
}
