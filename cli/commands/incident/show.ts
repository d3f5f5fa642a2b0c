/** `tocsin show`: one incident, once or live. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { refused } from '../../../client/errors';
import { stoppedRemedy, stoppedText } from '../../../client/stopped';
import { shownPack } from '../../pack-of';
import { boardLines } from '../../rendering/board-lines';
import { wrap } from '../../rendering/table';
import { TimelineTeller } from '../../rendering/timeline-lines';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from '../../verb';
import { clockNow } from '../exercise/play';

interface Options extends CommonOptions {
  watch?: boolean;
}

const REFRESH_MS = 1_000;
const LAST_EVENTS = 8;

export function showCommand(program: Command, shell: Shell): void {
  verb(
    program,
    'show <id>',
    'Show an incident: its obligations and their deadlines, containment, and the latest events.',
    'show INC-20260401-9f3a --watch',
  )
    .option('-w, --watch', 'keep it on screen until the incident is closed')
    .action(async (id: string, options: Options) => {
      if (options.json && !options.watch) shell.out.json(await viewOf(shell, id));
      else if (options.watch && (options.json || !shell.out.isTerminal)) await follow(shell, id, options.json === true);
      else await draw(shell, id, options.watch === true);
    });
}

async function viewOf(shell: Shell, id: string) {
  const view = await (await shell.client()).view(id);
  if (!view) throw refused(`incident "${id}" has just been started and is not declared yet; try again in a moment`);
  return view;
}

async function draw(shell: Shell, id: string, watch: boolean): Promise<void> {
  const { out } = shell;
  const client = await shell.client();
  for (;;) {
    const [view, events, explanations] = await Promise.all([
      viewOf(shell, id),
      client.timeline(id),
      client.explain(id),
    ]);
    const now = view.state.closedAt ?? clockNow(view.clock);
    const lines = boardLines(
      view,
      events,
      shownPack(view.state, explanations, shell.settings.policy),
      now,
      out,
      LAST_EVENTS,
      shell.settings.by !== undefined,
    );
    if (watch) out.clear();
    for (const line of [...(await stoppedLines(shell, id)), ...lines]) out.line(line);
    if (!watch || view.state.closedAt) return;
    out.line(out.style('\nCtrl-C stops watching; the incident continues.', 'dim'));
    await sleep(REFRESH_MS);
  }
}

/** That nothing watches the deadlines below, where the workflow has ended before the incident was closed. */
async function stoppedLines(shell: Shell, id: string): Promise<string[]> {
  const stands = await (await shell.client()).stands(id);
  if (typeof stands !== 'object') return [];
  const text = `STOPPED: ${stoppedText(stands)}, so nothing watches these deadlines. ${stoppedRemedy(id)}`;
  return [...wrap(text, shell.out.width).map((line) => shell.out.style(line, 'red', 'bold')), ''];
}

/** Where there is no terminal: the events as they come, one a line. */
async function follow(shell: Shell, id: string, json: boolean): Promise<void> {
  const { out } = shell;
  const client = await shell.client();
  let seq = 0;
  let teller: TimelineTeller | undefined;
  for (;;) {
    const view = await viewOf(shell, id);
    if (view.state.seq > seq) {
      const events = (await client.timeline(id)).filter((event) => event.seq > seq);
      teller ??= new TimelineTeller(
        out,
        shownPack(view.state, await client.explain(id), shell.settings.policy),
        view.state.declaration.detectedAt,
      );
      if (json) for (const event of events) out.json(event, 0);
      else for (const line of teller.lines(events)) out.line(line);
      seq = events.at(-1)?.seq ?? seq;
    }
    if (view.state.closedAt && seq >= view.state.seq) return;
    await sleep(REFRESH_MS);
  }
}
