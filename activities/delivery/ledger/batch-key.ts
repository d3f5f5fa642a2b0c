import { createHash } from 'node:crypto';
import { canonicalText } from '../../../register/canonical';
import { LedgerError } from '../../../register/errors';
import type { DeliveryGroup } from './ledger';

/**
 * The key of a batch: the same recipients of the same obligation over the same channel always have the same key. `former`:
 * keys under which they are known not to have been sent; the provider may know those with another content.
 */
export function batchKeyOf(
  { incidentId, obligationId, channel }: Omit<DeliveryGroup, 'round'>,
  refs: string[],
  former: readonly string[] = [],
): string {
  const members = [...refs].sort(byCodeUnit);
  const whole = [incidentId, obligationId, channel, ...members];
  const keys = [...new Set(former)].sort(byCodeUnit);
  return createHash('sha256')
    .update(canonicalText(keys.length > 0 ? [whole, keys] : whole))
    .digest('hex');
}

/** Order of refs, the same on every machine and in every locale. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** @throws LedgerError when a batch size is not a positive integer. */
export function assertBatchSize(size: number): void {
  if (!Number.isInteger(size) || size < 1) {
    throw new LedgerError(`a batch of ${size} recipients cannot be claimed: give a positive integer`);
  }
}

/** @throws LedgerError when one recipient has two outcomes. */
export function assertDistinct(results: { ref: string }[]): void {
  const seen = new Set<string>();
  for (const { ref } of results) {
    if (seen.has(ref)) throw new LedgerError(`recipient ${ref} is settled twice in one call: give one outcome each`);
    seen.add(ref);
  }
}
