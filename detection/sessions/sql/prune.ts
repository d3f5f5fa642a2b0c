import type { Pool } from 'pg';
import { exactMs } from '../../../domain/kernel/time';
import { reachMs, type SessionPolicy } from '../../../domain/sessions/session-policy';

const MOST_ROWS = 5_000;

/** Removes events that no rule reaches back to any more, and places out of memory. Gives how many rows went. */
export async function pruneSessions(pool: Pool, policy: SessionPolicy, now: Date): Promise<number> {
  const events = new Date(now.getTime() - reachMs(policy));
  const places = new Date(now.getTime() - exactMs(policy.memory));
  return (await removeAll(pool, OLD_EVENTS, events)) + (await removeAll(pool, OLD_PLACES, places));
}

/** In small statements: nobody waits long for a row. */
async function removeAll(pool: Pool, sql: string, before: Date): Promise<number> {
  for (let removed = 0; ; ) {
    const { rowCount } = await pool.query(sql, [before, MOST_ROWS]);
    removed += rowCount ?? 0;
    if ((rowCount ?? 0) < MOST_ROWS) return removed;
  }
}

const OLD_EVENTS = `
  DELETE FROM tocsin.auth_events WHERE (source, event_id) IN (
    SELECT source, event_id FROM tocsin.auth_events WHERE at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED)`;

const OLD_PLACES = `
  DELETE FROM tocsin.auth_places WHERE (account, place) IN (
    SELECT account, place FROM tocsin.auth_places WHERE last_at < $1 ORDER BY last_at LIMIT $2 FOR UPDATE SKIP LOCKED)`;
