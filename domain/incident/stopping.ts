/**
 * A notice whose sending a person stopped, as the letter is wrong or goes to the wrong people. Who was mailed stays told. The
 * rest waits in a round of its own, under the deadline that it had: nothing of it goes out, not on silence either, until a
 * person approves or releases it. Pure.
 */
import { grouped } from '../kernel/grouped';
import { minuteText } from '../kernel/time';
import type { Policy } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import type { NewEvent } from './events';
import { isSomebodyTold } from './evolve-telling';
import { noticeNow } from './notice-now';
import { shareText, standingOf } from './standing';
import { type IncidentState, type Obligation, putObligation } from './state';
import type { Step } from './step';
import { NO_TALLY, toldIn } from './tally';
import { audienceFor } from './told-wrongly';

/** Once it is counted whom the stopped round told, a round for the rest is opened; what is owed to them stays due as it was. */
export const stoppedGoesOn: Step = (o, rule, state, pack) => {
  if (o.status !== 'partly-told' || !o.stopped) return [];
  const { by, reason } = o.stopped;
  const round = o.round + 1;
  // Where nobody was told, it is to all of them what it was before.
  const purpose = isSomebodyTold(o) ? 'new-recipients' : o.purpose;
  const next: Obligation = { ...o, status: 'pending', round, purpose };
  const editsStandOn = noticeNow(o, rule, state, pack).edits.length > 0 && factsOf(next, rule, state, pack);
  const { clock, dueAt, marginAt, changed } = o;
  const data = {
    ...{ obligation: o.id, round, purpose, clock: clock!, dueAt: dueAt!, marginAt: marginAt! },
    reason: `${by} stopped the sending: ${reason}`,
    ...(changed && { changed }),
    stopped: true as const,
    ...(editsStandOn && { editsStandOn }),
  };
  return [{ kind: 'obligation-reopened', data } satisfies NewEvent];
};

/** The fingerprint of what its notice says by itself. */
function factsOf(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy): string {
  return noticeNow(o, rule, putObligation(state, o), pack).facts;
}

/** Whether batches of a stopped notice are still on their way. */
export function isBeingStopped({ status, stopped }: Obligation): boolean {
  return status === 'dispatching' && stopped !== undefined;
}

/** Why nothing can be decided of it meanwhile. */
export function beingStoppedProblem({ id }: Obligation): string {
  return `obligation: ${id} is being stopped: batches on their way still end; try again when that is done`;
}

/** `stopped by lead@example.com`, while its rest waits; `being stopped by …` while batches are on their way. */
export function stoppedWords({ status, stopped }: Obligation): string | undefined {
  if (!stopped) return undefined;
  return status === 'dispatching' ? `being stopped by ${stopped.by}` : `stopped by ${stopped.by}`;
}

/** The same with how many of how many were told. */
export function stoppedShare(
  o: Obligation,
  rule: ObligationRule,
  state: IncidentState,
  pack: Policy,
): string | undefined {
  const words = stoppedWords(o);
  if (!words || o.status === 'dispatching') return words;
  const audience = audienceFor(o, rule, state, pack);
  if (!audience) return words;
  const stands = standingOf(audience, o.again ?? o.tally);
  // Where nobody knows how many there are, nobody knows of how many.
  return stands.of > 0
    ? `${words}: ${shareText(stands)} told`
    : `${words}: ${grouped(toldIn(o.again ?? o.tally ?? NO_TALLY))} told`;
}

/** The whole of it: who, when and why, and how many were told. */
export function stoppedText(
  o: Obligation,
  rule: ObligationRule,
  state: IncidentState,
  pack: Policy,
): string | undefined {
  if (!o.stopped) return undefined;
  return `${stoppedShare(o, rule, state, pack)} (${minuteText(o.stopped.at)} UTC: ${o.stopped.reason})`;
}
