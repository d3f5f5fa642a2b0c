import type { DirectoryPort } from '../directory/directory-port';
import type { DeliverySummary, OpenDeliveryInput, SpoolPlace } from '../types';
import { countReached, toEnter } from './count-reached';
import { keyOf } from './delivery-key';
import { assertSpoolHere, asUnavailable, type Ledgers, onLedger, presentLedger } from './ledgers';

/**
 * The counts of a delivery over all rounds of its ledger key, and who was reached of the audience as the directory has it
 * now. `pending`: everything whose outcome is still open, and whoever must be told and is not in the ledger yet.
 */
export async function summariseDelivery(
  { ledgers, directory }: { ledgers: Ledgers; directory: DirectoryPort },
  input: OpenDeliveryInput,
): Promise<DeliverySummary> {
  const resolved = await directory.resolve(input.audience);
  const name = await presentLedger(ledgers, 'spool', keyOf(input));
  const counts = await onLedger(ledgers, name, (ledger) => ledger.summary(keyOf(input)));
  const deliveries = await onLedger(ledgers, name, (ledger) => ledger.recipients(keyOf(input)));
  const entered = new Set(deliveries.map(({ ref }) => ref));
  const missing = toEnter(input, resolved.recipients, deliveries).filter(({ ref }) => !entered.has(ref));
  return {
    counted: countReached(input.audience, resolved, deliveries),
    total: counts.total,
    sent: counts.sent,
    failed: counts.failed,
    pending: counts.pending + counts.sending + counts.unknown + missing.length,
    ...(counts.firstSentAt && { firstSentAt: counts.firstSentAt }),
    ...(counts.lastSentAt && { lastSentAt: counts.lastSentAt }),
  };
}

/** Who was reached of an audience, with what the provider told since. Throws LedgerUnavailable, and is retried, until Postgres is back. */
export async function recountDelivery(
  { ledgers, directory }: { ledgers: Ledgers; directory: DirectoryPort },
  input: OpenDeliveryInput,
): Promise<Pick<DeliverySummary, 'counted'>> {
  const resolved = await directory.resolve(input.audience);
  try {
    // A spool knows nothing of what came back: what it holds is counted where that stands.
    await ledgers.mergeSpool();
    return { counted: countReached(input.audience, resolved, await ledgers.postgres.recipients(keyOf(input))) };
  } catch (error) {
    throw asUnavailable(ledgers, error);
  }
}

/** Brings what is spooled here into Postgres. Throws LedgerUnavailable, and is retried, until Postgres is back. */
export async function mergeSpool(ledgers: Ledgers, spool?: SpoolPlace): Promise<void> {
  assertSpoolHere(ledgers, spool);
  try {
    await ledgers.mergeSpool();
  } catch (error) {
    throw asUnavailable(ledgers, error);
  }
}
