/** Who says that a rule applies or not, and what would change it: what `explain` names beside the rule and the facts. */

import { UNDETERMINED } from '../policy/authorities';
import { lackingFor, type Verdict, wantedBy } from '../policy/conditions';
import type { ObligationRule } from '../policy/rule';
import { decidedBy, isInForce } from './applies';
import type { IncidentState, Obligation } from './state';

/** `confirmed by counsel: …`, or Tocsin by the rule, with the statement that it rests on. */
export function authorOf(rule: ObligationRule, verdict: Verdict, state: IncidentState): string {
  const instances = Object.values(state.obligations).filter((o) => o.rule === rule.id);
  const persons = instances.filter(({ status }) => status === 'waived' || status === 'not-required').flatMap(personOf);
  if (persons.length > 0 && persons.length === instances.length) return [...new Set(persons)].join('; ');
  const tocsin = `Tocsin, by the rule ${rule.id} (${rule.citation}), on ${statement(verdict, state)}`;
  return instances.some(({ status }) => status === 'proposed-not-owed')
    ? `${tocsin}: a proposal, which a person confirms`
    : tocsin;
}

/**
 * The rule by which a duty fell away without anybody's decision; `undefined` where a person decided. The event names who
 * stated the facts on which the rule decided.
 */
export function decidedByRule(o: Obligation, { authorityDecided }: IncidentState): string | undefined {
  const { status, decision, rule } = o;
  if (status !== 'not-required' || decision === undefined || decision.proposed !== undefined) return undefined;
  const chosen = o.recipient === UNDETERMINED ? authorityDecided?.[rule] : undefined;
  return chosen?.by === decision.by && chosen.at === decision.at ? undefined : rule;
}

/** `the rule enterprise-notice, on what ada stated`; of a person's decision, the person. */
export function deciderText(by: string, rule: string | undefined): string {
  return rule === undefined ? by : `the rule ${rule}, on what ${by} stated`;
}

function personOf({ decision, proposal, status }: Obligation): string[] {
  if (!decision || (status === 'not-required' && !proposal)) return [];
  return [proposal ? `${decision.by}, who confirmed what Tocsin proposed` : `${decision.by}, who waived it`];
}

/** What a verdict rests on, and who stated it. */
function statement(verdict: Verdict, state: IncidentState): string {
  const { assessment, review } = state;
  const by = decidedBy(verdict, state);
  if (verdict.establishedBy.includes('review') && review) return `the review by ${by}`;
  if (!verdict.establishedBy.includes('assessment')) return `the declaration by ${state.declaration.declaredBy}`;
  return assessment ? `assessment ${assessment.revision} by ${by}` : 'no assessment yet';
}

/** What would have to be so for the rule to apply; where it applies, what would have to be otherwise. */
export function changesOf(rule: ObligationRule, { value }: Verdict, state: IncidentState): string[] {
  const { appliesWhen, validity } = rule;
  if (value === true) {
    if ('always' in appliesWhen) return ['nothing: it applies to every incident'];
    const parts = 'all' in appliesWhen ? appliesWhen.all : [appliesWhen];
    return parts.map((part) => `no longer owed unless ${wantedBy(part)}`);
  }
  const open = lackingFor(appliesWhen, state).map((each) => `owed if ${each}`);
  if (isInForce(rule, state) !== false) return open;
  const dates = [validity?.from && `from ${validity.from}`, validity?.to && `until ${validity.to}`].filter(Boolean);
  const clocks = [...new Set(rule.clocks.map(({ from }) => from))].join(' or ');
  return [
    ...open,
    `owed if "${validity?.by ?? clocks}" is corrected to a day on which it is in force (${dates.join(', ')})`,
  ];
}
