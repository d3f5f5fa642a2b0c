/** Which data sets a rule is about. */
import type { Condition } from './conditions';
import { type DataSetCondition, type DataSetFacts, judgeDataSet } from './data-set-facts';
import type { Policy } from './policy';
import { ruleOf } from './policy';
import type { ObligationRule } from './rule';

/**
 * The data sets that meet a rule's condition or, while undecided, may meet it. A report to an authority counts the data
 * held as controller, a notice to a controller the data held for it.
 */
export function dataSetsOf<D extends DataSetFacts>(
  rule: ObligationRule,
  policy: Policy,
  { assessment }: { assessment?: { facts: { dataSets: D[] } } },
): D[] {
  const wanted = dataSetConditions(rule.appliesWhen, policy);
  return (assessment?.facts.dataSets ?? []).filter(
    (dataSet) => wanted.length === 0 || wanted.some((condition) => judgeDataSet(dataSet, condition).value !== false),
  );
}

/** What a condition demands of data sets; what stands in place of a waived rule is about the same ones. */
function dataSetConditions(condition: Condition, policy: Policy): DataSetCondition[] {
  if ('all' in condition) return condition.all.flatMap((part) => dataSetConditions(part, policy));
  if ('any' in condition) return condition.any.flatMap((part) => dataSetConditions(part, policy));
  if ('dataSet' in condition) return [condition.dataSet];
  if (!('waived' in condition)) return [];
  const replaced = ruleOf(policy, condition.waived.obligation);
  return replaced ? dataSetConditions(replaced.appliesWhen, policy) : [];
}
