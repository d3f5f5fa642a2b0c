/**
 * The question on which every duty to authorities, customers and people hangs: is personal data affected? It has a clock
 * of its own, and does not go away until a person answers it. "Not yet known" is no answer.
 */
import { ask, type CommandLine, commandLine } from '../kernel/command-lines';
import { problemsOf } from '../kernel/problems';
import { TOCSIN } from '../kernel/recorded-event';
import type { Instant } from '../kernel/time';
import type { ObligationRule } from '../policy/rule';
import { AssessmentSchema } from './assessment';
import type { MessageBody } from './messages';
import type { IncidentState, Obligation } from './state';

export const DATA_QUESTION = 'is personal data affected?';

/** The answer that fulfils a rule of the channel assessment, with its instant; `undefined` while it is open. */
export function answerTo(
  { answeredBy = [] }: Pick<ObligationRule, 'answeredBy'>,
  { assessment }: Pick<IncidentState, 'assessment'>,
): { at: Instant; note: string } | undefined {
  if (!assessment || assessment.by === TOCSIN) return undefined;
  const { at, facts } = assessment;
  const answers: readonly string[] = answeredBy;
  return answers.includes(facts.personalData)
    ? { at, note: `personal data is affected: ${facts.personalData}` }
    : undefined;
}

/** True for an obligation that was answered and is open again, as the present assessment takes the answer back. */
export function isAskedAgain(o: Obligation, rule: ObligationRule, state: IncidentState): boolean {
  return rule.channel === 'assessment' && o.status === 'fulfilled' && answerTo(rule, state) === undefined;
}

/** The commands that answer it: one for each answer that fulfils the rule. */
export function questionCommands(id: string, { answeredBy = [] }: Pick<ObligationRule, 'answeredBy'>): CommandLine[] {
  return answeredBy.map((answer) => commandLine('assess', { id, 'personal-data': answer, by: ask('by') }));
}

/** A message that gives the one answer alone, as an assessment: the other facts stay as they are on record. */
export function withAnswer(
  message: MessageBody<'assess'>,
  { assessment }: Pick<IncidentState, 'assessment'>,
): { message: MessageBody<'assess'> } | { problems: string[] } {
  const { personalData, ...rest } = message;
  if (personalData === undefined) return { message };
  if (rest.assessment) return { problems: ['personalData: stands in "assessment" already: give one of the two'] };
  const parsed = AssessmentSchema.safeParse({ ...assessment?.facts, personalData });
  return parsed.success ? { message: { ...rest, assessment: parsed.data } } : { problems: problemsOf(parsed.error) };
}
