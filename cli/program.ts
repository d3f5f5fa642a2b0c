/** The command `tocsin`: its verbs, and how errors and exit codes come out. */
import { Command, CommanderError, Help } from 'commander';
import { CommandError, ServerAway, usage } from '../client/errors';
import { isPlaceholder } from '../domain/kernel/command-lines';
import { packageVersion } from '../platform/package-root';
import { BREAK_GLASS, breakGlass, takesBreakGlass } from './break-glass';
import type { Subject } from './cases/case-kinds';
import { checkKinds, subjectOf } from './cases/subject';
import { withMeantId } from './cases/unknown-id';
import { auditCommand } from './commands/audit';
import { authoritiesCommand } from './commands/authorities';
import { boardCommand } from './commands/board';
import { completionCommand } from './commands/completion';
import { depsCommand } from './commands/deps';
import { detectCommand } from './commands/detect';
import { doctorCommand } from './commands/doctor';
import { exerciseCommand } from './commands/exercise';
import { acknowledgeCommand } from './commands/incident/acknowledge';
import { actedAtCommand } from './commands/incident/acted-at';
import { approveCommand } from './commands/incident/approve';
import { assessCommand } from './commands/incident/assess';
import { cannotEstablishCommand } from './commands/incident/cannot-establish';
import { closeCommand } from './commands/incident/close';
import { confirmCommand } from './commands/incident/confirm';
import { containCommand } from './commands/incident/contain';
import { correctCommand } from './commands/incident/correct';
import { decideAuthorityCommand } from './commands/incident/decide-authority';
import { declareCommand } from './commands/incident/declare';
import { draftCommand } from './commands/incident/draft';
import { editDraftCommand } from './commands/incident/edit-draft';
import { explainCommand } from './commands/incident/explain';
import { filedCommand } from './commands/incident/filed';
import { followUpCommand } from './commands/incident/follow-up';
import { handoverCommand } from './commands/incident/handover';
import { holdCommand } from './commands/incident/hold';
import { importCommand } from './commands/incident/import';
import { leaveUntoldCommand } from './commands/incident/leave-untold';
import { linkCommand } from './commands/incident/link';
import { listCommand } from './commands/incident/list';
import { measureCommand } from './commands/incident/measure';
import { nextCommand } from './commands/incident/next';
import { notMaterialCommand } from './commands/incident/not-material';
import { notOwedCommand } from './commands/incident/not-owed';
import { releaseCommand } from './commands/incident/release';
import { reopenCommand } from './commands/incident/reopen';
import { reviewCommand } from './commands/incident/review';
import { showCommand } from './commands/incident/show';
import { statusCommand } from './commands/incident/status';
import { toldCommand } from './commands/incident/told';
import { translateCommand } from './commands/incident/translate';
import { waiveCommand } from './commands/incident/waive';
import { intakeCommand } from './commands/intake';
import { keysCommand } from './commands/keys';
import { loginCommand, logoutCommand, whoamiCommand } from './commands/login';
import { migrateCommand } from './commands/migrate';
import { noticeCommand } from './commands/notice';
import { oncallCommand } from './commands/oncall';
import { registerCommand } from './commands/register';
import { replayCommand } from './commands/replay';
import { reportCommand } from './commands/report';
import { resumeCommand } from './commands/resume';
import { serveCommand } from './commands/serve';
import { sessionsCommand } from './commands/sessions';
import { triageCommand } from './commands/triage';
import { upCommand } from './commands/up';
import { watchdogCommand } from './commands/watchdog';
import { workerCommand } from './commands/worker';
import { byFlag } from './flag-names';
import { notUnderstood, withMeantVerb } from './not-understood';
import { hanging, wrap } from './rendering/table';
import type { Shell } from './shell';
import { readTypedTimes, takesTime } from './typed-times';

