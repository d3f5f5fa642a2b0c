/** What is wrong with a declaration before it is sent, over whichever transport. */
import { type IncidentInput, IncidentInputSchema } from '../domain/incident/contract';
import { futureProblems } from '../domain/incident/not-ahead';
import { problemsOf } from '../domain/kernel/problems';
import { toInstant } from '../domain/kernel/time';
import { type CommandError, usage } from './errors';

/** The declaration as it is read. Throws a CommandError with all problems when it is not valid. */
export function declared(input: IncidentInput) {
  const parsed = IncidentInputSchema.safeParse(input);
  if (!parsed.success)
    throw notDeclared(problemsOf(parsed.error, { raw: input }).map((problem) => problem.replace(/^declaration\./, '')));
  const { declaration, exercise } = parsed.data;
  // An exercise has a clock of its own, and a record of the past ends before now in any case.
  const ahead = exercise ? [] : futureProblems(declaration, toInstant(Date.now()));
  if (ahead.length > 0) throw notDeclared(ahead);
  return parsed.data;
}

export function notDeclared(problems: string[]): CommandError {
  return usage('the declaration is not valid', problems);
}
