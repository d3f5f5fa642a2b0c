/** Which cases the register has, and how far: what a look at all of them begins with. */

import { REGISTER_STREAM } from './own-entries';
import type { Queryable } from './read-entries';

/** A case of the register. */
export interface RegisteredHead {
  caseId: string;
  /** How many entries it has. */
  seq: number;
  /** Kind of its first entry, which tells what it is. */
  first: string;
  /** Whether it is an incident that is open: not closed since it was declared or opened again. */
  openIncident: boolean;
}

/** Every case of the register but the register itself. */
export async function registeredHeads(pool: Queryable): Promise<RegisteredHead[]> {
  const { rows } = await pool.query<{ id: string; seq: number; first: string; closed: number; reopened: number }>(
    `SELECT incident_id AS id, max(seq) AS seq, min(kind) FILTER (WHERE seq = 1) AS first,
            coalesce(max(seq) FILTER (WHERE kind = 'closed'), 0) AS closed,
            coalesce(max(seq) FILTER (WHERE kind = 'reopened'), 0) AS reopened
       FROM tocsin.register_entries WHERE incident_id <> $1 GROUP BY incident_id`,
    [REGISTER_STREAM],
  );
  return rows.map(({ id, seq, first, closed, reopened }) => ({
    caseId: id,
    seq,
    first,
    openIncident: first === 'declared' && closed <= reopened,
  }));
}
