/** `tocsin resume`: a case whose workflow is gone goes on from the register. */
import type { Command } from 'commander';
import { type CommandError, refused, usage } from '../../client/errors';
import { kindOf } from '../../client/kinds';
import { stoppedText } from '../../client/stopped';
import type { TocsinClient } from '../../client/tocsin-client';
import type { Found } from '../../domain/case/found';
import { type ResumedInput, resumeProblem } from '../../domain/case/resumed';
import { INCIDENT_WORKFLOW } from '../../domain/incident/contract';
import { tocsin } from '../../domain/kernel/command-lines';
import { plural } from '../../domain/kernel/plural';
import { leftText } from '../../domain/kernel/time';
import type { RegisteredCase } from '../../domain/watch/registered-case';
import { shortInstant } from '../rendering/format';
import type { CommonOptions, Shell } from '../shell';
import { OPTIONS, verb } from '../verb';

interface Options extends CommonOptions {
  all?: boolean;
  currentPolicy?: boolean;
  replaceRunning?: boolean;
}

/** A case that was resumed, as `--json` prints it. */
interface Resumed {
  id: string;
  /** How its workflow was found; absent where that runs, and only entries were written. */
  found?: Found;
  /** Entries that a workflow of their own had not written, as it was ended, and that are written now. */
  written?: Array<{ first: number; last: number }>;
  /** Entries that it went on from. */
  entries: number;
  /** The earliest deadline that is owed, also when it is past. */
  nextDeadline?: string;
}

export function resumeCommand(program: Command, shell: Shell): void {
  verb(
    program,
    'resume [incident-or-case]',
    'Bring back an open incident or case whose workflow is gone: terminated, failed, or lost with Temporal. It goes on from ' +
      'the register alone, with the same deadlines, and nobody is told twice.',
    'resume INC-20260401-9f3a\nresume --all   # after all of Temporal was lost',
  )
    .option('--all', 'every open incident and case without a running workflow')
    .option('--replace-running', 'first end the workflow that runs: needed where the register refuses its entries')
    .option('--current-policy', "go on under the workers' policy, where the one it was declared under was lost")
    .option(...OPTIONS.by)
    .action((id: string | undefined, options: Options) => resume(shell, id, options));
}

async function resume(shell: Shell, id: string | undefined, options: Options): Promise<void> {
  if (Boolean(id) === Boolean(options.all)) throw usage('name one incident or case, or use --all');
  if (options.all && options.replaceRunning) throw usage('--replace-running ends the workflow of one case: name it');
  const client = await shell.temporal();
  const problems: string[] = [];
  const resumed: Resumed[] = [];
  const unreadable = (caseId: string, problem: string) => problems.push(`${caseId}: ${problem}`);
  for (const each of id ? [await registered(shell, client, id)] : await lost(shell, client, unreadable)) {
    try {
      const one = await resumeOne(shell, client, each, options);
      resumed.push(one);
      if (!options.json) for (const line of linesOf(one)) shell.out.line(line);
    } catch (error) {
      if (id) throw error;
      problems.push(
        `${each.id}: ${[(error as Error).message, ...((error as CommandError).problems ?? [])].join('; ')}`,
      );
    }
  }
  if (options.json) shell.out.json(id ? resumed[0] : { resumed, problems });
  else if (options.all && resumed.length + problems.length === 0)
    shell.out.line('Every open incident and case of the register has a running workflow: nothing to resume.');
  if (problems.length > 0) throw refused(`${plural(problems.length, 'case')} could not be resumed`, problems);
}

/** The open cases of the register that no workflow runs for. An exercise is played again, not resumed. One that cannot be read hides no other. */
async function lost(
  shell: Shell,
  client: TocsinClient,
  unreadable: (caseId: string, problem: string) => void,
): Promise<RegisteredCase[]> {
  const { isUnavailable } = await import('../../postgres/outage.js');
  const { registeredHeads } = await import('../../register/registered-heads.js');
  const { unfinishedWriters } = await import('../../client/entry-writers.js');
  const unwritten = await unfinishedWriters(client.temporal);
  const lost: RegisteredCase[] = [];
  for (const { caseId, first, openIncident } of await registeredHeads(await shell.register())) {
    if (first === 'declared' && !openIncident) continue;
    const each = await find(shell, caseId).catch((error: Error) => {
      if (isUnavailable(error)) throw error;
      unreadable(caseId, `it cannot be read from the register: ${error.message}`);
      return undefined;
    });
    if (!each || resumeProblem(each) !== undefined) continue;
    const isUnwritten = unwritten.some((writer) => writer.caseId === caseId && !writer.running);
    if (isUnwritten || !(await client.find(caseId))?.open) lost.push(each);
  }
  return lost;
}

