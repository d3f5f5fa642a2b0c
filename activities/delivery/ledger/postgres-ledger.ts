import type { Pool } from 'pg';
import { claimBatch } from './claim-batch';
import { countDeliveries } from './count-deliveries';
import type { Delivery, DeliveryGroup, DeliveryLedger, ObligationKey, Recipient, SettleResult } from './ledger';
import { listDeliveries } from './list-deliveries';
import { mergeDeliveries } from './merge-deliveries';
import { openDeliveries } from './open-deliveries';
import { settleBatch } from './settle-batch';
import { type Settlement, settleUndecided } from './settle-undecided';

/** The delivery ledger in Postgres: `tocsin.deliveries`, shared by every worker. Errors are the driver's; see `isUnavailable`. */
export class PostgresLedger implements DeliveryLedger {
  constructor(private readonly pool: Pool) {}

  open(group: DeliveryGroup, recipients: Recipient[]) {
    return openDeliveries(this.pool, group, recipients);
  }

  claimBatch(group: DeliveryGroup, size: number, now: Date) {
    return claimBatch(this.pool, group, size, now);
  }

  settleBatch(batchKey: string, results: SettleResult[], now?: Date) {
    return settleBatch(this.pool, batchKey, results, now);
  }

  /** Settles batches of which only a person could tell what became of them. */
  settleUndecided(key: ObligationKey, settlement: Settlement) {
    return settleUndecided(this.pool, key, settlement);
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
