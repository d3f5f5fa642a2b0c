/** The list of a kind of case: the next deadline first. */
import type { Command } from 'commander';
import type { KindName } from '../../client/kinds';
import type { ListedCase } from '../../client/list';
import type { Instant } from '../../domain/kernel/time';
import { relative, shortInstant } from '../rendering/format';
import { visibleLine } from '../rendering/hostile-text';
import type { Output } from '../rendering/output';
import { type Cell, table } from '../rendering/table';
import type { CommonOptions, Shell } from '../shell';
import { verb } from '../verb';
import { CASE_KINDS } from './case-kinds';

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
      const cases = await (await shell.client()).list(kind, { open: !all });
      if (json) out.json(cases);
      else if (cases.length === 0) out.line(all ? list.none : list.noneOpen);
      else out.line(listTable(kind, cases, new Date().toISOString(), out));
    });
}

function listTable(kind: KindName, cases: ListedCase[], now: Instant, out: Output): string {
  const { list } = CASE_KINDS[kind];
  const columns = [
    { title: list.id },
    { title: 'Severity' },
    { title: 'Status', flex: true },
    { title: list.due, flex: true },
    { title: 'Owner', flex: true, spare: true },
    { title: 'Title', shorten: true },
  ];
  const rows = cases.map((each) => row(each, now, out));
  return table(columns, rows, out.width, (text) => out.style(text, 'dim'));
}

function row(listed: ListedCase, now: Instant, out: Output): Array<string | Cell> {
  const { id, severity, status, open, nextDeadline, overdue, owner, title, exercise } = listed;
  const due = open ? nextDeadline : undefined;
  const late = overdue > 0 || (due !== undefined && due < now);
  // The clock of an exercise is its own: time left by the wall says nothing.
  const left = due && !exercise ? ` (${relative(now, due)})` : '';
  return [
    { text: id, paint: (text) => out.style(text, 'bold') },
    severity ?? '',
    open ? (status ?? '') : 'closed',
    { text: due ? `${shortInstant(now, due)}${left}` : '', paint: (text) => (late ? out.style(text, 'red') : text) },
    visibleLine(owner ?? '', 60),
    `${exercise ? 'EXERCISE ' : ''}${visibleLine(title ?? '')}`,
  ];
}