async function find(shell: Shell, id: string): Promise<RegisteredCase | undefined> {
  const { readEvents } = await import('../../register/read-incident.js');
  const { registeredCase } = await import('../../domain/watch/registered-case.js');
  return registeredCase(await readEvents(await shell.register(), id));
}

async function registered(shell: Shell, client: TocsinClient, id: string): Promise<RegisteredCase> {
  const found = await find(shell, id);
  if (found) return found;
  const stands = await client.stands(id);
  if (typeof stands === 'object')
    throw refused(
      `nothing of "${id}" stands in the register, and ${stoppedText(stands)}: there is nothing to go on from.` +
        ((kindOf(id) ?? 'incident') === 'incident'
          ? ' Declare it again under another id, with the instants that it had'
          : ''),
    );
  throw refused(`the register has no incident or case "${id}": see \`${tocsin('list', { all: true })}\``);
}

async function resumeOne(
  shell: Shell,
  client: TocsinClient,
  registered: RegisteredCase,
  options: Options,
): Promise<Resumed> {
  const { id } = registered;
  const problem = resumeProblem(registered);
  if (problem === 'exercise') throw refused(`"${id}" is an exercise: play it again instead`);
  if (problem === 'closed') throw refused(`"${id}" is closed${reopening(registered)}`);
  // What it is rebuilt from must be whole: a later run would take the numbers of entries that are still to come.
  const written = (await client.writeAgain(id)).map(({ first, last }) => ({ first, last }));
  const whole = written.length > 0 ? ((await find(shell, id)) ?? registered) : registered;
  const { workflow, seq, title, severity, owner, status, nextDueAt } = whole;
  const run = await client.find(id);
  if (run?.open && !options.replaceRunning && written.length > 0)
    return { id, written, entries: seq, ...(nextDueAt && { nextDeadline: nextDueAt }) };
  if (run?.open && !options.replaceRunning)
    throw refused(
      `"${id}" has a running workflow. If the register refuses its entries, end it and begin from the ` +
        `register: \`${tocsin('resume', { 'incident-or-case': id, 'replace-running': true })}\``,
    );
  const by = shell.by(options);
  if (run?.open) await client.terminate(id, `replaced by a run from the register: ${by}`, run);
  const found = run?.open ? 'replaced' : foundOf(run?.status);
  const endedAt = run?.open ? undefined : run?.endedAt;
  const currentPolicy = options.currentPolicy;
  const input: ResumedInput = {
    resumed: {
      caseId: id,
      by,
      found,
      entries: seq,
      ...(endedAt && { endedAt }),
      ...(currentPolicy && { currentPolicy }),
    },
  };
  await client.resume({
    workflow,
    id,
    title,
    severity,
    owner,
    status,
    nextDeadline: nextDueAt,
    exercise: false,
    input,
  });
  return {
    id,
    found,
    ...(written.length > 0 && { written }),
    entries: seq,
    ...(nextDueAt && { nextDeadline: nextDueAt }),
  };
}

function reopening({ id, workflow }: RegisteredCase): string {
  return workflow === INCIDENT_WORKFLOW
    ? `. To go on with it: \`${tocsin('reopen', { id, reason: { ask: 'reason' } })}\``
    : ': there is nothing to go on with';
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

function linesOf({ id, found, written = [], entries, nextDeadline }: Resumed): string[] {
  const now = new Date().toISOString();
  const which = written.map(({ first, last }) => `${first}–${last}`).join(', ');
  return [
    ...(written.length > 0 ? [`${id}  entries ${which} are written, which nobody wrote any more`] : []),
    ...(found ? [`${id}  resumed from ${plural(entries, 'entry', 'entries')} of the register`] : []),
    ...(nextDeadline ? [`  next deadline ${shortInstant(now, nextDeadline)} UTC, ${leftText(nextDeadline, now)}`] : []),
  ];
}
