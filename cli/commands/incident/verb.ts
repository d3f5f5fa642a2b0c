/** What the commands share: common options, an example in the help, and telling what a message caused. */
import { Command } from 'commander';
import { usage } from '../../../client/errors';
import { inputProblems } from '../../../client/problems';
import type { MessageInput } from '../../../client/tocsin-client';
import type { Receipt } from '../../../domain/case/contract';
import type { MessageName } from '../../../domain/incident/messages';
import { MESSAGE_SCHEMAS } from '../../../domain/incident/messages';
import { shownPack } from '../../pack-of';
import { visibleLine } from '../../rendering/hostile-text';
import { TimelineTeller } from '../../rendering/timeline-lines';
import type { CommonOptions, Shell } from '../../shell';

/** Options of a verb that sends a message. */
export interface MessageOptions extends CommonOptions {
  commandId?: string;
}

/** A verb with `--json`, and an example at the end of its help. */
export function verb(program: Command, nameAndArguments: string, description: string, example: string): Command {
  const command = new Command(nameAndArguments.split(' ')[0]).copyInheritedSettings(program);
  for (const argument of nameAndArguments.split(' ').slice(1)) command.argument(argument, ARGUMENTS[argument] ?? '');
  program.addCommand(command);
  return command
    .description(description)
    .option('--json', 'print JSON, for scripts')
    .addHelpText('after', `\nExample:\n${example.split('\n').map(exampleLines).join('\n')}`);
}

const EXAMPLE_WIDTH = 80;

/** A command as it is typed: its remark above it, and what is too long for a terminal of 80 columns goes on before an option. */
function exampleLines(example: string): string {
  const [command, remark] = example.split(/ +# /);
  const lines: string[] = remark === undefined ? [] : [`  # ${remark}`];
  const [first, ...options] = command!.split(/ (?=-)/);
  let line = `  $ tocsin ${first}`;
  for (const option of options) {
    // Room for the backslash behind it.
    if (line.length + 1 + option.length + 2 > EXAMPLE_WIDTH) {
      lines.push(`${line} \\`);
      line = '     ';
    }
    line += ` ${option}`;
  }
  return [...lines, line].join('\n');
}

const ARGUMENTS: Record<string, string> = {
  '<id>': 'the incident, like INC-20260401-9f3a (see `tocsin list`)',
  '<report>': 'the report, like VR-20260401-9f3a5c1e (see `tocsin report list`)',
  '<of>': 'the earlier report',
  '<version>': 'the version that contains the fix',
  '<as>': 'named or anonymous',
  '<case>': 'the triage case, like TRG-9f3a5c1e0b2d (see `tocsin triage list`)',
  '<incident>': 'an open incident, like INC-20260401-9f3a (see `tocsin list`)',
  '<task>': 'the patch task, like PATCH-1f6a3c90b2d4 (see `tocsin deps list`)',
  '<dir>': 'the folder of the backup',
  '<old>': 'the earlier state: a file with its checkpoint, an export, or a number of entries',
  '<new>': 'the later state: a file with its checkpoint, an export, or a number of entries',
  '[files...]': 'npm lock files and CycloneDX SBOMs, as PATH or NAME=PATH (default: TOCSIN_INVENTORIES)',
  '<entry>': 'its position, like 128, or INCIDENT/NUMBER, like INC-20260401-9f3a/7',
  '<obligation>': 'like enterprise-notice or gdpr-art33-authority:ie-dpc (see `tocsin show`)',
};

/** A verb that sends a message to an incident: `<id>`, `--by`, `--command-id` and `--json`. */
export function messageVerb(program: Command, nameAndArguments: string, description: string, example: string): Command {
  return verb(program, nameAndArguments, description, example)
    .option('--by <who>', 'who is acting: a handle or work address (default: TOCSIN_BY, else the OS user)')
    .option('--command-id <id>', 'makes it safe to repeat this exact command, for scripts that retry');
}

/** Sends a message and tells what it caused. `body` needs no `by`. Checked here first, so that a typo needs no server. */
export async function sendAndTell<N extends MessageName>(
  shell: Shell,
  id: string,
  name: N,
  body: Record<string, unknown>,
  options: MessageOptions,
): Promise<void> {
  const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
  const message = { by: shell.by(options), ...given, ...(options.commandId ? { commandId: options.commandId } : {}) };
  const schema = MESSAGE_SCHEMAS[name];
  const parsed = schema.safeParse(message);
  if (!parsed.success) {
    throw usage(
      `this is not a valid "${name}" message`,
      inputProblems(parsed.error, message, Object.keys(schema.shape)),
    );
  }
  const incidents = await shell.incidents();
  const receipt = await incidents
    .send(id, name, message as unknown as MessageInput<N>)
    .catch(async (error: unknown) => {
      throw await refusal(error, shell, id, 'obligation' in message);
    });
  if (options.json) shell.out.json(receipt);
  else await tell(shell, id, receipt);
}

/** A refused message; when it was about an obligation, with all names that could be meant. */
async function refusal(error: unknown, shell: Shell, id: string, aboutObligation: boolean): Promise<Error> {
  const { describeError } = require('../../describe-error') as typeof import('../../describe-error');
  const rules = aboutObligation ? await (await shell.incidents()).explain(id).catch(() => []) : [];
  return describeError(
    error,
    id,
    rules.map((each) => each.rule),
  );
}

async function tell(shell: Shell, id: string, receipt: Receipt): Promise<void> {
  const { out } = shell;
  if (receipt.note) out.line(out.style(`Nothing changed: ${visibleLine(receipt.note)}`, 'yellow'));
  const caused = new Set(receipt.events.filter((event) => event.kind !== 'noted').map((event) => event.seq));
  if (caused.size === 0) return;
  const incidents = await shell.incidents();
  const [view, events, explanations] = await Promise.all([
    incidents.view(id),
    incidents.timeline(id),
    incidents.explain(id),
  ]);
  if (!view) return;
  const teller = new TimelineTeller(
    out,
    shownPack(view.state, explanations, shell.settings.policy),
    view.state.declaration.detectedAt,
  );
  for (const event of events) {
    const lines = teller.lines([event]);
    if (caused.has(event.seq)) for (const line of lines) out.line(line);
  }
}
