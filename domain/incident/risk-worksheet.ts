/**
 * How a risk is judged: the factors that guidelines and laws ask to weigh, and whether the reasoning that a decision rests
 * on is on record. The controller must be able to show why a risk is unlikely (GDPR Art. 5(2), 33(5); EDPB Guidelines
 * 9/2022, section IV.B); of the real risk of significant harm the register must tell the same (SOR/2018-64 s. 6).
 */
import { z } from 'zod';
import { tocsin } from '../kernel/command-lines';
import { text } from '../kernel/text';
import { factsIn } from '../policy/conditions';
import { type DataSetCondition, judgeDataSet } from '../policy/data-set-facts';
import type { ObligationRule } from '../policy/rule';
import type { Assessment, DataSet } from './assessment';
import { tooLittle } from './reason';
import type { IncidentState } from './state';

/** The factors by their code, each in words. */
export const RISK_FACTORS = {
  'breach-type': 'Type of breach',
  'data-nature': 'Nature, sensitivity and volume of the data',
  identification: 'Ease of identification',
  consequences: 'Severity of the consequences',
  'special-people': 'Special characteristics of the individuals',
  'special-controller': 'Special characteristics of the controller',
  'number-of-people': 'Number of people affected',
  general: 'General points',
  sensitivity: 'Sensitivity of the information (PIPEDA s. 10.1(8)(a))',
  misuse: 'Probability that it was, is or will be misused (PIPEDA s. 10.1(8)(b))',
} as const;
export type RiskFactor = keyof typeof RISK_FACTORS;

/** What was found of each factor, in words; each may be left out. */
export const RiskFactorsSchema = z.partialRecord(
  z.enum(Object.keys(RISK_FACTORS) as [RiskFactor, ...RiskFactor[]]),
  text(1000),
);

/**
 * How the risk was judged (fields 89, 90 of the EDPB template): the outcome is the `risk` of each data set. `method`: its
 * name, like "EDPB Guidelines 9/2022" or "ENISA severity methodology". `reasoning`: why the factors weigh as they do.
 */
export const RiskJudgementSchema = z.strictObject({
  method: text(200).optional(),
  factors: RiskFactorsSchema.optional(),
  reasoning: text(4000).optional(),
});
export type RiskJudgement = z.infer<typeof RiskJudgementSchema>;

/** A judgement as named lines, for the register and the dossier. */
export function judgementLines({ method, factors = {}, reasoning }: RiskJudgement = {}): Array<[string, string]> {
  return [
    ...(method ? [['Method', method] as [string, string]] : []),
    ...Object.entries(factors).map(([code, said]): [string, string] => [RISK_FACTORS[code as RiskFactor], said]),
    ...(reasoning ? [['Reasoning', reasoning] as [string, string]] : []),
  ];
}

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
    if (!tooLittle(judgementFor(set, facts)?.reasoning)) return [];
    return [
      `riskJudgement.reasoning: data set "${set.id}" is assessed as risk "${set.risk}", significant harm ` +
        `"${set.significantHarm}", and nobody recorded why; assess it again with riskJudgement: { method, factors, ` +
        `reasoning } (\`${tocsin('assess', { id: state.caseId, help: true })}\`), then confirm ${rule.id} (${rule.citation})`,
    ];
  });
}

/** True where a condition would or might hold for a data set if its risk and harm were at their highest. */
function isJudgedAway(set: DataSet, condition: DataSetCondition): boolean {
  if (!condition.risk && !condition.significantHarm) return false;
  if (judgeDataSet(set, condition).value !== false) return false;
  return judgeDataSet({ ...set, risk: 'high', significantHarm: 'yes' }, condition).value !== false;
}
