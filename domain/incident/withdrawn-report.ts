/**
 * A report that was filed with an authority and whose facts do not hold any more: the authority is told so and asked to treat it
 * as withdrawn, and the register keeps it as that, never as one that was not required (EDPB Guidelines 9/2022, para. 57 to 61).
 * That nothing more is told is the decision of a named person. Pure.
 */
import { isSettled, type Obligation } from './state';
import { INCIDENT, OWED, OWED_WORDS } from './told-facts';

/** `owed`: the authority is to be told yet · `told`: it was asked to treat the report as withdrawn. */
export type Withdrawal = 'owed' | 'told';

/** How far the withdrawal of a report is; nothing for one that stands, and for what is no report. */
export function withdrawalOf(o: Obligation): Withdrawal | undefined {
  if (o.fulfilledAt === undefined || o.evidence?.channel !== 'filing') return undefined;
  const isTold = `${INCIDENT} ${OWED}` in (o.told ?? {});
  // One that was withdrawn, and is owed after all, is reported again.
  if (!isSettled(o)) return o.changed?.includes(OWED_WORDS) && !isTold ? 'owed' : undefined;
  return isTold && o.supplements.length > 0 && o.decision?.ground !== 'not-material' ? 'told' : undefined;
}

/** For people: on the board, in the register and in `explain`. */
export const WITHDRAWAL_WORDS: Record<Withdrawal, string> = {
  owed: 'withdrawn: to be filed, to be treated as withdrawn',
  told: 'withdrawn: to be treated as withdrawn',
};
