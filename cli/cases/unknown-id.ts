/** An id that no case has: the one that was meant, where one is nearly that. */
import { CommandError, refused, UnknownCase } from '../../client/errors';
import { kindOf } from '../../client/kinds';
import { stoppedError } from '../../client/stopped';
import { tocsin } from '../../domain/kernel/command-lines';
import { nearest } from '../../domain/kernel/suggest';
import type { Shell } from '../shell';
import { CASE_KINDS, commandOf, type Subject } from './case-kinds';
import { caseInRegister } from './in-register';

/** Ids end in a few random characters: with more edits than these another case would be meant, not a misspelt one. */
const MOST_EDITS = 2;

/** That there is no such case, and what lists those that there are. */
export function unknownCase(kind: NonNullable<Subject['kind']>, id: string): UnknownCase {
  return new UnknownCase(CASE_KINDS[kind].noun, id, commandOf(kind, 'list --all'));
}

/** The error with the id that was meant. A list that cannot be read leaves the error as it is. */
export async function withMeantId(error: CommandError, shell: Shell, { kind }: Subject): Promise<CommandError> {
  if (!(error instanceof UnknownCase)) return error;
  const state = await caseInRegister(shell, error.id);
  if (state && !state.closedAt) return stoppedError(error.id, { how: 'missing' });
  if (state)
    return refused(
      `${CASE_KINDS[kind ?? kindOf(error.id) ?? 'incident'].noun} "${error.id}" is closed, and Temporal no longer has its workflow. \`${tocsin('register show', { id: error.id })}\` shows its record`,
    );
  try {
    const cases = await (await shell.client()).list(kind ?? 'incident', { open: false });
    const meant = nearest(
      error.id,
      cases.flatMap(({ id }) => (id === error.id ? [] : id)),
      MOST_EDITS,
    );
    if (!meant) return error;
    return new CommandError(`${error.message}. Did you mean "${meant}"?`, error.exitCode);
  } catch {
    return error;
  }
}
