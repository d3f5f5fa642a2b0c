import type { Log } from '../../platform/log';
import type { DirectoryPort } from '../directory/directory-port';
import type { ArtefactStore } from '../storage/artefacts';
import type { OpenDeliveryInput, OpenedDelivery } from '../types';
import { notYetTold, toEnter } from './count-reached';
import { claimedList, groupOf, keyOf } from './delivery-key';
import type { Recipient } from './ledger/ledger';
import { type Ledgers, onLedger, postgresAnswers } from './ledgers';

/** What opening a delivery needs. */
export interface OpenDeliveryDeps {
  ledgers: Ledgers;
  directory: DirectoryPort;
  artefacts: ArtefactStore;
  log: Log;
}

/**
 * Resolves the audience and enters it in the ledger, each recipient once for the ledger key, whatever is repeated.
 * Postgres first; when it does not answer, the spool, without those who may have been told already.
 */
export async function openDelivery(deps: OpenDeliveryDeps, input: OpenDeliveryInput): Promise<OpenedDelivery> {
  const { ledgers, log, artefacts } = deps;
  const context = { incidentId: input.incidentId, obligation: input.obligation, round: input.round };
  const { recipients, unknown } = await deps.directory.resolve(input.audience);
  if (unknown.length > 0) {
    log.error(
      { ...context, unknown },
      `${unknown.length} workspaces are not in the directory: add them or correct the assessment; the others are told, and the notice stays open`,
    );
  }
  const group = groupOf(input);

  if (await postgresAnswers(ledgers, keyOf(input))) {
    try {
      // What was spooled comes first: who was told from there must not be told again from here.
      const merged = await mergedOrLogged(deps, context);
      const present = await onLedger(ledgers, 'postgres', (ledger) => ledger.recipients(keyOf(input)));
      const open = toEnter(input, recipients, present);
      const fresh = merged ? open : await withoutClaimed(artefacts, input, open);
      const { added, total } = await onLedger(ledgers, 'postgres', (ledger) => ledger.open(group, fresh));
      return { ledger: 'postgres', total, added, unknownRefs: unknown.length };
    } catch (error) {
      if (!ledgers.isUnavailable(error) && (error as { type?: unknown }).type !== 'LedgerUnavailable') throw error;
    }
  }
  await assertTextsHere(artefacts, input);
  const { place } = ledgers;
  log.warn(
    { ...context, ...(place && { host: place.host }) },
    'Postgres cannot be reached: the delivery goes on in the spool on the disk of this host, and is bound to it',
  );
  const spooled = notYetTold(recipients, await ledgers.spool.recipients(keyOf(input)));
  const { added, total } = await ledgers.spool.open(group, await withoutClaimed(artefacts, input, spooled));
  return { ledger: 'spool', ...(place && { spool: place }), total, added, unknownRefs: unknown.length };
}

/** A spool is bound to this disk: it is not begun where the texts are not. @throws ArtefactsAway; another worker may have them. */
async function assertTextsHere(artefacts: ArtefactStore, { renderings }: OpenDeliveryInput): Promise<void> {
  try {
    for (const { sha256, own } of renderings) {
      await artefacts.get(sha256);
      if (own) await artefacts.get(own.sha256);
    }
  } catch (error) {
    // One that is nowhere is told by the sending.
    if ((error as { type?: unknown }).type === 'ArtefactsAway') throw error;
  }
}

/** False when the spool could not be merged for another reason than an outage: that stops no notice either. */
async function mergedOrLogged({ ledgers, log }: OpenDeliveryDeps, context: object): Promise<boolean> {
  try {
    await ledgers.mergeSpool();
    return true;
  } catch (error) {
    if (ledgers.isUnavailable(error)) throw error;
    log.error(
      { ...context, error: (error as Error).name },
      'the spool cannot be merged: repair its folder; who was told from it is not told again',
    );
    return false;
  }
}

/** Without those whom a batch of this ledger key has held, in any ledger: a mail to them may be out. */
async function withoutClaimed(
  artefacts: ArtefactStore,
  input: OpenDeliveryInput,
  recipients: Recipient[],
): Promise<Recipient[]> {
  const claimed = await artefacts.recall(claimedList(input));
  return recipients.filter(({ ref }) => !claimed.has(ref));
}
