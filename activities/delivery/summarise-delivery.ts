import type { DirectoryPort } from '../directory/directory-port';
import type { DeliverySummary, OpenDeliveryInput } from '../types';
import { countReached } from './count-reached';
import { keyOf } from './delivery-key';
import { asUnavailable, type LedgerName, type Ledgers, onLedger, presentLedger } from './ledgers';

/**
 * The counts of a delivery over all rounds of its ledger key, and who was reached of the audience as the directory has it
 * now. `pending`: everything whose outcome is still open.
 */
export async function summariseDelivery(
  { ledgers, directory }: { ledgers: Ledgers; directory: DirectoryPort },
  input: OpenDeliveryInput & { ledger: LedgerName },
): Promise<DeliverySummary> {
  const resolved = await directory.resolve(input.audience);
  const name = await presentLedger(ledgers, input.ledger, keyOf(input));
  const counts = await onLedger(ledgers, name, (ledger) => ledger.summary(keyOf(input)));
  const deliveries = await onLedger(ledgers, name, (ledger) => ledger.recipients(keyOf(input)));
  return {
    counted: countReached(input.audience, resolved, deliveries),
    total: counts.total,
    sent: counts.sent,
    failed: counts.failed,
    pending: counts.pending + counts.sending + counts.unknown,
    ...(counts.firstSentAt && { firstSentAt: counts.firstSentAt }),
    ...(counts.lastSentAt && { lastSentAt: counts.lastSentAt }),
  };
}

/** Brings what is spooled into Postgres. Throws LedgerUnavailable, and is retried, until Postgres is back. */
export async function mergeSpool(ledgers: Ledgers): Promise<void> {
  try {
    await ledgers.mergeSpool();
  } catch (error) {
    throw asUnavailable(ledgers, error);
  }
}