/** The verbs as the help groups them, in the order in which an incident needs them. */
const GROUPS: Array<[heading: string, commands: Array<(program: Command, shell: Shell) => void>]> = [
  ['See what is open:', [boardCommand, listCommand, showCommand, nextCommand, explainCommand, oncallCommand]],
  [
    'Declare and say what is known:',
    [
      declareCommand,
      statusCommand,
      assessCommand,
      correctCommand,
      confirmCommand,
      acknowledgeCommand,
      handoverCommand,
      linkCommand,
    ],
  ],
  ['Contain:', [containCommand, measureCommand]],
  [
    'Tell people:',
    [
      draftCommand,
      editDraftCommand,
      translateCommand,
      approveCommand,
      holdCommand,
      releaseCommand,
      toldCommand,
      leaveUntoldCommand,
      noticeCommand,
    ],
  ],
  [
    'Report to authorities:',
    [filedCommand, authoritiesCommand, decideAuthorityCommand, cannotEstablishCommand, actedAtCommand],
  ],
  ['Decide what is owed:', [waiveCommand, notOwedCommand, notMaterialCommand]],
  ['Close, and after:', [reviewCommand, closeCommand, reopenCommand, followUpCommand, resumeCommand]],
  ['The register, and other cases:', [registerCommand, importCommand, triageCommand, reportCommand, depsCommand]],
  ['Act through the server:', [loginCommand, logoutCommand, whoamiCommand]],
  ['Try and rehearse:', [exerciseCommand, detectCommand, sessionsCommand, auditCommand]],
  [
    'Run Tocsin:',
    [
      upCommand,
      workerCommand,
      watchdogCommand,
      serveCommand,
      intakeCommand,
      migrateCommand,
      keysCommand,
      doctorCommand,
      replayCommand,
      completionCommand,
    ],
  ],
];

const help = new Help();

/** What an incident usually needs, for the help. */
const DAY = [
  'declare',
  'next INC-20260401-9f3a',
  'assess INC-20260401-9f3a',
  'approve INC-20260401-9f3a enterprise-notice',
  'status INC-20260401-9f3a contained',
  'close INC-20260401-9f3a',
];

/** The first sentence of a description, without what follows a colon or a semicolon. */
function firstSentence(description: string): string {
  return /^.*?(?=[.:;](\s|$)|$)/.exec(description)![0];
}

/** A message of the parser within the columns that there are: its first line is one long sentence. */
function atWidth(text: string, width: number): string {
  const lines = text.trimEnd().split('\n');
  return `${lines.flatMap((line) => (line.startsWith('error: ') ? hanging('error: ', line.slice(7), width) : wrap(line, width))).join('\n')}\n`;
}

/** The command with all its verbs. Parsing throws; it never ends the process. `argv`: the line it is for. */
export function createProgram(shell: Shell, argv: readonly string[] = []): Command {
  const isForScript = argv.includes('--json');
  const program = new Command('tocsin')
    .description(
      'Run security incidents: contain, notify, file and review before each deadline, and keep the register.',
    )
    .version(packageVersion(), '-V, --version', 'Print the version')
    .option('--break-glass <reason>', 'go straight to Temporal, past the server of TOCSIN_URL; entries say so, and why')
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError('Add --help for the arguments and an example.')
    .configureOutput({
      writeOut: (text) => shell.out.line(text.trimEnd()),
      // A script gets what was wrong as JSON, once it is known.
      writeErr: (text) => (isForScript ? undefined : shell.err.line(text.trimEnd())),
      outputError: (text, write) => write(atWidth(withMeantVerb(text, argv), shell.err.width)),
      getOutHelpWidth: () => Math.min(shell.out.width, 100),
      getErrHelpWidth: () => Math.min(shell.err.width, 100),
    })
    // At 80 columns there must be room for what a command does beside its name and arguments.
    .configureHelp({
      minWidthToWrap: 20,
      // Of the many verbs the list says what each is for, in a sentence; its own help has the rest.
      subcommandTerm: (command) =>
        command.parent?.parent
          ? help.subcommandTerm(command).replace(' [options]', '')
          : [command.name(), ...command.aliases()].reduce((a, b) => (b.length < a.length ? b : a)),
      subcommandDescription: (command) =>
        command.parent?.parent ? command.description() : firstSentence(command.description()),
    })
    .addHelpText(
      'after',
      `
Without a command: what is open and what to do next.

A typical incident:
${DAY.map((line) => `  $ npx tocsin ${line}`).join('\n')}

npx tocsin COMMAND --help has the arguments and an example of each.
Exit codes: 0 done, 1 refused, not found or not verified, 2 invalid input.`,
    );
  for (const [heading, commands] of GROUPS) {
    program.commandsGroup(heading);
    for (const add of commands) add(program, shell);
  }
  for (const command of allCommands(program)) if (takesTime(command)) command.addHelpText('after', TIMES);
  return program.hook('preAction', (_program, command) => checkKinds(program, command));
}

