/** Whether a rule applies to an incident, and who decided that it does not. */
import { evaluate, type Verdict } from '../policy/conditions';
import type { FactSource } from '../policy/facts';
import { combine, type Finding } from '../policy/finding';
import type { ObligationRule } from '../policy/rule';
import { inForce } from '../policy/validity';
import { anchorAt } from './clocks';
import type { IncidentState } from './state';

/** A rule applies when its condition holds and what counts for its dates, usually the start of a clock, lies within them. */
export function applies(rule: ObligationRule, state: IncidentState): Verdict {
  const { value, by } = combine<Verdict>(
    [evaluate(rule.appliesWhen, state), { ...inForceFor(rule, state), establishedBy: [] }],
    false,
  );
  return {
    value,
    because: by.flatMap(({ because }) => because),
    establishedBy: by.flatMap(({ establishedBy }) => establishedBy),
  };
}

/** Whether a rule is in force for an incident; `undefined` while the day that counts is not known. */
export function isInForce(rule: ObligationRule, state: IncidentState): boolean | undefined {
  return inForceFor(rule, state).value;
}

function inForceFor(rule: ObligationRule, state: IncidentState): Finding {
  const counted = rule.validity?.by ? [rule.validity.by] : rule.clocks.map(({ from }) => from);
  return inForce(
    rule,
    counted.map((anchor) => anchorAt(state, anchor)),
  );
}

/** Who stated the facts that decided: the last to speak of them. What nobody stated later follows from the declaration. */
export function decidedBy({ establishedBy }: Verdict, { review, assessment, declaration }: IncidentState): string {
  const stated: Partial<Record<FactSource, string>> = { review: review?.by, assessment: assessment?.by };
  const sources: FactSource[] = ['review', 'assessment'];
  const by = sources.filter((source) => establishedBy.includes(source)).map((source) => stated[source]);
  return by.find((each) => each !== undefined) ?? declaration.declaredBy;
}
