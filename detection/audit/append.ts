import type { Pool, PoolClient } from 'pg';
import { inTransaction } from '../../postgres/transaction';
import { type AuditEvent, type AuditHead, EMPTY, entryLine, parseAuditEvent } from './entry';
import { AuditConflictError } from './errors';

/** One writer at a time extends the log: "audit" in ASCII. */
const APPEND_LOCK = 0x6175646974n;

/** An event, and the key under which it is written once. */
export interface KeyedAuditEvent {
  key: string;
  event: AuditEvent;
}

/**
 * Appends events to the audit log in Postgres: all of them or none, in order, without gaps, each once for its key.
 *
 * @returns how many were written now, and the log's head.
 * @throws AuditEntryError for what cannot be an entry; AuditConflictError for another content under a key. Never retry these.
 * @throws the driver's error otherwise; the same call may be repeated.
 */
export async function appendAudit(
  pool: Pool,
  events: KeyedAuditEvent[],
): Promise<{ appended: number; head: AuditHead }> {
  const given = events.map(({ key, event }) => ({ key, event: parseAuditEvent(event) }));
  return inTransaction(
    pool,
    async (client) => {
      const present = await presentUnder(
        client,
        given.map(({ key }) => key),
      );
      let head = await lastOf(client);
      let appended = 0;
      for (const { key, event } of given) {
        const stored = present.get(key);
        if (stored !== undefined) {
          if (contentOf(stored) !== contentOf(entryLine(event, EMPTY).bytes)) throw new AuditConflictError(key);
          continue;
        }
        const entry = entryLine(event, head);
        const bytes = entry.bytes.subarray(0, -1);
        await client.query(INSERT, [
          entry.head.seq,
          key,
          event.at,
          event.action,
          event.target,
          bytes,
          Buffer.from(entry.head.hash, 'hex'),
        ]);
        present.set(key, bytes);
        head = entry.head;
        appended++;
      }
      return { appended, head };
    },
    APPEND_LOCK,
  );
}

const INSERT =
  'INSERT INTO tocsin.audit_entries (seq, key, at, action, target, bytes, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)';

async function lastOf(client: PoolClient): Promise<AuditHead> {
  const { rows } = await client.query<{ seq: string; hash: Buffer }>(
    'SELECT seq, hash FROM tocsin.audit_entries ORDER BY seq DESC LIMIT 1',
  );
  return rows[0] ? { seq: Number(rows[0].seq), hash: rows[0].hash.toString('hex') } : EMPTY;
}

async function presentUnder(client: PoolClient, keys: string[]): Promise<Map<string, Buffer>> {
  const { rows } = await client.query<{ key: string; bytes: Buffer }>(
    'SELECT key, bytes FROM tocsin.audit_entries WHERE key = ANY ($1)',
    [keys],
  );
  return new Map(rows.map(({ key, bytes }) => [key, bytes]));
}

/** An entry without its place. The members of canonical JSON are in order already. */
function contentOf(line: Buffer): string {
  const { seq: _, prev: __, hash: ___, ...content } = JSON.parse(line.toString('utf8')) as Record<string, unknown>;
  return JSON.stringify(content);
}
