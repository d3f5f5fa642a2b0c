import type { SettleBatchInput } from '../types';
import { keyOf } from './delivery-key';
import { asUnavailable, type Ledgers } from './ledgers';

/**
 * Settles batches as a person read at the provider. What is spooled comes into Postgres first, as only there a batch can be
 * settled; throws LedgerUnavailable, and is retried, until Postgres is back.
 */
export async function settleByPerson(
  ledgers: Ledgers,
  { batch, acceptedAt, ...delivery }: SettleBatchInput,
): Promise<{ recipients: number }> {
  try {
    await ledgers.mergeSpool();
    const recipients = await ledgers.postgres.settleUndecided(keyOf(delivery), {
      ...(batch !== undefined && { batch }),
      ...(acceptedAt !== undefined && { acceptedAt: new Date(acceptedAt) }),
    });
    return { recipients };
  } catch (error) {
    throw asUnavailable(ledgers, error);
  }
}
