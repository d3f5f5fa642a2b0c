/**
 * A ledger that has fewer mails than it was counted to hold, as Postgres was restored from an older backup. Who was mailed is
 * then known from the lists on the disks of the workers, if at all; until it is, nobody is mailed under that ledger.
 */
import { settledIn } from '../../domain/incident/ledger-key';
import { failure } from '../failures';
import type { ArtefactStore } from '../storage/artefacts';
import type { OpenDeliveryInput } from '../types';
import { claimedList, keyOf } from './delivery-key';
import { type Ledgers, onPostgres } from './ledgers';

type Round = Pick<OpenDeliveryInput, 'incidentId' | 'ledgerKey' | 'held'>;

/** How many of its mails the ledger has, where it has lost some. */
async function fewer(ledgers: Ledgers, input: Round): Promise<number | undefined> {
  if (!input.held) return undefined;
  const here = await onPostgres(ledgers, (ledger) => ledger.rowsInBatches(keyOf(input)));
  // Those that failed were in a batch as well: they make up for nobody who was mailed.
  return here < settledIn(input.held) ? here : undefined;
}

/**
 * Whom a batch of a ledger with lost rows has held; `undefined` where it has lost none.
 * @throws LedgerLost when the lists known here do not name them all: another worker may have one that does.
 */
export async function heldBefore(
  ledgers: Ledgers,
  artefacts: ArtefactStore,
  input: Round,
): Promise<Set<string> | undefined> {
  const here = await fewer(ledgers, input);
  if (here === undefined) return undefined;
  const claimed = await artefacts.recall(claimedList(input));
  if (claimed.size >= settledIn(input.held!)) return claimed;
  throw failure(
    'LedgerLost',
    `${lostText(here, input)}, and who they went to is not known here. Nobody is mailed, as it might be for the second time. ` +
      'Start the worker with the data folder that the notice was sent from, or restore a newer backup; or stop this round and tell those who are new otherwise',
  );
}

/** @throws LedgerLost: a count of it would call people untold who were told. */
export async function assertNothingLost(ledgers: Ledgers, input: Round): Promise<void> {
  const here = await fewer(ledgers, input);
  if (here === undefined) return;
  throw failure(
    'LedgerLost',
    `${lostText(here, input)}. Whose mails came back is not counted from it: look in the provider's log, or restore a newer backup`,
  );
}

function lostText(here: number, { held }: Round): string {
  return `The delivery ledger has ${here} of the ${settledIn(held!)} mails that it was counted to hold, as after Postgres was restored from an older backup`;
}
