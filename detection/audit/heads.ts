import type { Pool } from 'pg';
import type { Resume } from './chain-verifier';
import type { AuditHead } from './entry';

/** A head of a log that was verified. */
export interface NotedHead extends Resume {
  /** When the log was last verified from its first entry on; ISO 8601. */
  wholeAt?: string;
}

/** The head noted last for a log, or undefined. @throws the driver's error. */
export async function readHead(pool: Pool, log: string): Promise<NotedHead | undefined> {
  const { rows } = await pool.query<{ seq: string; hash: string; line: string; offset: string; wholeAt: Date | null }>(
    `SELECT seq, hash, line, "offset",
            (SELECT max(verified_at) FROM tocsin.audit_heads WHERE log = $1 AND whole) AS "wholeAt"
       FROM tocsin.audit_heads WHERE log = $1 ORDER BY id DESC LIMIT 1`,
    [log],
  );
  const [row] = rows;
  if (!row) return undefined;
  const { hash, wholeAt } = row;
  const [seq, line, offset] = [Number(row.seq), Number(row.line), Number(row.offset)];
  return { seq, hash, line, offset, ...(wholeAt && { wholeAt: wholeAt.toISOString() }) };
}

/** A head that was noted for an entry of this number: the one before a file that goes on from another. */
export async function readHeadAt(pool: Pool, log: string, seq: number): Promise<AuditHead | undefined> {
  const { rows } = await pool.query<{ hash: string }>(
    'SELECT hash FROM tocsin.audit_heads WHERE log = $1 AND seq = $2 ORDER BY id DESC LIMIT 1',
    [log, seq],
  );
  return rows[0] && { seq, hash: rows[0].hash };
}

/** Notes a head that was verified. Heads are never changed or removed. @throws the driver's error. */
export async function noteHead(pool: Pool, log: string, head: Resume, whole: boolean, at: Date): Promise<void> {
  await pool.query(
    'INSERT INTO tocsin.audit_heads (log, seq, hash, line, "offset", whole, verified_at) VALUES ($1, $2, $3, $4, $5, $6, $7)',
    [log, head.seq, head.hash, head.line, head.offset, whole, at],
  );
}
