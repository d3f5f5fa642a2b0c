/** What stands in the inbox, and what became of it: counts for people and for monitoring. */
import type { Pool } from 'pg';

/** Detections of one source that one rule judged alike. `rule` is missing while they wait. */
export interface InboxCount {
  source: string;
  state: 'waiting' | 'triaged' | 'decided' | 'ignored' | 'parked';
  rule: string | null;
  count: number;
  /** When the oldest of them was received. */
  oldestAt: string;
}

/** All counts, over the 90 days that settled detections are kept. */
export async function countInbox(pool: Pool): Promise<InboxCount[]> {
  const { rows } = await pool.query(COUNTS);
  return rows.map(({ source, state, rule, count, oldest }) => ({
    source,
    state,
    rule,
    count: Number(count),
    oldestAt: oldest.toISOString(),
  }));
}

/** A parked row: what a person needs to find the fault, and nothing of the detection. */
export interface ParkedRow {
  id: string;
  source: string;
  eventId: string;
  problem: string | null;
  attempts: number;
}

/** The rows that were given up on, oldest first. */
export async function listParked(pool: Pool): Promise<ParkedRow[]> {
  const { rows } = await pool.query(PARKED);
  return rows.map(({ id, source, event_id, problem, attempts }) => ({
    id,
    source,
    eventId: event_id,
    problem,
    attempts,
  }));
}

/** Has all parked rows tried again, from the first attempt on. Answers how many there are. */
export async function retryParked(pool: Pool): Promise<number> {
  return (await pool.query(RETRY)).rowCount ?? 0;
}

const COUNTS = `
  SELECT source, state, rule, count(*) AS count, min(received_at) AS oldest
    FROM tocsin.inbox GROUP BY source, state, rule ORDER BY source, state, rule`;

const PARKED = `
  SELECT id, source, event_id, problem, attempts FROM tocsin.inbox WHERE state = 'parked' ORDER BY id LIMIT 100`;

const RETRY = `UPDATE tocsin.inbox SET state = 'waiting', attempts = 0, next_at = now() WHERE state = 'parked'`;
