/** Tells a closed incident that mails of it came back, so that its register has it and its owner hears of it. */
import type { Pool } from 'pg';
import type { TocsinClient } from '../../../client/tocsin-client';
import { INCIDENT_WORKFLOW } from '../../../domain/incident/contract';
import { standInOf } from '../../../domain/policy/disclosure';
import { UnknownIncidentError } from '../../../register/errors';
import { stateFromRegister } from '../../../register/state-from-register';

/** The signal of an incident: the ledger has mails of a notice that came back since they were counted. */
export const CAME_BACK_SIGNAL = 'mails-came-back';

/**
 * A run of it begins from the register, records it, mails its alarm and ends. False where the incident is not closed but has
 * stopped, or where its texts were erased: there is nothing that could be told.
 */
export type TellClosed = (incidentId: string, ledgerKey: string) => Promise<boolean>;

export function createTellClosed(pool: Pool, client: Pick<TocsinClient, 'stands' | 'signalClosed'>): TellClosed {
  return async (id, ledgerKey) => {
    const stands = await client.stands(id);
    // Temporal forgets closed ones after its retention; the register does not.
    if (stands !== 'closed' && stands !== undefined) return false;
    const state = await stateFromRegister(pool, id).catch((error: unknown) => {
      if (error instanceof UnknownIncidentError) return undefined;
      throw error;
    });
    if (!state?.closedAt || standInOf(state.title)) return false;
    const { title, severity, owner, status } = state;
    const input = { closed: { incidentId: id } };
    await client.signalClosed(
      { workflow: INCIDENT_WORKFLOW, id, input, title, severity, owner, status },
      CAME_BACK_SIGNAL,
      { ledgerKey },
    );
    return true;
  };
}
