/**
 * How an obligation that tells people stands: its audience from the facts, its tally from its events, and which obligation
 * does the telling where one mail serves two duties.
 */
import { rangeOf, type When } from '../kernel/inexact-instant';
import type { Instant } from '../kernel/time';
import { OTHER_GROUND } from '../policy/pack';
import { type Policy, ruleOf } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import { groupName } from './audience';
import { audienceOf } from './audience-of';
import type { NewEvent } from './events';
import type { Evidence } from './evidence';
import { isCovered, type Standing, standingOf, type Untold } from './standing';
import type { IncidentState, Obligation } from './state';
import { NO_TALLY, type Tally } from './tally';
import { factsToTell } from './told';
import { audienceFor } from './told-wrongly';
import { waiverBasis } from './waiver-basis';

/**
 * The obligation whose notice also serves this one: two duties to the same people, each with its own clock, and nobody is
 * mailed twice. `undefined` when this one tells by itself: it names none, or the other does not apply or was waived.
 */
export function tellerOf(o: Obligation, rule: Pick<ObligationRule, 'toldWith'>, state: IncidentState, pack: Policy) {
  const teller = rule.toldWith === undefined ? undefined : state.obligations[rule.toldWith];
  const told = teller?.fulfilledAt !== undefined || teller?.tally !== undefined;
  const tells = teller && (told || !['not-required', 'waived'].includes(teller.status));
  return tells && teller.id !== o.id && ruleOf(pack, teller.rule) ? teller : undefined;
}

/** The obligations that the notice of this one serves too. */
export function toldWith(o: Obligation, state: IncidentState, pack: Policy): Obligation[] {
  return Object.values(state.obligations).filter((other) => {
    const rule = ruleOf(pack, other.rule);
    return rule && tellerOf(other, rule, state, pack)?.id === o.id;
  });
}

/** The tally that counts now: that of a round which tells everybody once more, else that of the notice. */
export function tallyOf(o: Obligation): Tally {
  return o.again ?? o.tally ?? NO_TALLY;
}

/** How the audience of an obligation stands in its present round; `undefined` where it tells nobody. */
export function standing(
  o: Obligation,
  rule: ObligationRule,
  state: IncidentState,
  pack: Policy,
): Standing | undefined {
  const audience = audienceFor(o, rule, state, pack);
  // Of another's rounds only the notice counts here: what is told once more is no part of this duty.
  const teller = tellerOf(o, rule, state, pack);
  return audience && standingOf(audience, teller ? (teller.tally ?? NO_TALLY) : tallyOf(o));
}

/** Who was never told of the breach, whatever round is open. */
export function neverTold(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy): Untold[] {
  const audience = audienceOf(rule, state, pack);
  const teller = tellerOf(o, rule, state, pack) ?? o;
  return audience ? standingOf(audience, teller.tally).untold : [];
}

/** True when the facts name somebody whom no delivery of this round has tried to reach yet. */
export function isSomebodyUntried(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy): boolean {
  const tally = tallyOf(o);
  // No mail of this round goes to whom the facts do not name any more: a person tells them.
  const audience = audienceOf(rule, state, pack);
  if (!audience || !tally.counted) return false;
  if (audience.of === 'workspaces') {
    return standingOf(audience, tally).untold.some((each) => each.kind !== 'people' && each.why === 'not-sent');
  }
  const untold = new Set(standingOf(audience, tally).untold.map((each) => each.kind === 'people' && groupName(each)));
  return audience.groups.some((group) => {
    const known = tally.groups[groupName(group)];
    return untold.has(groupName(group)) && (known === undefined || (group.count ?? 0) > known.owed);
  });
}

/**
 * The evidence of a notice whose audience is covered, and the instant that counts: when the last of those to whom it was
 * owed was told.
 */
export function covered(
  o: Obligation,
  { told, of, outside, left }: Standing,
  { firstToldAt, lastToldAt, lastToldFrom }: Tally,
  now: Instant,
): { at: When; evidence: Evidence } {
  const sent = o.delivery ?? { channel: 'outside' };
  return {
    at: lastToldAt && lastToldFrom ? rangeOf(lastToldFrom, lastToldAt) : (lastToldAt ?? now),
    evidence: {
      ...sent,
      of,
      told,
      outside,
      left,
      ...(firstToldAt && { firstToldAt }),
      ...(lastToldAt && { lastToldAt }),
    },
  };
}

/** Once an audience is covered the duty is fulfilled; where nobody at all was told, it was decided away by a person. */
export function settledByTally(
  o: Obligation,
  rule: ObligationRule,
  state: IncidentState,
  pack: Policy,
  fulfil: (at: When, evidence: Evidence) => NewEvent,
  now: Instant,
): NewEvent[] {
  if (!['pending', 'drafted', 'partly-told'].includes(o.status)) return [];
  const teller = tellerOf(o, rule, state, pack);
  if (teller?.status === 'dispatching') return [];
  const stands = standing(o, rule, state, pack);
  if (!stands || !isCovered(stands)) return [];
  const tally = teller ? (teller.tally ?? NO_TALLY) : tallyOf(o);
  if (stands.told === 0) {
    const { by, reason } = tally.decision ?? { by: state.owner, reason: 'nobody is left to be told' };
    const basis = waiverBasis(rule, { ground: OTHER_GROUND, recipient: o.recipient }, state, pack);
    const data = {
      ...{ obligation: o.id, rule: rule.id, reason: `nobody is left to be told: ${reason}`, ground: OTHER_GROUND },
      ...(basis && { basis }),
    };
    // Of a later round: what it would have told is decided on with it.
    const says = o.fulfilledAt ? { says: factsToTell(rule, state, pack) } : {};
    return [{ kind: 'obligation-waived', by, data: { ...data, ...says } }];
  }
  const { at, evidence } = covered(teller ?? o, stands, tally, now);
  return [fulfil(at, teller ? { ...evidence, toldWith: teller.id } : evidence)];
}
