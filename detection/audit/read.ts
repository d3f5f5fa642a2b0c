import type { Pool } from 'pg';
import type { AuditEntry } from './entry';

const BATCH = 2_000;
const NEWLINE = Buffer.from('\n');

/**
 * The lines of the audit log in Postgres, in order, as they would stand in a file. SELECT is enough.
 *
 * @param after number of the last entry to leave out.
 * @throws the driver's error.
 */
export async function* readAuditLines(pool: Pool, after = 0): AsyncGenerator<Buffer> {
  for (let last = String(after); ; ) {
    const { rows } = await pool.query<{ seq: string; bytes: Buffer }>(
      'SELECT seq, bytes FROM tocsin.audit_entries WHERE seq > $1 ORDER BY seq LIMIT $2',
      [last, BATCH],
    );
    if (rows.length === 0) return;
    yield Buffer.concat(rows.flatMap(({ bytes }) => [bytes, NEWLINE]));
    last = rows.at(-1)!.seq;
  }
}

/** The last entry of an action on a target, or undefined. It is not verified. */
export async function lastAuditEntry(pool: Pool, action: string, target: string): Promise<AuditEntry | undefined> {
  const { rows } = await pool.query<{ bytes: Buffer }>(
    'SELECT bytes FROM tocsin.audit_entries WHERE action = $1 AND target = $2 ORDER BY seq DESC LIMIT 1',
    [action, target],
  );
  return rows[0] && (JSON.parse(rows[0].bytes.toString('utf8')) as AuditEntry);
}
