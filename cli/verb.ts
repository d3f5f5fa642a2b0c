/** What the commands share: how a verb is added, with its arguments, common options, and an example in its help. */
import { Command } from 'commander';
import type { KindName } from '../client/kinds';

/** Options that stand for the same in every verb that has them. */
export const OPTIONS = {
  by: ['--by <who>', 'who is acting: a handle or work address (default: TOCSIN_BY, else the OS user)'],
  commandId: ['--command-id <id>', 'makes it safe to repeat this exact command, for scripts that retry'],
  yes: ['--yes', 'do not ask'],
} as const satisfies Record<string, [flags: string, description: string]>;

/** A verb with `--json`, and an example at the end of its help. */
export function verb(program: Command, nameAndArguments: string, description: string, example: string): Command {
  const command = new Command(nameAndArguments.split(' ')[0]).copyInheritedSettings(program);
  for (const argument of nameAndArguments.split(' ').slice(1))
    command.argument(argument, CASES[argument.replace('[', '<').replace(']', '>')]?.text ?? ARGUMENTS[argument] ?? '');
  program.addCommand(command);
  return command
    .description(description)
    .option('--json', 'print JSON, for scripts')
    .addHelpText('after', `\nExample:\n${example.split('\n').map(exampleLines).join('\n')}`);
}

/** A verb that sends a message: `--by`, `--command-id` and `--json`. */
export function messageVerb(program: Command, nameAndArguments: string, description: string, example: string): Command {
  return verb(program, nameAndArguments, description, example)
    .option(...OPTIONS.by)
    .option(...OPTIONS.commandId);
}

/** What an argument of this name is about: a kind of case, or a case of any kind; `undefined` when it is no case. */
export function caseArgument(name: string): KindName | 'any' | undefined {
  return CASES[`<${name}>`]?.kind;
}

/** Arguments that name a case. */
const CASES: Record<string, { kind: KindName | 'any'; text: string }> = {
  '<id>': { kind: 'incident', text: 'the incident, like INC-20260401-9f3a (see `npx tocsin list`)' },
  '<incident>': {
    kind: 'incident',
    text: 'an open incident, like INC-20260401-9f3a (see `npx tocsin list`)',
  },
  '<other>': { kind: 'incident', text: 'the other incident, open or closed (see `npx tocsin list --all`)' },
  '<case>': { kind: 'triage', text: 'the triage case, like TRG-9f3a5c1e0b2d (see `npx tocsin triage list`)' },
  '<report>': { kind: 'report', text: 'the report, like VR-20260401-9f3a5c1e (see `npx tocsin report list`)' },
  '<of>': { kind: 'report', text: 'the earlier report' },
  '<task>': { kind: 'patch', text: 'the patch task, like PATCH-1f6a3c90b2d4 (see `npx tocsin deps list`)' },
  '<incident-or-case>': { kind: 'any', text: 'an incident or a case of any kind, like INC-20260401-9f3a' },
};

const ARGUMENTS: Record<string, string> = {
  '<version>': 'the version that contains the fix',
  '<as>': 'named or anonymous',
  '<dir>': 'the folder of the backup',
  '<old>': 'the earlier state: a file with its checkpoint, an export, or a number of entries',
  '<new>': 'the later state: a file with its checkpoint, an export, or a number of entries',
  '[files...]':
    'lock files (npm, pnpm, Yarn, Bun) and SBOMs (CycloneDX, SPDX), as PATH or NAME=PATH (default: TOCSIN_INVENTORIES)',
  '<entry>': 'its position, like 128, or INCIDENT/NUMBER, like INC-20260401-9f3a/7',
  '<obligation>': 'like enterprise-notice or gdpr-art33-authority:ie-dpc (see `npx tocsin show`)',
  '[obligation]': 'one obligation, like gdpr-art33-authority:ie-dpc (see `npx tocsin show`)',
  '<text>': 'one or more sentences, in quotes',
  '[csv]': 'the file; its first line names the columns',
  '[file]': 'the export (default: the register in its database)',
  '[reference]': 'what the authority gave on submission, like a submission number',
  '<authority>': 'the authority, like ie-dpc (see `npx tocsin authorities`)',
  '<field>': 'the required field, like records-count, or its title in quotes',
};

const EXAMPLE_WIDTH = 80;

/**
 * A command as it is typed: its remark above it. What is too long for a terminal of 80 columns continues on the next line,
 * from an option on or, where the arguments alone are too long, from the last of them on.
 */
function exampleLines(example: string): string {
  const [command, remark] = example.split(/ +# /);
  const lines: string[] = remark === undefined ? [] : [`  # ${remark}`];
  const [named, ...options] = command!.split(/ (?=-)/);
  const isTooLong = `  $ npx tocsin ${named} \\`.length > EXAMPLE_WIDTH;
  const [first, ...parts] = [...(isTooLong ? named!.split(LAST_ARGUMENT) : [named!]), ...options];
  let line = `  $ npx tocsin ${first}`;
  for (const part of parts) {
    // Room for the backslash behind it.
    if (line.length + 1 + part.length + 2 > EXAMPLE_WIDTH) {
      lines.push(`${line} \\`);
      line = '     ';
    }
    line += ` ${part}`;
  }
  return [...lines, line].join('\n');
}

/** Before the last argument, which may be a text in quotes. */
const LAST_ARGUMENT = / (?=(?:"[^"]*"|[^\s"]+)$)/;
