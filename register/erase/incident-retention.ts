/** How long incidents are kept, computed from what the register holds of them. */

import { fold } from '../../domain/incident/evolve';
import { isOver, type Retention, type RetentionTable, retentionOf } from '../../domain/incident/retention';
import type { IncidentState } from '../../domain/incident/state';
import { ask, tocsin } from '../../domain/kernel/command-lines';
import { ErasureRefusedError } from '../errors';
import { REGISTER_STREAM } from '../own-entries';
import type { Queryable } from '../read-entries';
import { readIncidentEvents } from '../read-incident';

/** One incident, how long it is kept, and since when its personal data is gone. */
export interface KeptIncident {
  incidentId: string;
  state: IncidentState;
  retention: Retention;
  erasedAt?: string;
}

/**
 * The retention of one incident.
 *
 * @throws UnknownIncidentError when there is none; ErasureRefusedError for a case or the register's own entries.
 */
export async function retentionOfIncident(
  pool: Queryable,
  incidentId: string,
  table: RetentionTable,
): Promise<KeptIncident> {
  const events = await readIncidentEvents(pool, incidentId);
  if (incidentId === REGISTER_STREAM || events[0]!.kind !== 'declared') {
    throw new ErasureRefusedError(
      `"${incidentId}" is not an incident: retention is computed for incidents only. A vulnerability report is erased by ` +
        `\`${tocsin('report erase', { id: ask('report') })}\`; other cases and the entries of the register itself are kept`,
    );
  }
  const state = fold(events)!;
  const { rows } = await pool.query<{ destroyed_at: Date | null }>(
    'SELECT destroyed_at FROM tocsin.register_keys WHERE incident_id = $1',
    [incidentId],
  );
  const erasedAt = rows[0]?.destroyed_at?.toISOString();
  return { incidentId, state, retention: retentionOf(state, table), ...(erasedAt && { erasedAt }) };
}

/** Incidents whose retention is over and whose personal data is still there, one by one in the order of their ids. */
export async function* dueForErasure(pool: Queryable, table: RetentionTable, now: Date): AsyncGenerator<KeptIncident> {
  // Only a closed incident has an end, and only its own state says when: candidates are those with a key that were closed.
  const { rows } = await pool.query<{ incident_id: string }>(CANDIDATES, [REGISTER_STREAM]);
  for (const { incident_id: incidentId } of rows) {
    const kept = await retentionOfIncident(pool, incidentId, table);
    if (isOver(kept.retention, now.toISOString())) yield kept;
  }
}

const CANDIDATES = `
  SELECT keys.incident_id FROM tocsin.register_keys AS keys
   WHERE keys.key IS NOT NULL AND keys.incident_id <> $1
     AND EXISTS (SELECT FROM tocsin.register_entries AS entry
                  WHERE entry.incident_id = keys.incident_id AND entry.seq = 1 AND entry.kind = 'declared')
     AND EXISTS (SELECT FROM tocsin.register_entries AS entry
                  WHERE entry.incident_id = keys.incident_id AND entry.kind = 'closed')
   ORDER BY keys.incident_id COLLATE "C"`;
