/** `tocsin resume`: an incident whose workflow is gone goes on from the register. */
import type { Command } from 'commander';
import { type CommandError, refused, usage } from '../../../client/errors';
import { incidentStart } from '../../../client/start-options';
import type { TocsinClient } from '../../../client/tocsin-client';
import type { Found } from '../../../domain/incident/found';
import { type ResumedInput, resumeProblem } from '../../../domain/incident/resumed';
import { type IncidentState, isSettled } from '../../../domain/incident/state';
import { tocsin } from '../../../domain/kernel/command-lines';
import { plural } from '../../../domain/kernel/plural';
import { relative, shortInstant } from '../../rendering/format';
import type { CommonOptions, Shell } from '../../shell';
import { OPTIONS, verb } from '../../verb';

interface Options extends CommonOptions {
  all?: boolean;
  currentPolicy?: boolean;
  replaceRunning?: boolean;
}

/** An incident that was resumed, as `--json` prints it. */
interface Resumed {
  id: string;
  found: Found;
  entries: number;
  /** Deadlines that passed before it was resumed, and are open still. */
  missed: number;
  nextDeadline?: string;
}

export function resumeCommand(program: Command, shell: Shell): void {
  verb(
    program,
    'resume [id]',
    'Resume an incident whose workflow is gone (terminated, failed, lost with its Temporal) from the register alone. ' +
      'Whoever was told is not told again.',
    'resume INC-20260401-9f3a\nresume --all',
  )
    .option('--all', 'every open incident of the register that has no running workflow')
    .option(
      '--replace-running',
      'end the workflow that runs first: after a reset, when the register refuses its entries',
    )
    .option('--current-policy', "under the workers' policy, if the one it was declared under is not kept")
    .option(...OPTIONS.by)
    .action((id: string | undefined, options: Options) => resume(shell, id, options));
}

async function resume(shell: Shell, id: string | undefined, options: Options): Promise<void> {
  if (Boolean(id) === Boolean(options.all)) throw usage('name one incident, or use --all');
  if (options.all && options.replaceRunning)
    throw usage('--replace-running ends the workflow of one incident: name it');
  const client = await shell.client();
  const problems: string[] = [];
  const resumed: Resumed[] = [];
  for (const each of id ? [id] : await lost(shell, client)) {
    try {
      const one = await resumeOne(shell, client, each, options);
      resumed.push(one);
      if (!options.json) for (const line of linesOf(one)) shell.out.line(line);
    } catch (error) {
      if (id) throw error;
      problems.push(`${each}: ${[(error as Error).message, ...((error as CommandError).problems ?? [])].join('; ')}`);
    }
  }
  if (options.json) shell.out.json(id ? resumed[0] : { resumed, problems });
  else if (options.all && resumed.length + problems.length === 0)
    shell.out.line('Every open incident of the register has a running workflow: nothing to resume.');
  if (problems.length > 0) throw refused(`${plural(problems.length, 'incident')} could not be resumed`, problems);
}

/** The open incidents of the register that no workflow runs for. */
async function lost(shell: Shell, client: TocsinClient): Promise<string[]> {
  const { registeredHeads } = await import('../../../register/registered-heads.js');
  const open = (await registeredHeads(await shell.register())).filter(({ openIncident }) => openIncident);
  const found = await Promise.all(open.map(async ({ caseId }) => ({ caseId, run: await client.find(caseId) })));
  const without = found.filter(({ run }) => !run?.open).map(({ caseId }) => caseId);
  const states = await Promise.all(without.map((caseId) => stateOf(shell, caseId)));
  // An exercise is played again, not resumed.
  return states.filter((state) => resumeProblem(state) === undefined).map(({ caseId }) => caseId);
}

async function stateOf(shell: Shell, id: string): Promise<IncidentState> {
  const { stateFromRegister } = await import('../../../register/state-from-register.js');
  return stateFromRegister(await shell.register(), id);
}

async function resumeOne(shell: Shell, client: TocsinClient, id: string, options: Options): Promise<Resumed> {
  const state = await stateOf(shell, id);
  const problem = resumeProblem(state);
  if (problem === 'exercise') throw refused(`"${id}" is an exercise: play it again instead`);
  if (problem === 'closed')
    throw refused(
      `incident "${id}" is closed. To go on with it: \`${tocsin('reopen', { id, reason: { ask: 'reason' } })}\``,
    );
  const run = await client.find(id);
  if (run?.open && !options.replaceRunning)
    throw refused(
      `incident "${id}" has a running workflow: see \`${tocsin('show', { id })}\`. If it was reset and the register refuses ` +
        `its entries, end it and begin from the register: \`${tocsin('resume', { id, 'replace-running': true })}\``,
    );
  const by = shell.by(options);
  if (run?.open) await client.terminate(id, `replaced by a run from the register: ${by}`);
  const found = run?.open ? 'replaced' : foundOf(run?.status);
  const endedAt = run?.open ? undefined : run?.endedAt;
  const input: ResumedInput = {
    resumed: {
      incidentId: id,
      by,
      found,
      ...(endedAt && { endedAt }),
      ...(options.currentPolicy && { currentPolicy: true }),
    },
  };
  const view = await client.resume({ ...incidentStart(input, state.declaration, false), input });
  return { id, found, entries: state.seq, ...deadlines(view.state) };
}

function foundOf(status: string | undefined): Found {
  switch (status) {
    case undefined:
      return 'missing';
    case 'TERMINATED':
      return 'terminated';
    case 'CANCELLED':
      return 'cancelled';
    case 'TIMED_OUT':
      return 'timed-out';
    case 'COMPLETED':
    case 'CONTINUED_AS_NEW':
      return 'ended';
    default:
      return 'failed';
  }
}

function deadlines(state: IncidentState): Pick<Resumed, 'missed' | 'nextDeadline'> {
  const now = new Date().toISOString();
  const due = Object.values(state.obligations).flatMap((o) => (o.dueAt && !isSettled(o) ? [o.dueAt] : []));
  const next = due.filter((at) => at > now).sort()[0];
  return { missed: due.filter((at) => at <= now).length, ...(next && { nextDeadline: next }) };
}

function linesOf({ id, entries, missed, nextDeadline }: Resumed): string[] {
  const now = new Date().toISOString();
  return [
    `${id}  resumed from ${plural(entries, 'entry', 'entries')} of the register`,
    ...(missed > 0 ? [`  ${plural(missed, 'deadline')} passed: see ${tocsin('show', { id })}`] : []),
    ...(nextDeadline ? [`  next deadline ${shortInstant(now, nextDeadline)} UTC, ${relative(now, nextDeadline)}`] : []),
  ];
}
