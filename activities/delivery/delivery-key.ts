import type { RefList } from '../storage/artefacts';
import type { DeliveryRef } from '../types';
import type { DeliveryGroup, ObligationKey } from './ledger/ledger';

/** A delivery's place in the ledger. */
export function keyOf({ incidentId, ledgerKey }: Pick<DeliveryRef, 'incidentId' | 'ledgerKey'>): ObligationKey {
  return { incidentId, obligationId: ledgerKey };
}

/** Its recipients of one round. */
export function groupOf(input: Pick<DeliveryRef, 'incidentId' | 'ledgerKey' | 'round'>): DeliveryGroup {
  return { ...keyOf(input), channel: 'email', round: input.round };
}

/** The list of all refs that a batch has held. */
export function claimedList({ incidentId, ledgerKey }: Pick<DeliveryRef, 'incidentId' | 'ledgerKey'>): RefList {
  return { incidentId, name: JSON.stringify(['claimed', incidentId, ledgerKey, 'email']) };
}
