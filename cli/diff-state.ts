/** Compares an incident's state as the register tells it with the one that its workflow holds. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { refused } from '../client/errors';
import type { IncidentView } from '../domain/incident/contract';
import { type Difference, differences } from '../register/state-difference';
import { stateFromRegister } from '../register/state-from-register';

/** The outcome of a comparison. */
export interface StateDiff {
  incidentId: string;
  /** The last event of each. */
  register: { seq: number };
  workflow: { seq: number; backlog: number };
  /** Personal data of the incident was erased: those texts cannot be compared. */
  erased: boolean;
  differences: Difference[];
}

const TRIES = 10;
const PAUSE_MS = 500;

/**
 * Folds the register and asks the workflow, also a closed one while its history is there. While the workflow still has
 * events to write, or goes on between the two questions, both are asked again, for some seconds.
 */
export async function diffState(
  id: string,
  pool: Pool,
  view: (id: string) => Promise<IncidentView | undefined>,
): Promise<StateDiff> {
  for (let tries = 1; ; tries++) {
    const before = await view(id);
    if (!before) throw refused(`incident "${id}" is not declared yet: try again in a moment`);
    const state = await stateFromRegister(pool, id);
    const after = (await view(id)) ?? before;
    const moved = after.state.seq !== before.state.seq || before.registerBacklog > 0;
    if (moved && tries < TRIES) {
      await sleep(PAUSE_MS);
      continue;
    }
    const { rows } = await pool.query(
      'SELECT FROM tocsin.register_keys WHERE incident_id = $1 AND destroyed_at IS NOT NULL',
      [id],
    );
    const erased = rows.length > 0;
    return {
      incidentId: id,
      register: { seq: state.seq },
      workflow: { seq: before.state.seq, backlog: before.registerBacklog },
      erased,
      // Command ids are erased too, and those that look alike are remembered once: their list cannot be compared.
      differences: differences(state, before.state, erased).filter(
        (each) => !erased || !/^\/handled\b/.test(each.path),
      ),
    };
  }
}
