/** Conditions of rules: facts put together by `all`, `any` and `not`, evaluated to yes, no or undecided. */
import { z } from 'zod';
import { type DataSetCondition, readOfDataSet } from './data-set-facts';
import { FACTS, type FactCondition, type FactSource, type Facts, factOf } from './facts';
import { combine, type Finding } from './finding';

/** A condition on the facts. It is true, false, or undecided while the facts it needs are unknown. */
export type Condition = { all: Condition[] } | { any: Condition[] } | { not: Condition } | FactCondition;

/** The words that put conditions together, and the names of all facts. */
export const CONDITION_NAMES = ['all', 'any', 'not', ...Object.keys(FACTS)];

export const ConditionSchema: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    z.strictObject({ all: z.array(ConditionSchema).min(1) }),
    z.strictObject({ any: z.array(ConditionSchema).min(1) }),
    z.strictObject({ not: ConditionSchema }),
    ...Object.entries(FACTS).map(
      ([name, { operands }]) => z.strictObject({ [name]: operands }) as unknown as z.ZodType<FactCondition>,
    ),
  ]),
);

/** What a condition comes to, and which parts of the incident decided it. */
export interface Verdict extends Finding {
  establishedBy: FactSource[];
}

/** Evaluates a condition. `all` is false as soon as one part is, `any` true as soon as one part is. */
export function evaluate(condition: Condition, facts: Facts): Verdict {
  if ('all' in condition) return together(condition.all, facts, false);
  if ('any' in condition) return together(condition.any, facts, true);
  if ('not' in condition) {
    const verdict = evaluate(condition.not, facts);
    return { ...verdict, value: verdict.value === undefined ? undefined : !verdict.value };
  }
  const { fact, operands } = factOf(condition);
  return { ...fact.find(operands, facts), establishedBy: [fact.establishedBy] };
}

function together(parts: Condition[], facts: Facts, decisive: boolean): Verdict {
  const { value, by } = combine(
    parts.map((part) => evaluate(part, facts)),
    decisive,
  );
  return {
    value,
    because: by.flatMap(({ because }) => because),
    establishedBy: [...new Set(by.flatMap(({ establishedBy }) => establishedBy))],
  };
}

/** The conditions on single facts that a condition is made of. */
export function factsIn(condition: Condition): FactCondition[] {
  if ('all' in condition) return condition.all.flatMap(factsIn);
  if ('any' in condition) return condition.any.flatMap(factsIn);
  if ('not' in condition) return factsIn(condition.not);
  return [condition];
}

/** The parts of an incident that a condition reads. */
export function sourcesOf(condition: Condition): Set<FactSource> {
  return new Set(factsIn(condition).map((each) => factOf(each).fact.establishedBy));
}

/** The same condition with something else asked of each data set. */
export function withDataSets(condition: Condition, change: (wanted: DataSetCondition) => DataSetCondition): Condition {
  if ('all' in condition) return { all: condition.all.map((part) => withDataSets(part, change)) };
  if ('any' in condition) return { any: condition.any.map((part) => withDataSets(part, change)) };
  if ('not' in condition) return { not: withDataSets(condition.not, change) };
  return 'dataSet' in condition ? { dataSet: change(condition.dataSet) } : condition;
}

/**
 * What a condition reads of the facts, as plain JSON: while that is the same, so is the verdict. Names and counts that no
 * finding depends on are not in it.
 */
export function readOf(condition: Condition, facts: Facts): unknown[] {
  return factsIn(condition).map((each) => {
    const { fact, operands } = factOf(each);
    const assessed = facts.assessment?.facts;
    if ('personalData' in each) return assessed?.personalData ?? 'unknown';
    if (!('dataSet' in each)) return fact.find(operands, facts).value ?? 'unknown';
    if (!assessed || ['no', 'unknown'].includes(assessed.personalData)) return [];
    return assessed.dataSets.map((dataSet) => JSON.stringify(readOfDataSet(dataSet, each.dataSet))).sort();
  });
}

/** What would have to be so for a condition to hold that does not, or is undecided: the parts that are lacking, in words. */
export function lackingFor(condition: Condition, facts: Facts): string[] {
  if (evaluate(condition, facts).value === true) return [];
  if ('all' in condition) return condition.all.flatMap((part) => lackingFor(part, facts));
  if ('any' in condition) return [condition.any.map((part) => wantedBy(part)).join(' or ')];
  return [wantedBy(condition)];
}

/** What a condition asks, in words. */
export function wantedBy(condition: Condition): string {
  if ('all' in condition) return condition.all.map(wantedBy).join(', and ');
  if ('any' in condition) return condition.any.map(wantedBy).join(', or ');
  if ('not' in condition) return `not so that ${wantedBy(condition.not)}`;
  const { fact, operands } = factOf(condition);
  return fact.wanted(operands);
}
