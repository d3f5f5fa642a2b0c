import type { AudienceRows } from '../directory/directory-port';
import type { Beside, Enter, ObligationKey } from './ledger/ledger';
import { asUnavailable, type LedgerName, type Ledgers } from './ledgers';

/**
 * An audience beside the rows of a ledger. An outage of Postgres becomes LedgerUnavailable; what the directory fails with stays
 * what it is, as it may be in another Postgres.
 */
export async function besideLedger(
  ledgers: Ledgers,
  name: LedgerName,
  key: ObligationKey,
  audience: AudienceRows,
  withAddresses: boolean,
  each: (some: Beside[], enter: Enter) => Promise<void>,
): Promise<void> {
  const failed: { byDirectory?: unknown } = {};
  async function* pages() {
    try {
      yield* audience.pages;
    } catch (error) {
      failed.byDirectory = error;
      throw error;
    }
  }
  try {
    await ledgers[name].beside(key, { ...audience, pages: pages() }, withAddresses, each);
  } catch (error) {
    if (name === 'spool' || ('byDirectory' in failed && failed.byDirectory === error)) throw error;
    throw asUnavailable(ledgers, error);
  }
}
