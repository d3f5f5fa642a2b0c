/** `tocsin deps check`: what is installed against what is known to be vulnerable; here, or by the worker. */
import path from 'node:path';
import { type Command, Option } from 'commander';
import { refused, usage } from '../../../client/errors';
import { tocsin } from '../../../domain/kernel/command-lines';
import { plural } from '../../../domain/kernel/plural';
import { RATINGS, type Rating } from '../../../domain/patch/advisory';
import {
  atLeast,
  type CheckSummary,
  type Excused,
  excuseText,
  type Finding,
  type Undecided,
} from '../../../domain/patch/dependencies';
import { collect } from '../../input';
import type { Output } from '../../rendering/output';
import { hanging, table } from '../../rendering/table';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from '../../verb';

interface Options extends CommonOptions {
  advisories?: string[];
  vex?: string[];
  exploitation?: string[];
  tasks: boolean;
  failOn?: Rating;
}

/** What a check here gives; that of a worker gives the counts only. */
interface LocalResult extends CheckSummary {
  found: Finding[];
  undecidedOf: Undecided[];
  excusedOf: Excused[];
}

export function depsCheckCommand(deps: Command, shell: Shell): void {
  verb(
    deps,
    'check [files...]',
    'Check now. Without files the worker checks what it is configured with, and opens and closes patch tasks. With files, --advisories or --no-tasks the check runs here, without a server, and only reports what it finds.',
    'deps check\ndeps check package-lock.json --advisories ./advisories --fail-on high\ndeps check shop=bom.cdx.json --no-tasks --json',
  )
    .option(
      '--advisories <folder|url>',
      'OSV records: a folder, a file or an address (default: TOCSIN_ADVISORIES)',
      collect,
    )
    .option(
      '--vex <file>',
      'statements that something is not affected, as PATH or NAME=PATH (default: TOCSIN_VEX)',
      collect,
    )
    .option(
      '--exploitation <file|url>',
      'KEV or EPSS: known or likely to be exploited (default: TOCSIN_EXPLOITATION)',
      collect,
    )
    .option('--no-tasks', 'only report what is found; needs no server')
    .addOption(
      new Option(
        '--fail-on <severity>',
        'exit 1 when something at least this severe is found; unknown and undecided findings count as severe',
      ).choices(RATINGS),
    )
    .action(async (files: string[], options: Options) => {
      const here = files.length > 0 || options.advisories !== undefined || !options.tasks;
      const result = here ? await checkHere(shell, files, options) : await checkByWorker(shell);
      if (options.json) shell.out.json(result);
      else for (const line of resultLines(result, shell.out)) shell.out.line(line);
      const failOn = options.failOn;
      const severe =
        failOn && RATINGS.filter((each) => atLeast(each, failOn)).reduce((n, each) => n + result.findings[each], 0);
      if (severe) throw refused(`found ${severe} rated ${failOn} or worse`);
      // What cannot be judged is not clean.
      if (failOn && result.undecided > 0)
        throw refused(`${result.undecided} could not be assessed and may be ${failOn} or worse: look at each of them`);
      if (result.problems.length > 0)
        throw refused('the check is incomplete: see its problems', options.json ? result.problems : []);
    });
}

async function checkHere(
  shell: Shell,
  files: string[],
  { advisories, vex, exploitation }: Options,
): Promise<LocalResult> {
  const { runCheck } = await import('../../../detection/dependencies/run-check.js');
  const { dependencies, dataDir } = shell.settings;
  const inventories = files.length > 0 ? files : dependencies.inventories;
  const sources = advisories ?? dependencies.advisories;
  if (inventories.length === 0) throw usage('nothing to check: name a lock file or an SBOM, or set TOCSIN_INVENTORIES');
  if (sources.length === 0) throw usage('no advisories: give --advisories FOLDER or URL, or set TOCSIN_ADVISORIES');
  const cacheDir = path.join(dataDir, 'advisories');
  const check = await runCheck(
    {
      inventories,
      advisories: sources,
      vex: vex ?? dependencies.vex,
      exploitation: exploitation ?? dependencies.exploitation,
      cacheDir,
    },
    new Date(),
  );
  return { ...check.summary(), found: check.findings, undecidedOf: check.undecided, excusedOf: check.excused };
}

