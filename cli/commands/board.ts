/** `tocsin` alone, and `tocsin board`: what is open, by the next deadline, and what to do next. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { KINDS, type KindName } from '../../client/kinds';
import type { ListedCase } from '../../client/listed-case';
import { tocsin } from '../../domain/kernel/command-lines';
import { dataDir } from '../../platform/folders';
import { runningStack } from '../../settings/running-stack';
import { commandOf } from '../cases/case-kinds';
import { caseListLines, casesOf, leftOutLines, noneAtTemporal } from '../cases/list';
import { NO_WORKER, seen } from '../cases/seen';
import { nextLines, typedHere } from '../rendering/next-lines';
import { wrap } from '../rendering/table';
import type { CommonOptions, Shell } from '../shell';
import { verb } from '../verb';
import { stepsOf } from './incident/next';

export function boardCommand(program: Command, shell: Shell): void {
  verb(
    program,
    'board',
    'Show what is open, incidents and cases, by next deadline, and what to do next. `tocsin` alone shows it too.',
    'board',
  ).action(async ({ json }: CommonOptions) => {
    if (!(await isNamed(shell))) return nothingRuns(shell, json);
    const kinds = Object.keys(KINDS) as KindName[];
    const open = await Promise.all(kinds.map(async (kind) => ({ kind, ...(await casesOf(shell, kind)) })));
    if (json) {
      for (const each of open) for (const line of leftOutLines(each.kind, each, shell.err)) shell.err.line(line);
      return shell.out.json(Object.fromEntries(open.map(({ kind, cases }) => [kind, cases])));
    }
    for (const { kind, cases, unread } of open) {
      // What is not there needs no table, but that there is no incident is an answer.
      if (cases.length > 0) for (const line of [...caseListLines(kind, cases, shell.out), '']) shell.out.line(line);
      else if (kind === 'incident') shell.out.line(unread ? noneAtTemporal(kind, false) : 'No incident is open.');
    }
    for (const each of open) for (const line of leftOutLines(each.kind, each, shell.out)) shell.out.line(line);
    await whatNext(
      shell,
      open.flatMap(({ kind, cases }) => (kind === 'incident' ? cases : [])),
    );
    const waiting = open.filter(({ kind, cases }) => kind !== 'incident' && cases.length > 0);
    for (const { kind, cases } of waiting)
      shell.out.line(`Look at ${cases[0]!.id}: ${commandOf(kind, `show ${cases[0]!.id}`)}`);
  });
}

/** Whether there is a Temporal to ask: one that is named, or that of the running stack. */
async function isNamed(shell: Shell): Promise<boolean> {
  if (shell.isGiven || shell.isRemote || runningStack(shell.env)) return true;
  // Loaded here: the gRPC stack takes longer to load than most commands take to run.
  const { configuredTemporal } = await import('../../client/connect.js');
  return configuredTemporal(shell.env) !== undefined;
}

/** How many steps of the first incident the board shows. */
const STEPS_SHOWN = 2;

/** The first steps of the incident whose deadline is next, and the commands for the others. */
async function whatNext(shell: Shell, incidents: ListedCase[]): Promise<void> {
  const { out } = shell;
  const [first] = incidents.filter(({ exercise, stopped }) => !exercise && !stopped);
  if (!first) {
    out.line(`Declare one: ${tocsin('declare', {})}   All commands: npx tocsin --help`);
    return;
  }
  const { id } = first;
  const found = await seen(shell, id);
  if (found.fromRegister) for (const line of wrap(NO_WORKER, out.width)) out.line(out.style(line, 'red'));
  const { steps } = stepsOf(found, shell);
  out.line(out.style(`Next on ${id}`, 'dim'));
  const text = typedHere(shell.actorIsSet);
  for (const line of nextLines(steps.slice(0, STEPS_SHOWN), found.now, out, text)) out.line(line);
  out.line();
  if (steps.length > STEPS_SHOWN) out.line(`${steps.length - STEPS_SHOWN} more: ${tocsin('next', { id })}`);
  out.line(`Watch it: ${tocsin('show', { id, watch: true })}`);
}

/** What to start, where neither a stack runs here nor a Temporal is named. */
function nothingRuns({ out, env }: Shell, json: boolean | undefined): void {
  if (json) {
    out.json({ running: false });
    return;
  }
  const ranBefore = existsSync(path.join(dataDir(env), 'temporal', 'temporal.db'));
  const lines = [
    ranBefore
      ? 'Nothing is running here, so no deadline of what was begun here is watched. To go on with it:'
      : 'Nothing is running here. To try Tocsin out on this machine:',
    '',
    `  ${tocsin('up', {}).padEnd(28)} everything it needs, until Ctrl-C`,
    ranBefore
      ? `  ${tocsin('board', {}).padEnd(28)} then, in a second shell: what is open`
      : `  ${tocsin('declare', {}).padEnd(28)} then, in a second shell: asks what happened`,
    '',
    `With a Temporal of your own, set TEMPORAL_ADDRESS; ${tocsin('doctor', {})} says what is missing.`,
    env.TOCSIN_DATA_DIR
      ? `Looked in ${env.TOCSIN_DATA_DIR}, as TOCSIN_DATA_DIR says.`
      : 'Looked in .tocsin of this folder: run it where `up` was started, or set TOCSIN_DATA_DIR.',
    'All commands: npx tocsin --help',
  ];
  for (const line of lines.flatMap((each) => wrap(each, out.width))) out.line(line);
}
