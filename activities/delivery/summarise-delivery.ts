import type { DirectoryPort } from '../directory/directory-port';
import { heartbeating } from '../heartbeating';
import type { DeliverySummary, OpenDeliveryInput, SpoolPlace } from '../types';
import { besideLedger } from './beside-ledger';
import { comparesAddresses, reachOf, toEnter } from './count-reached';
import { keyOf } from './delivery-key';
import { assertNothingLost } from './ledger-lost';
import { assertSpoolHere, asUnavailable, type LedgerName, type Ledgers, onLedger, presentLedger } from './ledgers';

interface Deps {
  ledgers: Ledgers;
  directory: DirectoryPort;
}

type Reached = Pick<DeliverySummary, 'counted' | 'gone'>;

/**
 * The counts of a delivery over all rounds of its ledger key, and who was reached of the audience as the directory has it
 * now. `pending`: everything whose outcome is still open, and whoever must be told and is not in the ledger yet.
 */
export function summariseDelivery(deps: Deps, input: OpenDeliveryInput): Promise<DeliverySummary> {
  return heartbeating(async () => {
    const { ledgers } = deps;
    const name = await presentLedger(ledgers, 'spool', keyOf(input));
    const counts = await onLedger(ledgers, name, (ledger) => ledger.summary(keyOf(input)));
    const { missing, ...reached } = await counting(deps, name, input);
    return {
      ...reached,
      total: counts.total,
      sent: counts.sent,
      failed: counts.failed,
      pending: counts.pending + counts.sending + counts.unknown + missing,
      stopped: counts.stopped,
      ...(counts.firstSentAt && { firstSentAt: counts.firstSentAt }),
      ...(counts.lastSentAt && { lastSentAt: counts.lastSentAt }),
    };
  });
}

/** Who was reached of an audience, with what the provider told since. Throws LedgerUnavailable, and is retried, until Postgres is back. */
export function recountDelivery(deps: Deps, input: OpenDeliveryInput): Promise<Reached> {
  return heartbeating(async () => {
    // A spool knows nothing of what came back: what it holds is counted where that stands.
    await mergeSpool(deps.ledgers);
    await assertNothingLost(deps.ledgers, input);
    const { missing: _, ...reached } = await counting(deps, 'postgres', input);
    return reached;
  });
}

/** `missing`: whoever must be told and is not in the ledger. */
async function counting(
  { ledgers, directory }: Deps,
  name: LedgerName,
  input: OpenDeliveryInput,
): Promise<Reached & { missing: number }> {
  const reach = reachOf(input.audience);
  let missing = 0;
  const audience = directory.read(input.audience);
  await besideLedger(ledgers, name, keyOf(input), audience, comparesAddresses(input), async (some) => {
    for (const one of some) {
      reach.add(one);
      const refs = new Set(one.known.map(({ ref }) => ref));
      missing += toEnter(one).filter(({ ref }) => !refs.has(ref)).length;
    }
  });
  return { counted: reach.counted(), ...(reach.gone && { gone: reach.gone }), missing };
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