async function checkByWorker(shell: Shell): Promise<CheckSummary> {
  const { DEPENDENCY_CHECK } = await import('../../../domain/patch/patch-task.js');
  const { temporal } = await shell.temporal();
  // One check at a time: who asks while one runs gets its result.
  return temporal.workflow.execute(DEPENDENCY_CHECK, {
    workflowId: 'dependency-check-now',
    taskQueue: shell.temporalSettings.taskQueue,
    // An argument comes under the seal: without one the check would not know that the workers have keys.
    args: [{}],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: 'asked for by a person',
  }) as Promise<CheckSummary>;
}

function resultLines(result: CheckSummary & Partial<LocalResult>, out: Output): string[] {
  const components = result.inventories.reduce((n, each) => n + each.components, 0);
  const total = RATINGS.reduce((n, each) => n + result.findings[each], 0);
  const counts = RATINGS.filter((each) => result.findings[each] > 0).map((each) => `${result.findings[each]} ${each}`);
  if (result.undecided > 0) counts.push(`${result.undecided} undecided`);
  if (result.excused) counts.push(`${result.excused} stated not to be affected`);
  const clean = total === 0 && result.problems.length === 0 && result.undecided === 0;
  const mark = clean ? out.style('✓', 'green') : out.style('✗', 'red');
  const lines = [
    ...hanging(
      `${mark} `,
      `${plural(components, 'package')} in ${plural(result.inventories.length, 'inventory', 'inventories')}, ${plural(result.advisories, 'advisory', 'advisories')}: ${counts.join(', ') || (components === 0 ? 'nothing was checked' : 'nothing found')}`,
      out.width,
    ),
  ];
  if (result.found && result.found.length > 0) lines.push(findingTable(result.found, out));
  if (!result.found && total > 0) lines.push(`  each has a task: \`${tocsin('deps list', {})}\``);
  for (const each of (result.undecidedOf ?? []).slice(0, 20)) {
    const text = `undecided: ${each.package} ${each.version ?? ''} in ${each.inventory}, ${each.advisory}: ${each.reason}`;
    lines.push(...hanging('  ', text, out.width));
  }
  if (!result.undecidedOf && result.undecided > 0)
    lines.push(`  undecided: ${result.undecided}; \`tocsin deps check --no-tasks\` lists them`);
  for (const each of (result.excusedOf ?? []).slice(0, 50)) {
    const text = `stated: ${each.package} ${each.version ?? ''} in ${each.inventory}, ${each.advisory}: ${excuseText(each)}`;
    lines.push(...hanging('  ', text, out.width));
  }
  for (const problem of result.problems) lines.push(...hanging(`  ${out.style('!', 'yellow')} `, problem, out.width));
  return lines;
}

function findingTable(found: Finding[], out: Output): string {
  const columns = ['Severity', 'Package', 'Installed', 'Fixed in', 'Advisory', 'Inventory'].map((title) => ({
    title,
    flex: true,
  }));
  const rows = found.map((each) => [
    {
      text: `${each.severity}${each.score === undefined ? '' : ` ${each.score}`}${each.malicious ? ' malicious' : ''}${each.exploited ? ' exploited' : ''}`,
      paint: (text: string) =>
        each.severity === 'critical' || each.severity === 'high' ? out.style(text, 'red') : text,
    },
    each.package,
    each.versions.join(', '),
    each.fixedIn.join(', ') || '–',
    each.advisory,
    `${each.inventory}${each.dev ? ' (dev)' : ''}`,
  ]);
  return table(columns, rows, out.width, (text) => out.style(text, 'dim'));
}
