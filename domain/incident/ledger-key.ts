/** The ledgers of a notice: who was mailed stands in one for the notice and in another for each round that tells everybody again. */
import type { Instant } from '../kernel/time';
import type { Evidence } from './evidence';

/**
 * The mails that a ledger was counted to hold: one that holds fewer has lost rows. `settled`: with those that failed, where there
 * were any. `since`: before that instant none was sent.
 */
export interface LedgerHeld {
  sent: number;
  settled?: number;
  since: Instant;
}

/** How many of its rows were in a batch at least. */
export function settledIn({ sent, settled = sent }: LedgerHeld): number {
  return settled;
}

/** Of an obligation. */
interface WithLedgers {
  id: string;
  ledgerRound?: number;
  ledgers?: Record<string, LedgerHeld>;
}

/** Rounds for those who were not told yet share the ledger of the notice, so nobody is told twice; others tell everyone again. */
export function ledgerKey({ id, ledgerRound }: WithLedgers): string {
  return ledgerRound === undefined ? id : `${id}#${ledgerRound}`;
}

/** What its ledgers hold, after a delivery was counted. */
export function withHeld(
  o: WithLedgers,
  { sent = 0, failed = 0, firstSentAt }: Evidence,
): Pick<WithLedgers, 'ledgers'> {
  if (sent === 0 || !firstSentAt) return {};
  const key = ledgerKey(o);
  const before = o.ledgers?.[key];
  const most = Math.max(sent, before?.sent ?? 0);
  const settled = Math.max(sent + failed, before ? settledIn(before) : 0);
  const held = { sent: most, ...(settled > most && { settled }), since: before?.since ?? firstSentAt };
  return { ledgers: { ...o.ledgers, [key]: held } };
}
