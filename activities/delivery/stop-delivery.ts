import { heartbeating } from '../heartbeating';
import type { StopDeliveryInput } from '../types';
import { groupOf } from './delivery-key';
import { assertSpoolHere, type Ledgers, onLedger } from './ledgers';

/**
 * Stops a round in the ledger where it is sent from: what is sending it looks there before it claims more, and finds nothing.
 * Throws LedgerUnavailable while Postgres is away.
 */
export function stopDelivery(ledgers: Ledgers, input: StopDeliveryInput): Promise<void> {
  if (input.ledger === 'spool') assertSpoolHere(ledgers, input.spool);
  return heartbeating(() => onLedger(ledgers, input.ledger, (ledger) => ledger.stop(groupOf(input))));
}
