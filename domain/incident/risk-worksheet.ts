/**
 * How a risk is judged: the factors that guidelines and laws ask to weigh, and whether the reasoning that a decision rests
 * on is on record. The controller must be able to show why a risk is unlikely (GDPR Art. 5(2), 33(5); EDPB Guidelines
 * 9/2022, section IV.B); of the real risk of significant harm the register must tell the same (SOR/2018-64 s. 6).
 */
import { tocsin } from '../kernel/command-lines';
import { factsIn } from '../policy/conditions';
import { type DataSetCondition, judgeDataSet } from '../policy/data-set-facts';
import type { ObligationRule } from '../policy/rule';
import type { Assessment, DataSet } from './assessment';
import type { RiskJudgement } from './facts/risk-judgement';
import { reasonProblem } from './reason';
import type { IncidentState } from './state';

/** The judgement that counts for a data set: its own, else that of the breach as a whole. */
export function judgementFor(
  dataSet: Pick<DataSet, 'riskJudgement'>,
  assessment: Assessment,
): RiskJudgement | undefined {
  return dataSet.riskJudgement ?? assessment.riskJudgement;
}

/**
 * Why a duty cannot be confirmed as not owed: the level of risk or harm alone keeps the rule from applying to a data set,
 * and nobody recorded why it is what it is. Each as "field: what is missing: what to do".
 */
export function reasoningProblems(rule: ObligationRule, state: IncidentState): string[] {
  const facts = state.assessment?.facts;
  if (!facts || facts.personalData === 'no') return [];
  const wanted = factsIn(rule.appliesWhen).flatMap((each) => ('dataSet' in each ? [each.dataSet] : []));
  const judged = facts.dataSets.filter((set) => wanted.some((condition) => isJudgedAway(set, condition)));
  return judged.flatMap((set) => {
    const said = [set.id, set.title, set.risk, LEVELS];
    if (!reasonProblem(judgementFor(set, facts)?.reasoning ?? '', said)) return [];
    return [
      `riskJudgement.reasoning: data set "${set.id}" is assessed as risk "${set.risk}", significant harm ` +
        `"${set.significantHarm}", and nobody recorded why; assess it again with riskJudgement: { method, factors, ` +
        `reasoning } (\`${tocsin('assess', { id: state.caseId, help: true })}\`), then confirm ${rule.id} (${rule.citation})`,
    ];
  });
}

/** Words that say the level once more, and not why it is that. */
const LEVELS = 'risk level significant harm';

/** True where a condition would or might hold for a data set if its risk and harm were at their highest. */
function isJudgedAway(set: DataSet, condition: DataSetCondition): boolean {
  if (!condition.risk && !condition.significantHarm) return false;
  if (judgeDataSet(set, condition).value !== false) return false;
  return judgeDataSet({ ...set, risk: 'high', significantHarm: 'yes' }, condition).value !== false;
}
