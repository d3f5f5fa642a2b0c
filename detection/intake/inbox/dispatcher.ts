/**
 * Drains the inbox: each waiting row is judged, handed to its case and marked. Any number of dispatchers may run at once;
 * a row is held by the one that works on it, and is free again the moment that one dies. A row that is handed over and
 * not marked is handed over again, which its case does not count twice.
 */

import type { Pool, PoolClient } from 'pg';
import { pruneStrangeEvents } from '../../../activities/delivery/ledger/delivery-events';
import { OtherKeys } from '../../../client/errors';
import { type Detection, DetectionSchema } from '../../../domain/detection/detection';
import { inTransaction } from '../../../postgres/transaction';
import type { InboxProofs } from './inbox-proof';
import { BeingDecided } from './open-triage';
import type { HandOver, Settled } from './settled';
import { pruneUntaken } from './untaken';

const BATCH = 50;
/** At most this long after a detection was stored by another process. */
const LOOK_MS = 1_000;
/** Waiting before the next attempt: doubled each time, from one second to ten minutes. */
const FIRST_WAIT_SECONDS = 1;
const LONGEST_WAIT_SECONDS = 600;
/** A person gives the keys: a row that no worker can read waits so long. */
const OTHER_KEYS_WAIT_SECONDS = 60;
/** Attempts with an answer (Temporal away does not count) before a row is parked for a person to look at. */
const MOST_ATTEMPTS = 12;
/** A sender may repeat for that long; afterwards a settled row goes. */
const KEPT_DAYS = 90;
const PRUNE_MS = 3_600_000;

export interface DispatcherDeps {
  pool: Pool;
  handOver: HandOver;
  /** What was accepted by whom; without it whatever stands in the inbox is handed over. */
  proofs?: InboxProofs;
  /** Whether a fault is Temporal's absence: then the row waits, and is not counted against it. */
  isAway: (error: unknown) => boolean;
  /** Told of parked rows and outages. Never of what a row holds. */
  onTrouble?: (what: 'parked' | 'postgres' | 'temporal' | 'keys', fields: Record<string, unknown>) => void;
}

interface Row {
  id: string;
  source: string;
  event_id: string;
  payload: Buffer;
  attempts: number;
  earlier: boolean;
  proof: Buffer | null;
}

/** The problem of a row that nobody with the keys has accepted as it stands there. */
export const UNPROVED = 'unproved';

export class Dispatcher {
  private stopped = false;
  private poked = false;
  private wake: () => void = () => undefined;
  private running: Promise<void> | undefined;
  private prunedAt = 0;

  constructor(private readonly deps: DispatcherDeps) {}

  /** Starts draining, until `stop`. It survives any outage. */
  start(): void {
    this.running ??= this.run();
  }

  /** Looks now: something was stored. */
  poke(): void {
    this.poked = true;
    this.wake();
  }

  /** Finishes the rows in hand. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      this.poked = false;
      let more = false;
      try {
        more = await this.drainOnce();
        await this.prune();
      } catch (error) {
        this.deps.onTrouble?.('postgres', { code: codeOf(error) });
      }
      if (!more) await this.rest();
    }
  }

  private rest(): Promise<void> {
    if (this.poked || this.stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LOOK_MS);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Works on one batch. Answers whether there may be more to do at once. */
  async drainOnce(): Promise<boolean> {
    return inTransaction(this.deps.pool, async (client) => {
      const { rows } = await client.query<Row>(CLAIM, [BATCH]);
      if (rows.length === 0) return false;
      const outcomes = await Promise.all(rows.map((row) => this.handOver(row)));
      await this.mark(client, rows, outcomes);
      return rows.length === BATCH && outcomes.some((outcome) => 'state' in outcome);
    });
  }

