/** Which ledger a step of a delivery works on. Postgres down stops no notice: the spool takes over until it is back. */

import { failure } from '../failures';
import type { SpoolPlace } from '../types';
import type { DeliveryLedger, ObligationKey, SettleResult } from './ledger/ledger';
import type { PostgresLedger } from './ledger/postgres-ledger';

export interface Ledgers {
  postgres: DeliveryLedger & Pick<PostgresLedger, 'settleUndecided' | 'answers' | 'rowsInBatches' | 'setAside'>;
  /** On local disk, for the time Postgres cannot be reached. */
  spool: DeliveryLedger;
  /** Whose disk the spool is on. */
  place?: SpoolPlace;
  /** True for an outage of Postgres, as opposed to a fault in what was asked. */
  isUnavailable(error: unknown): boolean;
  /** Brings all that is spooled into Postgres; idempotent. */
  mergeSpool(): Promise<unknown>;
}
export type LedgerName = 'postgres' | 'spool';

/** Postgres must answer within this, else the spool is opened. */
const PROBE_MS = 3_000;

/** True when Postgres answers in time. A fault that is no outage is thrown. */
export async function postgresAnswers(ledgers: Ledgers): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, PROBE_MS, false);
  });
  const answer = ledgers.postgres.answers().then(
    () => true,
    (error) => {
      if (ledgers.isUnavailable(error)) return false;
      throw error;
    },
  );
  // When the timer wins, a later rejection has nobody to hear it.
  answer.catch(() => {});
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/**
 * The ledger that holds a delivery now: the one it was opened in, or Postgres once the spool has been merged. Both give
 * the same batches the same keys, so a delivery may change over between any two steps.
 */
export async function presentLedger(ledgers: Ledgers, opened: LedgerName, key: ObligationKey): Promise<LedgerName> {
  if (opened === 'postgres') return 'postgres';
  const { total, stopped } = await ledgers.spool.summary(key);
  return total + stopped > 0 ? 'spool' : 'postgres';
}

/** Runs a step on Postgres or the spool; an outage becomes LedgerUnavailable. */
export async function onLedger<T>(
  ledgers: Ledgers,
  name: LedgerName,
  step: (ledger: DeliveryLedger) => Promise<T>,
): Promise<T> {
  return name === 'postgres' ? onPostgres(ledgers, step) : step(ledgers[name]);
}

/** The same on Postgres, with what it alone can do. */
export async function onPostgres<T>(ledgers: Ledgers, step: (ledger: Ledgers['postgres']) => Promise<T>): Promise<T> {
  try {
    return await step(ledgers.postgres);
  } catch (error) {
    throw asUnavailable(ledgers, error);
  }
}

/** An outage of Postgres as a LedgerUnavailable without the driver's words; any other error as it is. */
export function asUnavailable(ledgers: Ledgers, error: unknown): unknown {
  if (!ledgers.isUnavailable(error)) return error;
  return failure(
    'LedgerUnavailable',
    'the delivery ledger in Postgres cannot be reached: it is tried again; opening the delivery again goes on in the spool',
    { details: ledgers.place ? [ledgers.place] : [] },
  );
}

/** The spool of another disk is not this one. @throws SpoolElsewhere */
export function assertSpoolHere({ place }: Ledgers, spool: SpoolPlace | undefined): void {
  if (!spool || !place || spool.id === place.id) return;
  throw failure(
    'SpoolElsewhere',
    `the delivery is in the spool of ${spool.host}, and this is ${place.host}: it goes on there, or when Postgres is back`,
  );
}

/**
 * Records outcomes where the batch is: it may have moved to Postgres while its mails were on their way. Postgres says by its
 * own clock when that was, as a worker's may be wrong; an exercise has a clock of its own, and the spool has no other.
 */
export async function settle(
  ledgers: Ledgers,
  name: LedgerName,
  batchKey: string,
  results: SettleResult[],
  { now, exercise }: { now: Date; exercise: boolean },
): Promise<void> {
  if (results.length === 0) return;
  const at = (where: LedgerName) => (where === 'postgres' && !exercise ? undefined : now);
  const { strangers } = await onLedger(ledgers, name, (ledger) => ledger.settleBatch(batchKey, results, at(name)));
  if (strangers.length === 0 || name === 'postgres') return;
  const moved = new Set(strangers);
  const rest = results.filter(({ ref }) => moved.has(ref));
  await onLedger(ledgers, 'postgres', (ledger) => ledger.settleBatch(batchKey, rest, at('postgres')));
}
