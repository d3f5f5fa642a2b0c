/** Which case a command line is about, and whether its ids are of the kind that the verb takes. */
import type { Command } from 'commander';
import { usage } from '../../client/errors';
import { kindOf } from '../../client/kinds';
import { caseArgument } from '../verb';
import { CASE_KINDS, commandOf, type Subject } from './case-kinds';

/** The first argument that names a case; `undefined` when the command is about none. */
export function subjectOf(command: Command): Subject | undefined {
  const index = command.registeredArguments.findIndex((argument) => caseArgument(argument.name()));
  const id = command.args[index];
  if (id === undefined) return undefined;
  const expected = caseArgument(command.registeredArguments[index]!.name());
  return { id, kind: kindOf(id) ?? (expected === 'any' ? undefined : expected) };
}

/** Throws when an id is one of another kind than the verb takes, and names the command that takes it. */
export function checkKinds(program: Command, command: Command): void {
  for (const [index, argument] of command.registeredArguments.entries()) {
    const expected = caseArgument(argument.name());
    const id = command.args[index];
    const kind = id === undefined ? undefined : kindOf(id);
    if (!expected || expected === 'any' || !kind || kind === expected) continue;
    const wrong = `"${id}" is ${withArticle(kind)}, not ${withArticle(expected)}`;
    if (index > 0) throw usage(wrong);
    const { group } = CASE_KINDS[kind];
    const parent = group ? program.commands.find((each) => each.name() === group) : program;
    const same = parent?.commands.some((each) => each.name() === command.name());
    throw usage(
      `${wrong}: ${same ? `use \`${commandOf(kind, command.name())}\`` : `see \`${commandOf(kind, '--help')}\``}`,
    );
  }
}

function withArticle(kind: keyof typeof CASE_KINDS): string {
  const { noun } = CASE_KINDS[kind];
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}
