/** The list of a kind of case: the next deadline first. */
import type { Command } from 'commander';
import type { CaseClient } from '../../client/cases';
import { KINDS, type KindName, kindOf } from '../../client/kinds';
import type { ListedCase, ListedUpTo } from '../../client/listed-case';
import { withLost } from '../../client/lost-cases';
import { stoppedRemedy, stoppedText } from '../../client/stopped';
import { type Instant, leftText } from '../../domain/kernel/time';
import { belongsTo } from '../../domain/triage/belongs';
import { shortInstant } from '../rendering/format';
import { visibleLine } from '../rendering/hostile-text';
import type { Output } from '../rendering/output';
import { type Cell, table, wrap } from '../rendering/table';
import type { CommonOptions, Shell } from '../shell';
import { verb } from '../verb';
import { CASE_KINDS } from './case-kinds';
import { registeredCases } from './in-register';

interface Options extends CommonOptions {
  all?: boolean;
}

/** Adds the verb `list` of a kind of case. */
export function listVerb(parent: Command, shell: Shell, kind: KindName, description: string): void {
  const { group, list } = CASE_KINDS[kind];
  verb(parent, 'list', description, [group, 'list --all'].filter(Boolean).join(' '))
    .option('--all', 'include closed ones')
    .action(async ({ all, json }: Options) => {
      const { out } = shell;
      const { cases: known, cut, unread } = await casesOf(shell, kind, { all });
      const cases = kind === 'triage' ? await withIncidents(await shell.client(), known) : known;
      if (json) {
        for (const line of leftOutLines(kind, { cut, unread }, shell.err)) shell.err.line(line);
        return out.json(cases);
      }
      if (cases.length === 0) out.line(unread ? noneAtTemporal(kind, all === true) : all ? list.none : list.noneOpen);
      else for (const line of caseListLines(kind, cases, out)) out.line(line);
      for (const line of leftOutLines(kind, { cut, unread }, out)) out.line(line);
    });
}

/** While the register does not answer, that Temporal has none says no more than that. */
export function noneAtTemporal(kind: KindName, all: boolean): string {
  return `Temporal has no ${all ? '' : 'open '}${KINDS[kind].noun}.`;
}

/** Cases of a kind that are asked for: of more than these, the latest. */
const MOST_LISTED = 5_000;

/** The cases of a kind, the next deadline first: those of Temporal, and those that only the register has. */
export async function casesOf(shell: Shell, kind: KindName, { all = false } = {}): Promise<ListedUpTo> {
  const client = await shell.client();
  const known = await client.listUpTo(kind, { open: !all, limit: MOST_LISTED });
  // What is closed and past its retention is no case of Temporal's either: only what is open in the register is lost.
  return withLost(known, client, kind, registeredCases(shell));
}

/** What a list does not show. */
export function leftOutLines(
  kind: KindName,
  { cut, unread }: Pick<ListedUpTo, 'cut' | 'unread'>,
  out: Output,
): string[] {
  const { noun } = KINDS[kind];
  const said = [
    ...(cut
      ? [`There are ${MOST_LISTED} ${noun}s or more, and only so many were read: some may be missing here.`]
      : []),
    ...(unread
      ? [`The register could not be read in full, so ${noun}s that Temporal has lost may be missing here.`]
      : []),
  ];
  return said.flatMap((text) => wrap(text, out.width)).map((line) => out.style(line, 'red'));
}

/** As many closed cases are asked at once into what they were merged. */
const ASKED_AT_ONCE = 20;

/** The cases, those that were merged with the incidents that they belong to: lists of Temporal hold only the word. */
async function withIncidents(client: CaseClient, cases: ListedCase[]): Promise<ListedCase[]> {
  const merged = cases.filter(({ status }) => status === 'merged');
  const into = new Map<string, string[]>();
  for (let n = 0; n < merged.length; n += ASKED_AT_ONCE)
    await Promise.all(
      merged.slice(n, n + ASKED_AT_ONCE).map(async ({ id }) => {
        // A list is shown also where no worker answers.
        const view = await client.view<'triage'>(id).catch(() => undefined);
        if (view)
          into.set(
            id,
            belongsTo(view.state).map(({ incidentId }) => incidentId),
          );
      }),
    );
  return cases.map((each) => {
    const incidents = into.get(each.id);
    return incidents ? { ...each, incidents } : each;
  });
}

/** A table of cases, and under it which of them have stopped. */
export function caseListLines(kind: KindName, cases: ListedCase[], out: Output): string[] {
  const stopped = cases.flatMap(({ id, stopped }) => {
    if (!stopped) return [];
    const text = `${id} has stopped: ${stoppedText(stopped)}, so nothing watches its deadlines. ${stoppedRemedy(id)}`;
    return wrap(text, out.width).map((line) => out.style(line, 'red'));
  });
  return [listTable(kind, cases, new Date().toISOString(), out), ...stopped];
}

function listTable(kind: KindName, cases: ListedCase[], now: Instant, out: Output): string {
  const { list } = CASE_KINDS[kind];
  const columns = [
    { title: list.id },
    { title: 'Sev' },
    { title: 'Status', flex: true },
    { title: list.due },
    { title: '' },
    { title: 'Owner', flex: true, spare: true },
    { title: 'Title', shorten: true },
  ];
  const rows = cases.map((each) => row(each, now, out));
  return table(columns, rows, out.width, (text) => out.style(text, 'dim'));
}

/** A case in triage is closed by a decision, and is listed under it. */
function statusText({ id, open, status = '', incidents = [] }: ListedCase): string {
  if (!open && kindOf(id) !== 'triage') return 'closed';
  return [status, ...(incidents.length > 0 ? [`into ${incidents.join(', ')}`] : [])].join(' ');
}

function row(listed: ListedCase, now: Instant, out: Output): Array<string | Cell> {
  const { id, severity, open, stopped, nextDeadline, overdue, owner, title, exercise } = listed;
  const due = open ? nextDeadline : undefined;
  const late = overdue > 0 || (due !== undefined && due < now);
  // The clock of an exercise is its own: time left by the wall says nothing.
  const left = due && !exercise ? leftText(due, now) : '';
  const paint = (text: string) => (late ? out.style(text, 'red') : text);
  return [
    { text: id, paint: (text) => out.style(text, 'bold') },
    severity ?? '',
    stopped ? { text: 'stopped', paint: (text) => out.style(text, 'red', 'bold') } : statusText(listed),
    { text: due ? shortInstant(now, due) : '', paint },
    { text: left, paint },
    visibleLine(owner ?? '', 60),
    `${exercise ? 'EXERCISE ' : ''}${visibleLine(title ?? '')}`,
  ];
}
