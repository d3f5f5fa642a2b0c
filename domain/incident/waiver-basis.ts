/**
 * What a waiver rests on: while that is the same it stands, whatever else is assessed; when it changes the duty is owed again,
 * and a person decides anew (GDPR Art. 34(3), (4)). Pure.
 */
import { hash64 } from '../kernel/hash64';
import { expansionsOf } from '../policy/authorities';
import { type Condition, evaluate, readOf, sourcesOf } from '../policy/conditions';
import type { Policy } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import { audienceOf } from './audience-of';
import { groundsOf } from './grounds';
import type { IncidentState, Obligation } from './state';
import { factsToTell } from './told';

/**
 * What the duty's condition reads, and that of the ground. Of a ground without a condition nobody but the person knows what it
 * rests on: there it is also whom the duty tells, and what. `undefined` in an incident that began before: there each assessment counts.
 */
export function waiverBasis(
  rule: ObligationRule,
  { ground, recipient }: { ground: string | undefined; recipient?: string | undefined },
  state: IncidentState,
  pack: Policy,
): string | undefined {
  if (!state.waiversByFacts) return undefined;
  const onlyWhen = conditionOf(rule, ground, pack);
  // One of several recipients is decided on by itself.
  const recipients = recipient ?? expansionsOf(rule, pack, state)?.map(({ key }) => key);
  const further = onlyWhen
    ? readOf(onlyWhen, state)
    : [audienceOf(rule, state, pack) ?? null, factsToTell(rule, state, pack)];
  return hash64(JSON.stringify([readOf(rule.appliesWhen, state), recipients ?? null, further ?? null]));
}

/** Whether what a waiver rests on has changed since. */
export function waiverFell(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy): boolean {
  const { ground, basis, facts } = o.decision ?? {};
  if (basis !== undefined) return waiverBasis(rule, { ground, recipient: o.recipient }, state, pack) !== basis;
  return sourcesOf(rule.appliesWhen).has('assessment') && String(state.assessment?.revision ?? 0) !== facts;
}

/** Why the duty is owed again, with the reason of the waiver and what holds now. */
export function whyFell(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy): string {
  const { reason, ground, basis } = o.decision ?? {};
  if (basis === undefined) return `the facts changed after it was waived (${reason})`;
  const onlyWhen = conditionOf(rule, ground, pack);
  const now = [rule.appliesWhen, ...(onlyWhen ? [onlyWhen] : [])].flatMap((each) => evaluate(each, state).because);
  const what = onlyWhen
    ? 'what its waiver rests on changed'
    : 'what its waiver rests on, whom it tells or what it must say changed';
  return `${what} after it was waived (${reason}); now: ${[...new Set(now)].join('; ')}`;
}

function conditionOf(rule: ObligationRule, ground: string | undefined, pack: Policy): Condition | undefined {
  return groundsOf(rule, pack).find(({ id }) => id === ground)?.onlyWhen;
}
