/** Which cases the register has, and how far: what a look at all of them begins with. */

import { workflowBegunBy } from '../domain/watch/registered-case';
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
  /** False: it is closed, as far as its kinds of entries tell. True is only known once its entries are read. */
  mayBeOpen: boolean;
}

/** Entries that close a case of some kind, and those that have one closed go on. */
const CLOSES = ['closed', 'patch-closed', 'triage-dismissed', 'incident-started', 'merge-delivered'];
const OPENS = ['reopened', 'triage-declared', 'triage-merged', 'triage-unmerged', 'merge-failed', 'unmerge-delivered'];

/** Every case of the register but the register itself. */
export async function registeredHeads(pool: Queryable): Promise<RegisteredHead[]> {
  const { rows } = await pool.query<{
    id: string;
    seq: number;
    first: string;
    closed: number;
    reopened: number;
    closes: number;
    opens: number;
    waits: boolean;
  }>(
    `SELECT incident_id AS id, max(seq) AS seq, min(kind) FILTER (WHERE seq = 1) AS first,
            coalesce(max(seq) FILTER (WHERE kind = 'closed'), 0) AS closed,
            coalesce(max(seq) FILTER (WHERE kind = 'reopened'), 0) AS reopened,
            coalesce(max(seq) FILTER (WHERE kind = ANY ($2)), 0) AS closes,
            coalesce(max(seq) FILTER (WHERE kind = ANY ($3)), 0) AS opens,
            count(*) FILTER (WHERE kind = 'triage-declared') > count(*) FILTER (WHERE kind = 'incident-started')
              OR count(*) FILTER (WHERE kind = 'triage-merged') > count(*) FILTER (WHERE kind = 'merge-delivered')
              OR count(*) FILTER (WHERE kind = 'triage-unmerged') > count(*) FILTER (WHERE kind = 'unmerge-delivered') AS waits
       FROM tocsin.register_entries WHERE incident_id <> $1 GROUP BY incident_id`,
    [REGISTER_STREAM, CLOSES, OPENS],
  );
  return rows.map(({ id, seq, first, closed, reopened, closes, opens, waits }) => ({
    caseId: id,
    seq,
    first,
    openIncident: first === 'declared' && closed <= reopened,
    // Of two decisions of a triage case one may be carried out while the other still waits.
    mayBeOpen: closes <= opens || waits,
  }));
}

/** The cases of a workflow's type that may be open. */
export function idsThatMayBeOpen(heads: readonly RegisteredHead[], workflow: string): string[] {
  return heads.flatMap(({ caseId, first, mayBeOpen }) =>
    mayBeOpen && workflowBegunBy(first) === workflow ? [caseId] : [],
  );
}
