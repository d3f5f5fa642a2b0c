/**
 * On what a notice may wait, and until when. Where the law knows a ground a hold may rest on it without an end. Without one a
 * duty of law waits only for a person who looks at the notice: not past its deadline, and then silence goes on. An own promise
 * waits for any reason.
 */

import { pastProblem } from '../kernel/ahead';
import { ask, tocsin } from '../kernel/command-lines';
import { earliest, exactMs, human, type Instant, toInstant, toMs } from '../kernel/time';
import { type Policy, ruleOf } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import { asksTwoFor } from '../policy/two-persons';
import { stateWords } from './board-words';
import { isSecondPerson } from './second-person';
import { type IncidentState, isSettled, type Obligation } from './state';
import { tellerOf, toldWith } from './telling';

/** How long before a deadline of law a hold ends where the pack says nothing: time to send. */
const HOLD_ENDS_BEFORE = 'PT1H';

/** How an obligation may be held: on which ground, or until when at the latest. */
export interface MayHold {
  ground?: string;
  until?: Instant;
}

/** Everybody who holds a notice back. */
export function holdersOf({ by, beside = [] }: NonNullable<Obligation['hold']>): string[] {
  return [...beside, by];
}

/** Who holds a notice back, on what and until when. The reason is that of whoever held it last. */
export function heldText({ by, beside, reason, ground, until }: NonNullable<Obligation['hold']>): string {
  return `held by ${by}${ground ? ` on the ground ${ground}` : ''}${until ? ` until ${human(until)}` : ''}: ${reason}${alsoBy(beside)}`;
}

/** `; also by counsel@example.com`, of others who hold it for reasons of their own; else nothing. */
export function alsoBy(beside: readonly string[] = []): string {
  // In a copy for other readers one text may stand in for the list.
  const others = [beside].flat();
  return others.length > 0 ? `; also by ${others.join(' and ')}` : '';
}

interface About {
  o: Obligation;
  rule: ObligationRule;
  state: IncidentState;
  pack: Policy;
}

/** Why an obligation cannot be held so; undefined when it can. */
export function holdProblem(
  about: About,
  { ground, until }: { ground?: string | undefined; until?: Instant | undefined },
  now: Instant,
): string | undefined {
  const { o, rule, state, pack } = about;
  if (until && toMs(until) <= toMs(now)) return `until: ${pastProblem(until, now)}`;
  if (o.status === 'dispatching' && rule.channel === 'email')
    return `obligation: ${o.id} is already ${stateWords(o.status)}: too late to hold. Stop it: \`${tocsin('notice stop', { id: state.caseId, obligation: o.id, reason: ask('reason') })}\``;
  if (o.status === 'dispatching' || isSettled(o))
    return `obligation: ${o.id} is already ${stateWords(o.status)}: too late to hold, and nothing was held back. Correct with assess what was wrong in it: that opens a supplement`;
  if (!['email', 'status-page', 'filing'].includes(rule.channel))
    return `obligation: ${o.id} sends nothing that could be held; waive it with a reason if it does not apply`;
  const teller = tellerOf(o, rule, state, pack);
  if (teller)
    return `obligation: ${o.id} is told with ${teller.id}: hold that one, see \`${tocsin('explain', { id: state.caseId, obligation: teller.id })}\``;
  const without = [rule, ...dutiesHeld(about).map((each) => each.rule)].find((each) => each.holdGrounds?.length === 0);
  if (without)
    return (
      `obligation: ${o.id} cannot be held: ${without.citation} provides no ground for delay. Send what is known now, ` +
      'and the rest as a supplement; give the reasons for a delay with `--delay-reasons`'
    );
  if (!rule.holdGrounds) {
    if (ground) return `ground: ${o.id} takes no ground, only your reason: leave it out`;
    return untilProblem(about, until, now);
  }
  if (rule.holdGrounds.some((each) => each.id === ground)) return undefined;
  const choices = rule.holdGrounds.map((each) => `${each.id} (${each.title}; ${each.citation})`).join(', ');
  return `ground: ${o.id} (${rule.citation}) may be held only on a legal ground; give one of: ${choices}`;
}

/**
 * What somebody else's hold means for one more where it takes two persons to release it: the new one may not end earlier, and
 * whoever held it before holds it still. Both in `beside`.
 */
