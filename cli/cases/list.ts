/** The list of a kind of case: the next deadline first. */
import type { Command } from 'commander';
import type { KindName } from '../../client/kinds';
import type { ListedCase } from '../../client/list';
import { stoppedRemedy, stoppedText } from '../../client/stopped';
import type { Instant } from '../../domain/kernel/time';
import { relative, shortInstant } from '../rendering/format';
import { visibleLine } from '../rendering/hostile-text';
import type { Output } from '../rendering/output';
import { type Cell, table, wrap } from '../rendering/table';
import type { CommonOptions, Shell } from '../shell';
import { verb } from '../verb';
import { CASE_KINDS } from './case-kinds';
import { lostIncidents } from './lost';

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
      const known = await (await shell.client()).list(kind, { open: !all });
      // What is closed and past its retention is no case of Temporal's either: only what is open in the register is lost.
      const lost = kind === 'incident' ? await lostIncidents(shell, new Set(known.map(({ id }) => id))) : [];
      const cases = [...known, ...lost];
      if (json) out.json(cases);
      else if (cases.length === 0) out.line(all ? list.none : list.noneOpen);
      else {
        out.line(listTable(kind, cases, new Date().toISOString(), out));
        for (const { id, stopped } of cases) {
          if (!stopped) continue;
          const text = `${id} has stopped: ${stoppedText(stopped)}, so nothing watches its deadlines. ${stoppedRemedy(id)}`;
          for (const line of wrap(text, out.width)) out.line(out.style(line, 'red'));
        }
      }
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
  const { id, severity, status, open, stopped, nextDeadline, overdue, owner, title, exercise } = listed;
  const due = open ? nextDeadline : undefined;
  const late = overdue > 0 || (due !== undefined && due < now);
  // The clock of an exercise is its own: time left by the wall says nothing.
  const left = due && !exercise ? ` (${relative(now, due)})` : '';
  return [
    { text: id, paint: (text) => out.style(text, 'bold') },
    severity ?? '',
    stopped ? { text: 'stopped', paint: (text) => out.style(text, 'red', 'bold') } : open ? (status ?? '') : 'closed',
    { text: due ? `${shortInstant(now, due)}${left}` : '', paint: (text) => (late ? out.style(text, 'red') : text) },
    visibleLine(owner ?? '', 60),
    `${exercise ? 'EXERCISE ' : ''}${visibleLine(title ?? '')}`,
  ];
}