  private async handOver(row: Row): Promise<Settled | Fault> {
    if (this.deps.proofs?.holds({ ...row, eventId: row.event_id }, row) === false) {
      this.deps.onTrouble?.('parked', { row: row.id, problem: UNPROVED });
      return { problem: UNPROVED, attempts: row.attempts, parked: true, waitSeconds: FIRST_WAIT_SECONDS };
    }
    try {
      const detection: Detection = DetectionSchema.parse(JSON.parse(row.payload.toString('utf8')));
      return await this.deps.handOver(detection);
    } catch (error) {
      if (error instanceof OtherKeys) {
        this.deps.onTrouble?.('keys', { problem: error.problems[0] });
        const waitSeconds = OTHER_KEYS_WAIT_SECONDS;
        return { problem: error.name, attempts: row.attempts, parked: false, waitSeconds };
      }
      if (error instanceof BeingDecided)
        return { problem: error.name, attempts: row.attempts, parked: false, waitSeconds: FIRST_WAIT_SECONDS };
      const away = this.deps.isAway(error);
      if (away) this.deps.onTrouble?.('temporal', { code: codeOf(error) });
      const attempts = row.attempts + (away ? 0 : 1);
      const parked = attempts >= MOST_ATTEMPTS;
      if (parked) this.deps.onTrouble?.('parked', { row: row.id, problem: codeOf(error) });
      return { problem: codeOf(error), attempts, parked, waitSeconds: away ? FIRST_WAIT_SECONDS : waitAfter(attempts) };
    }
  }

  private async mark(client: PoolClient, rows: Row[], outcomes: (Settled | Fault)[]): Promise<void> {
    const done = rows.flatMap(({ id }, i) => ('state' in outcomes[i]! ? [{ id, ...outcomes[i] }] : []));
    const failed = rows.flatMap(({ id }, i) => ('problem' in outcomes[i]! ? [{ id, ...outcomes[i] }] : []));
    if (done.length > 0) {
      await client.query(SETTLE, [
        done.map(({ id }) => id),
        done.map(({ state }) => state),
        done.map(({ rule }) => rule),
        done.map(({ caseId }) => caseId ?? null),
      ]);
    }
    if (failed.length > 0) {
      await client.query(POSTPONE, [
        failed.map(({ id }) => id),
        failed.map(({ parked }) => (parked ? 'parked' : 'waiting')),
        failed.map(({ attempts }) => attempts),
        failed.map(({ waitSeconds }) => waitSeconds),
        failed.map(({ problem }) => problem),
      ]);
    }
  }

  private async prune(): Promise<void> {
    if (Date.now() - this.prunedAt < PRUNE_MS) return;
    this.prunedAt = Date.now();
    await this.deps.pool.query(PRUNE, [KEPT_DAYS]);
    await pruneUntaken(this.deps.pool, KEPT_DAYS);
    await pruneStrangeEvents(this.deps.pool);
  }
}

interface Fault {
  problem: string;
  attempts: number;
  parked: boolean;
  waitSeconds: number;
}

function waitAfter(attempts: number): number {
  return Math.min(FIRST_WAIT_SECONDS * 2 ** (attempts - 1), LONGEST_WAIT_SECONDS);
}

/** A code or the type of an error: its text could quote what was sent. */
function codeOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return String(typeof code === 'string' || typeof code === 'number' ? code : (name ?? 'Error')).slice(0, 80);
}

const CLAIM = `
  SELECT id, source, event_id, payload, attempts, earlier, proof FROM tocsin.inbox
   WHERE state = 'waiting' AND next_at <= now()
   ORDER BY next_at, id LIMIT $1
   FOR UPDATE SKIP LOCKED`;

const SETTLE = `
  UPDATE tocsin.inbox AS inbox
     SET state = done.state, rule = done.rule, case_id = done.case_id, problem = NULL, settled_at = now()
    FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) AS done (id, state, rule, case_id)
   WHERE inbox.id = done.id`;

const POSTPONE = `
  UPDATE tocsin.inbox AS inbox
     SET state = failed.state, attempts = failed.attempts, problem = failed.problem,
         next_at = now() + make_interval(secs => failed.wait)
    FROM unnest($1::bigint[], $2::text[], $3::int[], $4::int[], $5::text[]) AS failed (id, state, attempts, wait, problem)
   WHERE inbox.id = failed.id`;

// A parked row stays: a person has not looked at it yet.
const PRUNE = `DELETE FROM tocsin.inbox WHERE settled_at < now() - make_interval(days => $1)`;