export function heldBeside(
  { hold }: Obligation,
  { by, until }: { by: string; until?: Instant | undefined },
): { problem: string } | { beside?: string[] } {
  if (!hold) return {};
  const others = holdersOf(hold).filter((holder) => isSecondPerson(by, holder));
  if (others.length === 0) return {};
  if (until !== undefined && (hold.until === undefined || toMs(until) < toMs(hold.until)))
    return {
      problem: `until: it is held by ${others.join(' and ')} ${hold.until ? `until ${human(hold.until)}` : 'without an end'}, which one person cannot shorten: give a later end, or release it with a second person`,
    };
  return { beside: others };
}

function untilProblem(about: About, until: Instant | undefined, now: Instant): string | undefined {
  const latest = latestEnd(about);
  if (latest === undefined) return undefined;
  const { o, state } = about;
  const law = dutiesHeld(about)[0]!.rule.citation;
  if (toMs(latest) <= toMs(now))
    return `obligation: ${o.id} cannot be held any more: it is due under ${law} by ${human(o.dueAt ?? latest)}. Approve it, and send what is still missing as a supplement`;
  if (until !== undefined && toMs(until) <= toMs(latest)) return undefined;
  const given = { id: state.caseId, obligation: o.id, reason: { ask: 'reason' }, until: wholeSecond(latest) } as const;
  const line = tocsin('hold', given);
  return `until: ${o.id} is owed under ${law}, which provides no ground for delay: a hold needs an end, at the latest ${human(latest)}: \`${line}\``;
}

/** The duties of law that a hold would keep back: the obligation's own, and those told with it. */
function dutiesHeld({ o, rule, state, pack }: About): Array<{ o: Obligation; rule: ObligationRule }> {
  const served = toldWith(o, state, pack)
    .filter((other) => !isSettled(other) && other.status !== 'proposed-not-owed')
    .map((other) => ({ o: other, rule: ruleOf(pack, other.rule)! }));
  return [{ o, rule }, ...served].filter((each) => each.rule.waivable === 'grounds');
}

/** The latest end of a hold that rests on no ground of law; `undefined` where no duty of law is held back. */
function latestEnd(about: About): Instant | undefined {
  const ends = dutiesHeld(about).flatMap(({ o, rule }) =>
    o.dueAt ? [toInstant(toMs(o.dueAt) - exactMs(rule.holdEndsBefore ?? HOLD_ENDS_BEFORE))] : [],
  );
  return earliest(ends);
}

/**
 * When the hold of an obligation ends: as whoever held it said, and at the latest when the duty of law that it keeps back needs
 * it, on the deadlines as they are now. `undefined` where it has no end, or nothing is held.
 */
export function holdEnd(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy): Instant | undefined {
  if (!o.hold) return undefined;
  const latest = o.hold.ground === undefined ? latestEnd({ o, rule, state, pack }) : undefined;
  return earliest([o.hold.until, latest].filter((each) => each !== undefined));
}

/**
 * The hold of a duty that is told with this one since it was held: where it takes two persons to release what somebody else holds,
 * it holds the notice that tells both, as long as the other duties of that notice allow. On a ground only where that counts for them.
 */
export function holdOfTold({ o, rule, state, pack }: About, now: Instant): Obligation['hold'] {
  const waits = !o.hold && !o.approved && ['pending', 'drafted'].includes(o.status);
  if (!waits || !asksTwoFor('releases', pack.organisation) || tellerOf(o, rule, state, pack)) return undefined;
  return toldWith(o, state, pack)
    .flatMap(({ hold }) => {
      if (!hold) return [];
      const { ground, ...plain } = hold;
      return rule.waivable !== 'grounds' || rule.holdGrounds?.some(({ id }) => id === ground) ? [hold] : [plain];
    })
    .find((hold) => {
      const end = holdEnd({ ...o, hold }, rule, state, pack);
      return end === undefined || toMs(end) > toMs(now);
    });
}

/** How an obligation may be held now; `undefined` where it may not. */
export function mayHold(about: About, now: Instant): MayHold | undefined {
  const ground = about.rule.holdGrounds?.[0]?.id;
  const until = ground === undefined ? latestEnd(about) : undefined;
  if (holdProblem(about, { ground, until }, now)) return undefined;
  return { ...(ground && { ground }), ...(until && { until: wholeSecond(until) }) };
}

/** The last whole second that is not after an instant: what is typed has no fraction of one. */
function wholeSecond(at: Instant): Instant {
  return `${at.slice(0, 19)}.000Z`;
}
