import type { Pool } from 'pg';
import { fold } from '../domain/incident/evolve';
import type { IncidentState } from '../domain/incident/state';
import { readIncidentEvents } from './read-incident';

/**
 * The state of an incident, folded from the register alone. As plain JSON it equals what the workflow's `state` query
 * answers once the workflow's queue of unwritten events is empty.
 *
 * @throws UnknownIncidentError when the register holds no such incident.
 */
export async function stateFromRegister(pool: Pool, incidentId: string): Promise<IncidentState> {
  // There is at least one event, so the fold has a state.
  return fold(await readIncidentEvents(pool, incidentId))!;
}
