/** Accepting detections: each is committed in the inbox, once for its source and event id, before anyone is told so. */
import type { Pool, PoolClient } from 'pg';
import type { Detection } from '../../../domain/detection/detection';
import { withoutUndefined } from '../../../domain/kernel/without-undefined';
import { canonicalText } from '../../../register/canonical';
import { SharedWrites } from '../../shared-writes';
import { type Accepted, InboxProofs } from './inbox-proof';

/** Rows in one statement. */
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

/**
 * The inbox of accepted detections. Calls that come while a statement is under way share the next one (group commit), so
 * that a burst of a thousand requests is a handful of commits.
 */
export class Inbox {
  // One statement at a time: what comes meanwhile shares the next one, which costs everybody less than its own.
  private readonly writes = new SharedWrites<Accepted, number>({
    mostItems: MOST_ROWS,
    mostWaiting: MOST_WAITING,
    writers: 1,
    busy: () => new InboxFullError(),
    write: (callers) => this.insert(callers),
  });

  /** `onAdded` is called after a commit that added rows: the dispatcher need not wait for its next look. */
  constructor(
    private readonly pool: Pool,
    private readonly onAdded: () => void = () => undefined,
    private readonly proofs: InboxProofs = new InboxProofs(),
  ) {}

  /**
   * Resolves when all of them are committed, with how many were new. A detection that is there already is left as it is.
   * Rejects with the driver's error (`isUnavailable` tells an outage), with InboxFullError, or with NotCanonicalError
   * for what is no detection; then call again with the same detections.
   */
  async accept(detections: readonly Detection[]): Promise<number> {
    if (detections.length === 0) return 0;
    return this.writes.add(detections.map(acceptedOf));
  }

  /** How many rows of each caller were new. */
  private async insert(callers: Accepted[][]): Promise<number[]> {
    const rows = callers.flat();
    // Autocommit: when the statement has answered, it is committed.
    const { rows: added } = await this.pool.query<{ source: string; event_id: string }>(
      INSERT,
      columnsOf(rows, this.proofs),
    );
    const fresh = new Set(added.map((row) => `${row.source} ${row.event_id}`));
    if (added.length > 0) this.onAdded();
    return callers.map((own) => own.filter((row) => fresh.delete(`${row.source} ${row.eventId}`)).length);
  }
}

/**
 * The same within a transaction of the caller's: they are accepted when it commits. Gives how many were new.
 */
export async function acceptWithin(
  client: PoolClient,
  detections: readonly Detection[],
  proofs: InboxProofs = new InboxProofs(),
): Promise<number> {
  const { rowCount } = await client.query(INSERT, columnsOf(detections.map(acceptedOf), proofs));
  return rowCount ?? 0;
}

function acceptedOf(detection: Detection): Accepted {
  const payload = Buffer.from(canonicalText(withoutUndefined(detection)));
  return { source: detection.source, eventId: detection.eventId, payload };
}

function columnsOf(rows: readonly Accepted[], proofs: InboxProofs): unknown[][] {
  return [
    rows.map(({ source }) => source),
    rows.map(({ eventId }) => eventId),
    rows.map(({ payload }) => payload),
    rows.map((row) => proofs.mark(row)),
    rows.map((row) => proofs.proof(row)),
  ];
}

// Ordered, so that two processes that insert the same detections do not wait for each other in a circle.
const INSERT = `
  INSERT INTO tocsin.inbox (source, event_id, payload, mark, proof)
  SELECT source, event_id, payload, mark, proof
    FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[], $5::bytea[])
      AS given (source, event_id, payload, mark, proof)
   WHERE NOT EXISTS (
     SELECT FROM tocsin.inbox AS earlier
      WHERE earlier.source = given.source AND earlier.event_id = given.event_id AND earlier.earlier)
   ORDER BY source, event_id
  ON CONFLICT (source, event_id, mark) DO NOTHING
  RETURNING source, event_id`;
