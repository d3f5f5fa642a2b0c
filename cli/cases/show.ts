/** Shows a case that is no incident: what it is, what is owed, what happened. Each kind says its part in `Telling`, and its texts are made harmless here. */
import type { Command } from 'commander';
import { refused } from '../../client/errors';
import type { Answers, KindName } from '../../client/kinds';
import type { CaseState } from '../../domain/case/lifecycle';
import type { Telling } from '../../domain/case/told';
import { TOCSIN } from '../../domain/kernel/recorded-event';
import { type Instant, leftText } from '../../domain/kernel/time';
import { shortInstant } from '../rendering/format';
import { visibleLine } from '../rendering/hostile-text';
import type { Output } from '../rendering/output';
import { hanging } from '../rendering/table';
import type { CommonOptions, Shell } from '../shell';
import { verb } from '../verb';
import { CASE_KINDS, named } from './case-kinds';
import { stoppedLines, stoppedOf } from './stopped-lines';

type TellingOf<K extends Exclude<KindName, 'incident'>> = Telling<Answers[K]['view']['state'], Answers[K]['event']>;

const LAST_EVENTS = 30;
const MOST_CHARS = 1000;

/** Adds the verb `show` of a kind of case. */
export function showVerb<K extends Exclude<KindName, 'incident'>>(
  parent: Command,
  shell: Shell,
  { kind, argument, description, telling }: { kind: K; argument: string; description: string; telling: TellingOf<K> },
): void {
  const { group, example } = CASE_KINDS[kind];
  verb(parent, `show ${argument}`, description, `${group} show ${example}`).action(
    async (id: string, { json }: CommonOptions) => {
      const client = await shell.client();
      const [view, events] = await Promise.all([client.view<K>(id), client.timeline<K>(id)]);
      if (!view) throw refused(`${named({ id, kind })} has just been started; try again in a moment`);
      const stopped = view.state.closedAt ? undefined : await stoppedOf(client, id);
      if (json) return shell.out.json({ ...view, events, ...(stopped && { stopped }) });
      if (stopped) for (const line of stoppedLines(id, stopped, shell.out)) shell.out.line(line);
      for (const line of caseLines(shell.out, telling, view, events)) shell.out.line(line);
    },
  );
}

/** The lines of a case: its head, what it is about, what is owed, the last events. */
export function caseLines<K extends Exclude<KindName, 'incident'>>(
  out: Output,
  { about, rows, told }: TellingOf<K>,
  view: Answers[K]['view'],
  events: Array<Answers[K]['event']>,
  now: Instant = new Date().toISOString(),
): string[] {
  const state: Answers[K]['view']['state'] = view.state;
  const { caseId, severity, status, owner, title, closedAt }: CaseState = state;
  const texts = [title, ...about(state)].map((text) => visibleLine(text, MOST_CHARS));
  const owed = rows(state, now).flatMap((row) => {
    const left = row.dueAt && row.dueAt === view.nextDueAt ? ` (${leftText(row.dueAt, now)})` : '';
    const due = row.dueAt ? `; due ${shortInstant(now, row.dueAt)} UTC${left}` : '';
    return hanging(`  ${visibleLine(row.what, 200)}: `, `${visibleLine(row.state, 500)}${due}`, out.width);
  });
  const happened = events.slice(-LAST_EVENTS).flatMap((event) => {
    const by = event.by === TOCSIN ? '' : ` (${event.by})`;
    const text = visibleLine(told(event) + by, 500);
    const at = shortInstant(now, event.at);
    return hanging(`${out.style(at, 'dim')}  `, text, out.width, at.length + 2);
  });
  return [
    `${out.style(caseId, 'bold')}  ${severity}  ${out.style(closedAt ? 'closed' : status, 'cyan')}  owner ${visibleLine(owner, 60)}`,
    ...texts.flatMap((text) => hanging('  ', text, out.width)),
    ...owed,
    ...(happened.length > 0 ? ['', ...happened] : []),
  ];
}
