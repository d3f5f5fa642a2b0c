/** `tocsin show`: one incident, once or live. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { tocsin } from '../../../domain/kernel/command-lines';
import { shownPack } from '../../../policy/pack-of';
import { runningStack } from '../../../settings/running-stack';
import { NO_WORKER, type Seen, seen } from '../../cases/seen';
import { stoppedLines, stoppedOf, warningLines } from '../../cases/stopped-lines';
import { boardLines, liveLines } from '../../rendering/board-lines';
import { hanging } from '../../rendering/table';
import { TimelineTeller } from '../../rendering/timeline-lines';
import type { CommonOptions, Shell } from '../../shell';
import { untilStopped } from '../../until-stopped';
import { verb } from '../../verb';
import { stepsOf } from './next';

interface Options extends CommonOptions {
  watch?: boolean;
}

const REFRESH_MS = 1_000;
const LAST_EVENTS = 8;

export function showCommand(program: Command, shell: Shell): void {
  verb(
    program,
    'show <id>',
    'Show an incident: its obligations and their deadlines, containment, open alarms, the latest events, and where to look.',
    'show INC-20260401-9f3a --watch',
  )
    .option('-w, --watch', 'keep it on screen until the incident is closed; without a terminal, print what happens')
    .action(async (id: string, options: Options) => {
      if (options.json && !options.watch) {
        const { view, fromRegister } = await seen(shell, id);
        const stopped = await stoppedOf(await shell.client(), id);
        shell.out.json({ ...view, ...(fromRegister && { fromRegister }), ...(stopped && { stopped }) });
      } else if (options.watch && (options.json || !shell.out.isTerminal))
        await follow(shell, id, options.json === true);
      else if (options.watch) await watch(shell, id);
      else for (const line of await wholeLines(shell, id)) shell.out.line(line);
    });
}

async function wholeLines(shell: Shell, id: string): Promise<string[]> {
  const found = await seen(shell, id);
  const { view, events, now } = found;
  const lines = boardLines(
    view,
    events,
    packOf(shell, found),
    now,
    shell.out,
    LAST_EVENTS,
    shell.actorIsSet,
    linkLines(shell, id),
  );
  return [...(await warnings(shell, id, found)), ...lines];
}

/** On a screen of its own, until it is closed or Ctrl-C; then the terminal is as it was, with how the incident stands. */
async function watch(shell: Shell, id: string): Promise<void> {
  const { out } = shell;
  const stopped = untilStopped().then(() => true);
  // What is not there must be said on the terminal itself.
  let found = await seen(shell, id);
  await out.onOwnScreen(async (paint) => {
    for (;;) {
      const { view, events, now } = found;
      const above = await warnings(shell, id, found);
      const { steps } = stepsOf(found, shell);
      const by = shell.actorIsSet;
      const room = out.height - above.length;
      paint([...above, ...liveLines(view, events, packOf(shell, found), now, out, room, steps, by)]);
      if (view.state.closedAt) return;
      if (await Promise.race([stopped, sleep(REFRESH_MS, false)])) return;
      found = await seen(shell, id);
    }
  });
  if (found.view.state.closedAt) for (const line of await wholeLines(shell, id)) out.line(line);
  else out.line(`${id} continues. Look again: ${tocsin('show', { id, watch: true })}`);
}

function packOf(shell: Shell, { view, explanations }: Seen) {
  return shownPack(view.state, explanations, shell.settings.policy);
}

/** What stands above everything: that nothing watches the deadlines below, and why. */
async function warnings(shell: Shell, id: string, { fromRegister }: Seen): Promise<string[]> {
  const stopped = await stoppedOf(await shell.client(), id);
  if (stopped) return stoppedLines(id, stopped, shell.out);
  return fromRegister ? warningLines(NO_WORKER, shell.out) : [];
}

/** Where else to look: pages of the stack on this machine, and the register. The links carry no key. */
function linkLines(shell: Shell, id: string): string[] {
  const stack = runningStack(shell.env);
  const of = encodeURIComponent(id);
  const rows = [
    ...(stack?.temporal.uiUrl
      ? [['Web UI', `${stack.temporal.uiUrl}/namespaces/${stack.temporal.namespace}/workflows/${of}`]]
      : []),
    ...(stack ? [['Dossiers', `${stack.site.url}/dossiers/${of}/`]] : []),
    ['Register', tocsin('register show', { id })],
    ['To do', tocsin('next', { id })],
  ];
  const lines = rows.flatMap(([name, where]) => hanging(`${name!.padEnd(9)} `, where!, Number.POSITIVE_INFINITY));
  return lines.map((line) => shell.out.style(line, 'dim'));
}

/** Where there is no terminal: the events as they come, one a line. */
async function follow(shell: Shell, id: string, json: boolean): Promise<void> {
  const { out } = shell;
  let seq = 0;
  let teller: TimelineTeller | undefined;
  for (;;) {
    const found = await seen(shell, id);
    const { state } = found.view;
    if (state.seq > seq) {
      const events = found.events.filter((event) => event.seq > seq);
      teller ??= new TimelineTeller(out, packOf(shell, found), state.declaration.detectedAt);
      if (json) for (const event of events) out.json(event, 0);
      else for (const line of teller.lines(events)) out.line(line);
      seq = events.at(-1)?.seq ?? seq;
    }
    if (state.closedAt && seq >= state.seq) return;
    await sleep(REFRESH_MS);
  }
}
