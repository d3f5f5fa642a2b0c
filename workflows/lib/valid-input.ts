/** Reads the input with which a workflow is started, perhaps by hand. */
import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import type { z } from 'zod';
import { FAILURES } from '../../domain/kernel/failures';
import { foreignOf, foreignProblem } from '../../domain/kernel/foreign-payload';
import { problemsOf } from '../../domain/kernel/problems';

/**
 * The input as the schema reads it. Throws what is wrong with it, which fails the workflow. One case is one workflow, as
 * two of them would write the same places in the register: `of` gives the id that must be the workflow's.
 */
export function validInput<T>(
  what: string,
  schema: z.ZodType<T>,
  input: unknown,
  id?: { of: (valid: T) => string; field: string; whose: string },
): T {
  const foreign = foreignOf(input);
  // The workers lack a key that they had: the run waits, with everything that it carries, until they have it again.
  if (foreign?.foreign === 'unknown-key') throw new Error(foreignProblem(foreign, what));
  if (foreign) throw invalid(what, [foreignProblem(foreign, 'input')]);
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw invalid(what, problemsOf(parsed.error));
  const { workflowId } = workflowInfo();
  const given = id?.of(parsed.data);
  if (id && given !== workflowId) {
    const problem = `is "${given}", but the workflow id is "${workflowId}"; start it under the ${id.whose}'s id`;
    throw invalid(what, [`${id.field}: ${problem}`]);
  }
  return parsed.data;
}

function invalid(what: string, problems: string[]): ApplicationFailure {
  return ApplicationFailure.nonRetryable(`The ${what} is not valid:\n${problems.join('\n')}`, FAILURES.invalidInput);
}
