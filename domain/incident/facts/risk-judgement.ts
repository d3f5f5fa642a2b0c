/** How a risk is judged: the factors that guidelines and laws ask to weigh (EDPB Guidelines 9/2022, section IV.B). */
import { z } from 'zod';
import { text } from '../../kernel/text';

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

/** What a line of a judgement is about. */
export type Weighed = 'method' | 'reasoning' | RiskFactor;

/** A judgement in its order: its method, what was found of each factor, and why. */
export function weighedIn({ method, factors = {}, reasoning }: RiskJudgement = {}): Array<[Weighed, string]> {
  return [
    ...(method ? [['method', method] as [Weighed, string]] : []),
    ...(Object.entries(factors) as Array<[RiskFactor, string]>),
    ...(reasoning ? [['reasoning', reasoning] as [Weighed, string]] : []),
  ];
}

/** A judgement as named lines, for the register. */
export function judgementLines(judgement: RiskJudgement | undefined): Array<[string, string]> {
  const names: Record<Weighed, string> = { method: 'Method', reasoning: 'Reasoning', ...RISK_FACTORS };
  return weighedIn(judgement).map(([about, said]) => [names[about], said]);
}