function allCommands(command: Command): Command[] {
  return command.commands.flatMap((each) => [each, ...allCommands(each)]);
}

const TIMES = `
Times: 2026-04-01T02:30Z; or in your time zone 02:30, "yesterday 22:15",
  "2026-04-01 02:30", "2 hours ago", which are shown back as they were read.`;

/** Runs one command line (without node and script) and answers the exit code. */
export async function runCommand(argv: string[], shell: Shell): Promise<0 | 1 | 2> {
  let subject: Subject | undefined;
  let typed: Command | undefined;
  const isForScript = argv.includes('--json');
  const program = createProgram(shell, argv).hook('preAction', (_program, command) => {
    typed = command;
    subject = subjectOf(command);
    checkFilledIn(command);
    breakGlass(program, command, shell);
    readTypedTimes(command, shell);
  });
  try {
    await program.parseAsync(argv.every((word) => word === '--json') ? ['board', ...argv] : argv, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : refuseLine(error, shell, argv);
    return await reportError(error, shell, isForScript, subject, typed);
  } finally {
    await shell.close();
  }
}

function refuseLine(error: CommanderError, shell: Shell, argv: readonly string[]): 2 {
  if (argv.includes('--json')) shell.err.json(notUnderstood(error, argv));
  return 2;
}

/** A command of a mail or a hint that was pasted as it stands would record its placeholders as facts. */
function checkFilledIn(command: Command): void {
  const named = command.registeredArguments.map((argument, index) => [argument.name(), command.args[index]] as const);
  const options = Object.entries(command.opts<Record<string, unknown>>());
  const problems = [...named, ...options]
    .filter(([, value]) => [value].flat().some((word) => typeof word === 'string' && isPlaceholder(word)))
    .map(([name, value]) => `${name}: put your own in the place of ${[value].flat().join(', ')}`);
  if (problems.length > 0) throw usage('the command has a placeholder that is to be filled in', problems);
}

async function reportError(
  error: unknown,
  shell: Shell,
  json: boolean,
  subject: Subject | undefined,
  typed: Command | undefined,
): Promise<1 | 2> {
  const described = await toCommandError(error, subject);
  const meant = subject ? await withMeantId(described, shell, subject) : described;
  const told = meant instanceof ServerAway && (!typed || takesBreakGlass(typed)) ? aroundServer(meant) : meant;
  if (shell.log && !shell.err.isTerminal) {
    shell.log.fatal({ ...(told.problems.length > 0 && { problems: told.problems }) }, told.message);
    return told.exitCode;
  }
  if (json) {
    shell.err.json({ error: told.message, problems: told.problems, exitCode: told.exitCode });
    return told.exitCode;
  }
  const { err } = shell;
  const [first, ...rest] = wrap(told.message, err.width - 'error: '.length);
  err.line(`${err.style('error:', 'red', 'bold')} ${first}`);
  for (const line of rest) err.line(`       ${line}`);
  const problems = told.problems.map((problem) => (typed ? byFlag(problem, typed) : problem));
  for (const problem of problems) for (const line of hanging('  - ', problem, err.width)) err.line(line);
  if (told.cause instanceof Error && shell.env.TOCSIN_DEBUG) err.line(told.cause.stack ?? '');
  return told.exitCode;
}

/** What is left where the server is away. */
function aroundServer({ message, exitCode, problems }: ServerAway): CommandError {
  const around = `If it cannot wait: ${BREAK_GLASS} goes straight to Temporal, with TEMPORAL_ADDRESS and TOCSIN_ENCRYPTION_KEYS set`;
  return new CommandError(`${message}${message.endsWith('?') ? '' : '.'} ${around}`, exitCode, problems);
}

async function toCommandError(error: unknown, subject: Subject | undefined): Promise<CommandError> {
  if (error instanceof CommandError) return error;
  // Loaded here: it knows the errors of Temporal and Postgres, whose code takes long to load.
  const { describeError } = await import('./describe-error.js');
  return describeError(error, subject);
}
