import type { Pool } from 'pg';
import { atMost } from '../../../platform/at-most';
import type { AudienceRows } from '../../directory/directory-port';
import { besideInPostgres } from './beside-in-postgres';
import { claimBatches } from './claim-batches';
import { countDeliveries } from './count-deliveries';
import type {
  Beside,
  ClaimOptions,
  Delivery,
  DeliveryGroup,
  DeliveryLedger,
  Enter,
  ObligationKey,
  Recipient,
  SettleResult,
} from './ledger';
import { listDeliveries } from './list-deliveries';
import { rowsInBatches, setAside } from './lost-rows';
import { mergeDeliveries } from './merge-deliveries';
import { openDeliveries } from './open-deliveries';
import { settleBatch } from './settle-batch';
import { type Settlement, settleUndecided } from './settle-undecided';
import { stopRound } from './stop-round';
import { waitingBatches } from './waiting-batches';

/** Each holds a connection of the pool for as long as the directory is read; the rest of it is for the register and the mails. */
const AUDIENCES_AT_ONCE = 2;

/** The delivery ledger in Postgres: `tocsin.deliveries`, shared by every worker. Errors are the driver's; see `isUnavailable`. */
export class PostgresLedger implements DeliveryLedger {
  private readonly audience = atMost(AUDIENCES_AT_ONCE);

  constructor(private readonly pool: Pool) {}

  /** Resolves once it answers, however much is in it. */
  async answers(): Promise<void> {
    await this.pool.query('SELECT FROM tocsin.deliveries LIMIT 1');
  }

  open(group: DeliveryGroup, recipients: Recipient[]) {
    return openDeliveries(this.pool, group, recipients);
  }

  beside(
    key: ObligationKey,
    audience: AudienceRows,
    withAddresses: boolean,
    each: (some: Beside[], enter: Enter) => Promise<void>,
  ) {
    return this.audience(() => besideInPostgres(this.pool, key, audience, withAddresses, each));
  }

  claimBatches(group: DeliveryGroup, size: number, now: Date, options?: ClaimOptions) {
    return claimBatches(this.pool, group, size, now, options);
  }

  stop(group: DeliveryGroup) {
    return stopRound(this.pool, group);
  }

  waiting(group: DeliveryGroup, most: number) {
    return waitingBatches(this.pool, group, most);
  }

  settleBatch(batchKey: string, results: SettleResult[], now?: Date) {
    return settleBatch(this.pool, batchKey, results, now);
  }

  /** Settles batches of which only a person could tell what became of them. */
  settleUndecided(key: ObligationKey, settlement: Settlement) {
    return settleUndecided(this.pool, key, settlement);
  }

  /** @see rowsInBatches */
  rowsInBatches(key: ObligationKey) {
    return rowsInBatches(this.pool, key);
  }

  /** @see setAside */
  setAside(group: DeliveryGroup, refs: Iterable<string>, since: Date) {
    return setAside(this.pool, group, refs, since);
  }

  summary(key: ObligationKey) {
    return countDeliveries(this.pool, key);
  }

  recipients(key: ObligationKey) {
    return listDeliveries(this.pool, key);
  }

  /** Takes in what a spool recorded while Postgres could not be reached; see `mergeSpool`. */
  merge(key: ObligationKey, deliveries: Delivery[]) {
    return mergeDeliveries(this.pool, key, deliveries);
  }
}
