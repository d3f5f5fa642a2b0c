/** What opens a round after the first: newly found recipients, facts that were missing or have changed, a status. Pure. */

import { deadline, type Instant } from '../kernel/time';
import type { ObligationRule } from '../policy/rule';
import { applies } from './applies';
import { dueFor } from './clocks';
import { missingFields } from './contents';
import { DATA_QUESTION, isAskedAgain } from './data-question';
import type { NewEvent } from './events';
import { undelivered } from './filings';
import { isPublicInstead } from './grounds';
import { noticeNow } from './notice-now';
import type { RoundPurpose } from './round';
import { type Obligation, toldWithout } from './state';
import type { Step } from './step';
import { isSomebodyUntried, neverTold, tellerOf } from './telling';
import { factsToTell } from './told';
import { changedSince } from './told-facts';
import { isBackOnly, untoldText } from './untold';

const NOTICE_CHANNELS = ['email', 'status-page', 'filing'];

/** The event that opens the next round of an obligation. */
export function reopen(
  o: Obligation,
  purpose: RoundPurpose,
  reason: string,
  clock: Obligation['clock'] & object,
  due: { dueAt: Instant; marginAt: Instant },
  changed?: string[],
): NewEvent {
  return {
    kind: 'obligation-reopened',
    data: { obligation: o.id, round: o.round + 1, purpose, reason, clock, ...due, changed },
  };
}

/** The product's own target for "without further delay" (GDPR Art. 33(4)): a third of the time for the report itself. */
const CHANGED_WITHIN = 'PT24H';

/** After the first notice: newly found recipients, facts that were missing then, and a changed status open a new round. */
export const reopened: Step = (o, rule, state, pack, now) => {
  // It was stopped, and then was not owed: whoever was mailed was told what is not so.
  const toldOnly = o.status === 'not-required' && o.told !== undefined && o.fulfilledAt === undefined;
  if (toldOnly && applies(rule, state).value === false) return corrects(o, rule, state, pack, now);
  if (o.status !== 'fulfilled' || !NOTICE_CHANNELS.includes(rule.channel)) return [];
  // What was told and does not hold any more is told as such, or decided on: the duty does not fall silent.
  if (applies(rule, state).value === false) return corrects(o, rule, state, pack, now);
  const within = rule.clocks[0]!.within;
  const due = dueFor(rule, deadline(now, within, pack.calendars, rule.clocks[0]!.timeZone));
  const clock = { from: 'reopened' as const, anchorAt: now };
  const untold = rule.recipient.to === 'status-subscribers' ? [] : neverTold(o, rule, state, pack);
  const instead = isPublicInstead(o, rule) && isBackOnly(untold);
  if (untold.length > 0 && !instead) {
    const why = isBackOnly(untold) ? 'told by mail, and the mail came back' : 'found to be affected, and not told';
    return [reopen(o, 'new-recipients', `${why}: ${untoldText(untold)}`, clock, due)];
  }
  if (tellerOf(o, rule, state, pack)) return [];
  const missingSoFar = rule.channel === 'filing' ? undelivered(o) : toldWithout(o);
  if (rule.channel !== 'status-page' && rule.recipient.to !== 'status-subscribers' && missingSoFar.length > 0) {
    const missing = missingFields(noticeNow(o, rule, state, pack).contents);
    const known = missingSoFar.filter((field) => !missing.includes(field));
    if (known.length > 0) return [reopen(o, 'supplement', `now established: ${known.join(', ')}`, clock, due)];
  }
  const changed = corrects(o, rule, state, pack, now);
  if (changed.length > 0) return changed;
  const follows = (rule.followUpOnStatus as string[]).includes(state.status) && o.statusAtDispatch !== state.status;
  return follows ? [reopen(o, 'follow-up', `the status is now ${state.status}`, clock, due)] : [];
};

/** What was told has changed: a round in which a person sends it, or decides that it is not material. */
const corrects: Step = (o, rule, state, pack, now) => {
  if (!o.told || tellerOf(o, rule, state, pack)) return [];
  const changed = changedSince(o.told, factsToTell(rule, state, pack), rule);
  if (changed.length === 0) return [];
  const owed = dueFor(rule, deadline(now, CHANGED_WITHIN));
  const clock = { from: 'reopened' as const, anchorAt: now };
  return [reopen(o, 'supplement', `changed since it was told: ${changed.join(', ')}`, clock, owed, changed)];
};

/** An answer that was taken back is owed once more. */
export const askedAgain: Step = (o, rule, state, pack, now) => {
  if (!isAskedAgain(o, rule, state)) return [];
  const [{ within, timeZone }] = rule.clocks as [ObligationRule['clocks'][number]];
  const due = dueFor(rule, deadline(now, within, pack.calendars, timeZone));
  return [reopen(o, 'follow-up', `it is open again: ${DATA_QUESTION}`, { from: 'reopened', anchorAt: now }, due)];
};

/** Partly told, and now the facts name somebody whom nobody has tried to reach: the round goes on with them. */
export const sendsOn: Step = (o, rule, state, pack) => {
  if (o.status !== 'partly-told' || !isSomebodyUntried(o, rule, state, pack)) return [];
  return [goesOn(o, 'the facts name more who must be told')];
};

/** Opens the next round for those whom the last one did not reach. What is owed to them stays due as it was. */
export function goesOn(o: Obligation, reason: string): NewEvent {
  return reopen(o, 'new-recipients', reason, o.clock!, { dueAt: o.dueAt!, marginAt: o.marginAt! });
}
