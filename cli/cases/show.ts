/** Shows a case that is no incident: what it is, what is owed, what happened. Each kind says its part in `Telling`. */
import type { Command } from 'commander';
import { refused } from '../../client/errors';
import type { Answers, KindName } from '../../client/kinds';
import type { CaseRow, CaseState } from '../../domain/case/lifecycle';
import { TOCSIN } from '../../domain/kernel/recorded-event';
import type { Instant } from '../../domain/kernel/time';
import { relative, shortInstant } from '../rendering/format';
import { visibleLine } from '../rendering/hostile-text';
import type { Output } from '../rendering/output';
import { hanging } from '../rendering/table';
import type { CommonOptions, Shell } from '../shell';
import { verb } from '../verb';
import { CASE_KINDS, named } from './case-kinds';

/** How a kind of case is told. Texts of senders may stand in what it gives: they are made harmless here. */
export interface Telling<K extends Exclude<KindName, 'incident'>> {
  /** Lines on what the case is about, under its title. */
  about(state: Answers[K]['view']['state']): string[];
  /** What is owed and how it stands. */
  rows(state: Answers[K]['view']['state'], now: Instant): CaseRow[];
  /** What happened, in words. */
  told(event: Answers[K]['event']): string;
}

const LAST_EVENTS = 30;
const MOST_CHARS = 1000;

/** Adds the verb `show` of a kind of case. */
export function showVerb<K extends Exclude<KindName, 'incident'>>(
  parent: Command,
  shell: Shell,
  { kind, argument, description, telling }: { kind: K; argument: string; description: string; telling: Telling<K> },
): void {
  const { group, example } = CASE_KINDS[kind];
  verb(parent, `show ${argument}`, description, `${group} show ${example}`).action(
    async (id: string, { json }: CommonOptions) => {
      const client = await shell.client();
      const [view, events] = await Promise.all([client.view<K>(id), client.timeline<K>(id)]);
      if (!view) throw refused(`${named({ id, kind })} has just been started; try again in a moment`);
      if (json) shell.out.json({ ...view, events });
      else for (const line of caseLines(shell.out, telling, view, events)) shell.out.line(line);
    },
  );
}

/** The lines of a case: its head, what it is about, what is owed, the last events. */
export function caseLines<K extends Exclude<KindName, 'incident'>>(
  out: Output,
  { about, rows, told }: Telling<K>,
  view: Answers[K]['view'],
  events: Array<Answers[K]['event']>,
  now: Instant = new Date().toISOString(),
): string[] {
  const state: Answers[K]['view']['state'] = view.state;
  const { caseId, severity, status, owner, title, closedAt }: CaseState = state;
  const texts = [title, ...about(state)].map((text) => visibleLine(text, MOST_CHARS));
  const owed = rows(state, now).flatMap((row) => {
    const left = row.dueAt && row.dueAt === view.nextDueAt ? ` (${relative(now, row.dueAt)})` : '';
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
