import type { Log } from '../../platform/log';
import type { DirectoryPort } from '../directory/directory-port';
import { heartbeating } from '../heartbeating';
import type { ArtefactStore } from '../storage/artefacts';
import type { OpenDeliveryInput, OpenedDelivery } from '../types';
import { besideLedger } from './beside-ledger';
import { comparesAddresses, toEnter } from './count-reached';
import { claimedList, groupOf, keyOf } from './delivery-key';
import { heldBefore } from './ledger-lost';
import { asUnavailable, type LedgerName, type Ledgers, onLedger, onPostgres, postgresAnswers } from './ledgers';

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
export function openDelivery(deps: OpenDeliveryDeps, input: OpenDeliveryInput): Promise<OpenedDelivery> {
  return heartbeating(() => opened(deps, input));
}

async function opened(deps: OpenDeliveryDeps, input: OpenDeliveryInput): Promise<OpenedDelivery> {
  const { ledgers, log, artefacts } = deps;
  const context = { caseId: input.incidentId, obligation: input.obligation, round: input.round };

  if (await postgresAnswers(ledgers)) {
    try {
      // What was spooled comes first: who was told from there must not be told again from here.
      const merged = await mergedOrLogged(deps, context);
      return { ledger: 'postgres', ...(await entered(deps, input, 'postgres', !merged)) };
    } catch (error) {
      if ((error as { type?: unknown }).type !== 'LedgerUnavailable') throw error;
    }
  }
  await assertTextsHere(artefacts, input);
  const { place } = ledgers;
  log.warn(
    { ...context, ...(place && { host: place.host }) },
    'Postgres cannot be reached: the delivery goes on in the spool on the disk of this host, and is bound to it',
  );
  return { ledger: 'spool', ...(place && { spool: place }), ...(await entered(deps, input, 'spool', true)) };
}

/** Enters whom the round must tell; `withoutClaimed`: but nobody whom a batch of this ledger key has held, in any ledger. */
async function entered(
  { ledgers, directory, artefacts, log }: OpenDeliveryDeps,
  input: OpenDeliveryInput,
  name: LedgerName,
  withoutClaimed: boolean,
): Promise<Pick<OpenedDelivery, 'total' | 'added' | 'left' | 'unknownRefs'>> {
  const audience = directory.read(input.audience);
  // A mail to them may be out.
  const claimed = withoutClaimed ? await artefacts.recall(claimedList(input)) : new Set<string>();
  const lost = name === 'postgres' ? await heldBefore(ledgers, artefacts, input) : undefined;
  let added = 0;
  const compared = name === 'postgres' && comparesAddresses(input);
  await besideLedger(ledgers, name, keyOf(input), audience, compared, async (some, enter) => {
    added += await enter(
      groupOf(input),
      some.flatMap(toEnter).filter(({ ref }) => !claimed.has(ref)),
    );
  });
  // Before anybody claims in this round: whose rows were lost waits for a person who looks at the provider.
  if (lost) {
    const since = new Date(input.held!.since);
    await onPostgres(ledgers, (ledger) => ledger.setAside(groupOf(input), lost, since));
  }
  const unknown = audience.unknown();
  if (unknown.length > 0) {
    log.error(
      { caseId: input.incidentId, obligation: input.obligation, round: input.round, unknown },
      `${unknown.length} workspaces are not in the directory: add them or correct the assessment; the others are told, and the notice stays open`,
    );
  }
  const counts = await onLedger(ledgers, name, (ledger) => ledger.summary(keyOf(input)));
  const left = counts.pending + counts.sending + counts.unknown;
  return { total: counts.total, added, left, unknownRefs: unknown.length };
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
    if (ledgers.isUnavailable(error)) throw asUnavailable(ledgers, error);
    log.error(
      { ...context, error: (error as Error).name },
      'the spool cannot be merged: repair its folder; who was told from it is not told again',
    );
    return false;
  }
}
