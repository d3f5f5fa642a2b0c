/** Which obligations a rule makes on the present facts: armed, opened again, proposed as not owed, or fallen away. Pure. */

import { type Expansion, expansionsOf, UNDETERMINED } from '../policy/authorities';
import type { Verdict } from '../policy/conditions';
import type { Policy } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import { applies, decidedBy } from './applies';
import { armedClock } from './clocks';
import type { NewEvent } from './events';
import { reopen } from './later-rounds';
import { isDecision, proposals, withdrawals } from './not-owed';
import { partOf } from './part-clock';
import { type IncidentState, isSettled, type Obligation } from './state';
import { isCorrecting } from './told-wrongly';
import { waiverFell, whyFell } from './waiver-basis';

/** Arms, reopens or dismisses a rule's obligations as its condition on the facts says. */
export function applicability(
  rule: ObligationRule,
  instances: Obligation[],
  state: IncidentState,
  pack: Policy,
): NewEvent[] {
  const verdict = applies(rule, state);
  const owed = verdict.value ?? (rule.whenUndecided === 'apply' ? true : undefined);
  if (owed === undefined) return withdrawals(instances, verdict);
  if (!owed) return dismiss(rule, instances, verdict, state, pack);
  const expanded = expansionsOf(rule, pack, state);
  const expansions: Array<Expansion | undefined> = expanded ?? [undefined];
  const wanted = new Set(expansions.map((expansion) => (expansion ? `${rule.id}:${expansion.key}` : rule.id)));
  const withdrawn = withdrawals(
    instances.filter((o) => wanted.has(o.id) || o.id === rule.id),
    verdict,
  );
  if (withdrawn.length > 0) return withdrawn;

  if (!armedClock(rule, state, pack)) return [];
  const wholeRule = state.obligations[rule.id];
  if (wholeRule?.status === 'waived' && expanded) {
    if (!waiverFell(wholeRule, rule, state, pack)) return [];
  }
  const events: NewEvent[] = [];
  for (const expansion of expansions) {
    const id = expansion ? `${rule.id}:${expansion.key}` : rule.id;
    const known = state.obligations[id];
    const { clock, due } = armedClock(rule, state, pack, partOf(rule, state, pack, { key: expansion?.key }))!;
    const because = [...verdict.because, ...(expansion ? [expansion.because] : [])];
    if (!known) {
      const data = { obligation: id, rule: rule.id, recipient: expansion?.key, clock, ...due, because };
      if (wholeRule?.status === 'waived') data.because.push(whyFell(wholeRule, rule, state, pack));
      events.push({ kind: 'obligation-armed', data });
    } else if (known.status === 'not-required' && !known.fulfilledAt) {
      events.push(reopen(known, 'first', because.join('; '), clock, due));
    } else if (known.status === 'waived' && waiverFell(known, rule, state, pack)) {
      events.push(reopen(known, 'first', whyFell(known, rule, state, pack), clock, due));
    }
  }
  const decision = state.authorityDecided?.[rule.id];
  const decided = decision && wanted.has(`${rule.id}:${decision.authority}`) ? decision : undefined;
  for (const o of instances) {
    if (wanted.has(o.id) || o.id === rule.id || isSettled(o) || o.fulfilledAt || o.status === 'dispatching') continue;
    if (o.recipient !== UNDETERMINED && isDecision(rule, state, true)) {
      const because = [`on the present facts it goes to ${[...wanted].join(', ')}, not to ${o.recipient}`];
      events.push(...proposals(rule, [o], because, state, pack));
      continue;
    }
    const reason = expanded?.length
      ? `the recipient is now determined: ${[...wanted].join(', ')}${decided ? `, by decision: ${decided.reason}` : ''}`
      : verdict.because.join('; ');
    const by = decided?.by ?? state.assessment?.by ?? state.declaration.declaredBy;
    events.push(notRequired(o.id, rule.id, reason, by));
  }
  return events;
}

/** What is no duty of law falls away by itself; a duty of law is only proposed as not owed. */
function dismiss(
  rule: ObligationRule,
  instances: Obligation[],
  verdict: Verdict,
  state: IncidentState,
  pack: Policy,
): NewEvent[] {
  const owedOnce = instances.some((o) => o.clock !== undefined);
  const open = instances.filter((o) => !isCorrecting(o));
  if (open.length === 0 && instances.length > 0) return [];
  if (isDecision(rule, state, owedOnce)) return proposals(rule, open, verdict.because, state, pack);
  const reason = [rule.notRequiredReason, verdict.because.join('; ')].filter(Boolean).join(': ');
  const by = decidedBy(verdict, state);
  if (instances.length === 0) return [notRequired(rule.id, rule.id, reason, by)];
  return open
    .filter((o) => !isSettled(o) && o.status !== 'dispatching')
    .map((o) => notRequired(o.id, rule.id, reason, by));
}

function notRequired(obligation: string, rule: string, reason: string, decidedBy: string): NewEvent {
  return { kind: 'obligation-not-required', by: decidedBy, data: { obligation, rule, reason, decidedBy } };
}
