/** Whether a rule applies to an incident, and who decided that it does not. */
import { evaluate, sourcesOf, type Verdict } from '../policy/conditions';
import type { FactSource } from '../policy/facts';
import { combine, type Finding } from '../policy/finding';
import type { Anchor, ObligationRule } from '../policy/rule';
import { inForce } from '../policy/validity';
import { anchorAt } from './clocks';
import type { IncidentState } from './state';

/** A rule applies when its condition holds and what counts for its dates, usually the start of a clock, lies within them. */
export function applies(rule: ObligationRule, state: IncidentState): Verdict {
  // Time passes and alarms ring without a fact being another, and every rule is asked after each event.
  const known = verdicts.get(state.assessment ?? state.declaration) ?? new Map<ObligationRule, Known>();
  verdicts.set(state.assessment ?? state.declaration, known);
  const before = known.get(rule);
  const read = readBy(rule, state);
  if (before && read.every((part, index) => part === before.read[index])) return before.verdict;
  const verdict = judged(rule, state);
  known.set(rule, { read, verdict });
  return verdict;
}

/** The last verdict on each rule, and the parts of the state that it hangs on: a part that has changed is another object. */
interface Known {
  read: unknown[];
  verdict: Verdict;
}
const verdicts = new WeakMap<object, Map<ObligationRule, Known>>();

function readBy(rule: ObligationRule, state: IncidentState): unknown[] {
  const { declaration, assessment, review, anchors, obligations } = state;
  return [declaration, assessment, review, anchors, readsObligations(rule) && obligations];
}

/** Whether a verdict hangs on what became of other obligations. */
function readsObligations(rule: ObligationRule): boolean {
  const known = ofRules.get(rule);
  if (known !== undefined) return known;
  const found =
    sourcesOf(rule.appliesWhen).has('waiver') || countedFor(rule).some((each) => each.startsWith('fulfilled:'));
  ofRules.set(rule, found);
  return found;
}
const ofRules = new WeakMap<ObligationRule, boolean>();

function judged(rule: ObligationRule, state: IncidentState): Verdict {
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
  return inForce(
    rule,
    countedFor(rule).map((anchor) => anchorAt(state, anchor)),
  );
}

/** What counts for the dates of a rule. */
function countedFor({ validity, clocks }: ObligationRule): Anchor[] {
  return validity?.by ? [validity.by] : clocks.map(({ from }) => from);
}

/** Who stated the facts that decided: the last to speak of them. What nobody stated later follows from the declaration. */
export function decidedBy({ establishedBy }: Verdict, { review, assessment, declaration }: IncidentState): string {
  const stated: Partial<Record<FactSource, string>> = { review: review?.by, assessment: assessment?.by };
  const sources: FactSource[] = ['review', 'assessment'];
  const by = sources.filter((source) => establishedBy.includes(source)).map((source) => stated[source]);
  return by.find((each) => each !== undefined) ?? declaration.declaredBy;
}
