/** What the events of telling change of an obligation: the tally of its audience. */
import type { Instant } from '../kernel/time';
import type { Named } from './counted';
import type { DataOf, EventOf } from './events';
import { withHeld } from './ledger-key';
import { type Obligation, toldWithout } from './state';
import {
  afresh,
  backIn,
  NO_TALLY,
  type Tally,
  toldIn,
  withCameBack,
  withCounted,
  withLeft,
  withOutside,
} from './tally';
import { toldAfter } from './told-facts';

type TellingEvent = EventOf<'delivery-counted' | 'told-outside' | 'left-untold'>;

/** Folds who was told, or is left untold, into the tally of the present round. */
export function foldTelling(o: Obligation, event: TellingEvent): Obligation {
  switch (event.kind) {
    case 'delivery-counted':
      return withDelivery(o, event.data);
    case 'told-outside': {
      const { obligation: _, ...told } = event.data;
      const next = withTally(o, (tally) => withOutside(tally, told, told.inexact ?? told.at));
      return { ...next, outside: [...(o.outside ?? []), { ...told, by: event.by }] };
    }
    case 'left-untold': {
      const { obligation: _, ...left } = event.data;
      const { by, at } = event;
      const next = withLeftUntold(o, left, { by, at, reason: left.reason });
      return { ...next, leftUntold: [...(o.leftUntold ?? []), { ...left, by, at }] };
    }
  }
}

/** After a delivery was counted somebody may be untold: partly told, until the tally covers the audience. */
export function withDelivery(
  o: Obligation,
  { counted, audience, evidence, stopped }: DataOf<'delivery-counted'>,
): Obligation {
  const next = withTally(o, (tally) => withCounted(tally, { counted, audience, ...evidence }));
  // What it went to is in the tally from here on.
  const sent: Obligation = {
    ...{ ...next, status: 'partly-told', delivery: evidence, covers: undefined },
    ...withHeld(o, evidence),
  };
  // The stop came after the last batch.
  if (!stopped) return withoutStop(sent);
  // The rest may be told something else: what these were told is not forgotten over it.
  return isSomebodyTold(sent) ? { ...sent, told: toldAfter(o.told, o.draft?.says, o.purpose) } : sent;
}

/** Nothing is stopped or refused any more. */
export function withoutStop(o: Obligation): Obligation {
  if (o.stopped === undefined && o.refused === undefined) return o;
  const { stopped: _stopped, refused: _refused, ...rest } = o;
  return rest;
}

/** Whether somebody was told in the present round, by mail or otherwise. */
export function isSomebodyTold({ again, tally = NO_TALLY, toldThen = 0 }: Obligation): boolean {
  return again ? toldIn(again) > 0 : toldIn(tally) > toldThen;
}

/**
 * After it was counted again whom mails came back from: what was fulfilled may be owed again, to them. What was heard since asks
 * for another count.
 */
export function withRecount(o: Obligation, data: DataOf<'delivery-recounted'>, at: Instant): Obligation {
  const { recount, ...rest } = withTally(o, (tally) => withCameBack(tally, data));
  const cameBack = Math.max(o.cameBack ?? 0, data.cameBack);
  const counted = { ...rest, ...(cameBack > 0 && { cameBack }) };
  const next = recount === undefined || recount === data.asOf ? counted : { ...counted, recount };
  const { round, clock, dueAt, marginAt } = data;
  if (!clock) return next;
  return {
    ...withoutRound(next),
    ...{ status: 'partly-told', purpose: 'new-recipients', round, clock, dueAt, marginAt, roundStartedAt: at },
    missingThen: next.draft ? toldWithout(next) : next.missingThen,
    toldThen: toldIn(next.tally ?? NO_TALLY),
    changed: undefined,
    decision: undefined,
    proposal: undefined,
  };
}

/** Without what belongs to the round that is over. */
export function withoutRound(o: Obligation): Obligation {
  return {
    ...o,
    draft: undefined,
    edits: undefined,
    approved: false,
    hold: undefined,
    rung: undefined,
    missedDueAt: undefined,
  };
}

/** Somebody is left untold by a person's decision. */
export function withLeftUntold(o: Obligation, named: Named, decision: NonNullable<Tally['decision']>): Obligation {
  return withTally(o, (tally) => withLeft(tally, named, decision));
}

function withTally(o: Obligation, change: (tally: Tally) => Tally): Obligation {
  return o.again ? { ...o, again: change(o.again) } : { ...o, tally: change(o.tally ?? NO_TALLY) };
}

/**
 * A supplement and a follow-up tell everybody once more, from a ledger of their own; every other round goes on with both, as does
 * the rest of one that was stopped.
 */
export function reopenedTally(
  o: Obligation,
  { purpose, round, stopped }: Pick<DataOf<'obligation-reopened'>, 'purpose' | 'round' | 'stopped'>,
): Pick<Obligation, 'again' | 'ledgerRound' | 'delivery' | 'toldThen'> {
  if (!stopped && (purpose === 'supplement' || purpose === 'follow-up'))
    return { again: afresh(o.tally ?? NO_TALLY), ledgerRound: round, delivery: undefined, toldThen: undefined };
  const { ledgerRound, delivery, toldThen } = o;
  if (o.status === 'partly-told') return { again: o.again, ledgerRound, delivery, toldThen };
  const { tally = NO_TALLY } = o;
  // Whose mail of a later round came back was sent that one: who is told of it stands in its ledger.
  const sameLedger = backIn(tally) > 0 ? ledgerRound : undefined;
  return { again: undefined, ledgerRound: sameLedger, delivery, toldThen: toldIn(tally) };
}

/** Once everybody was told once more, that is the tally of the notice. */
export function settledTally({ again, tally }: Obligation): Pick<Obligation, 'again' | 'tally'> {
  return again ? { again: undefined, tally: again } : { tally };
}
