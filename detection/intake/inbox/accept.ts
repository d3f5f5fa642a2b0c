/** Accepting detections: each is committed in the inbox, once for its source and event id, before anyone is told so. */
import type { Pool, PoolClient } from 'pg';
import type { Detection } from '../../../domain/detection/detection';
import { withoutUndefined } from '../../../domain/kernel/without-undefined';
import { canonicalText } from '../../../register/canonical';

/** Rows in one statement: enough that a burst costs few round trips, little enough that none takes long. */
const MOST_ROWS = 500;
/** Accepts that may wait for Postgres; beyond it the sender is told to come again. */
const MOST_WAITING = 20_000;

/** Too many detections wait for Postgres already: come again. */
export class InboxFullError extends Error {
  readonly code = 'inbox-full';
  constructor() {
    super('too many detections wait to be stored: try again in a moment');
  }
}

interface Waiting {
  rows: Row[];
  resolve: (added: number) => void;
  reject: (error: unknown) => void;
}

interface Row {
  source: string;
  eventId: string;
  payload: Buffer;
}

/**
 * The inbox of accepted detections. Calls that come while a statement is under way share the next one (group commit), so
 * that a burst of a thousand requests is a handful of commits.
 */
export class Inbox {
  private queue: Waiting[] = [];
  private queued = 0;
  private writing = 0;

  /** `onAdded` is called after a commit that added rows: the dispatcher need not wait for its next look. */
  constructor(
    private readonly pool: Pool,
    private readonly onAdded: () => void = () => undefined,
  ) {}

  /**
   * Resolves when all of them are committed, with how many were new. A detection that is there already is left as it is.
   * Rejects with the driver's error (`isUnavailable` tells an outage), with InboxFullError, or with NotCanonicalError
   * for what is no detection; then call again with the same detections.
   */
  accept(detections: readonly Detection[]): Promise<number> {
    if (detections.length === 0) return Promise.resolve(0);
    return new Promise((resolve, reject) => {
      const rows = detections.map((detection) => ({
        source: detection.source,
        eventId: detection.eventId,
        payload: payloadOf(detection),
      }));
      if (this.queued + rows.length > MOST_WAITING && this.queued > 0) throw new InboxFullError();
      this.queue.push({ rows, resolve, reject });
      this.queued += rows.length;
      this.write();
    });
  }

  private write(): void {
    // One statement at a time: what comes meanwhile shares the next one, which costs everybody less than its own.
    while (this.writing < 1 && this.queue.length > 0) {
      this.writing++;
      void this.writeGroup(this.nextGroup()).finally(() => {
        this.writing--;
        this.write();
      });
    }
  }

  private nextGroup(): Waiting[] {
    let rows = 0;
    let end = 0;
    while (end < this.queue.length && (end === 0 || rows + this.queue[end]!.rows.length <= MOST_ROWS)) {
      rows += this.queue[end++]!.rows.length;
    }
    this.queued -= rows;
    return this.queue.splice(0, end);
  }

  private async writeGroup(group: Waiting[]): Promise<void> {
    const rows = group.flatMap((each) => each.rows);
    try {
      // Autocommit: when the statement has answered, it is committed.
      const { rows: added } = await this.pool.query<{ source: string; event_id: string }>(INSERT, [
        rows.map((row) => row.source),
        rows.map((row) => row.eventId),
        rows.map((row) => row.payload),
      ]);
      const fresh = new Set(added.map((row) => `${row.source} ${row.event_id}`));
      for (const { rows: own, resolve } of group) {
        resolve(own.filter((row) => fresh.delete(`${row.source} ${row.eventId}`)).length);
      }
      if (added.length > 0) this.onAdded();
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}

/**
 * The same within a transaction of the caller's: they are accepted when it commits. Gives how many were new.
 */
export async function acceptWithin(client: PoolClient, detections: readonly Detection[]): Promise<number> {
  const { rowCount } = await client.query(INSERT, [
    detections.map((detection) => detection.source),
    detections.map((detection) => detection.eventId),
    detections.map((detection) => payloadOf(detection)),
  ]);
  return rowCount ?? 0;
}

function payloadOf(detection: Detection): Buffer {
  return Buffer.from(canonicalText(withoutUndefined(detection)));
}

// Ordered, so that two processes that insert the same detections do not wait for each other in a circle.
const INSERT = `
  INSERT INTO tocsin.inbox (source, event_id, payload)
  SELECT source, event_id, payload
    FROM unnest($1::text[], $2::text[], $3::bytea[]) AS given (source, event_id, payload)
   ORDER BY source, event_id
  ON CONFLICT (source, event_id) DO NOTHING
  RETURNING source, event_id`;
