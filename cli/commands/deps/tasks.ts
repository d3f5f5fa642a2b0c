/** `tocsin deps list` and `tocsin deps show`: patch tasks. */
import type { Command } from 'commander';
import { refused } from '../../../client/errors';
import { minuteText } from '../../../domain/kernel/time';
import { PATCH_WORKFLOW, type PatchEvent, type PatchState, patchTaskLifecycle } from '../../../domain/patch/patch-task';
import { relative, shortInstant } from '../../rendering/format';
import { visibleLine } from '../../rendering/hostile-text';
import { table } from '../../rendering/table';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from '../incident/verb';

interface ListOptions extends CommonOptions {
  all?: boolean;
}

const LAST_EVENTS = 10;

export function depsListCommand(deps: Command, shell: Shell): void {
  verb(deps, 'list', 'List open patch tasks, next deadline first.', 'deps list --all')
    .option('--all', 'include closed tasks')
    .action(async ({ all, json }: ListOptions) => {
      const { out } = shell;
      const tasks = await (await shell.cases()).list(PATCH_WORKFLOW, { open: !all });
      if (json) return out.json(tasks);
      if (tasks.length === 0) {
        return out.line(
          all
            ? 'There are no patch tasks.'
            : 'There are no open patch tasks. `tocsin deps list --all` shows closed ones.',
        );
      }
      const now = new Date().toISOString();
      const rows = tasks.map(({ id, severity, status, open, nextDeadline, owner, title }) => [
        { text: id, paint: (text: string) => out.style(text, 'bold') },
        severity ?? '',
        open ? (status ?? '') : 'closed',
        {
          text: nextDeadline && open ? `${shortInstant(now, nextDeadline)} (${relative(now, nextDeadline)})` : '',
          paint: (text: string) => (nextDeadline && nextDeadline < now ? out.style(text, 'red') : text),
        },
        owner ?? '',
        title ?? '',
      ]);
      const columns = ['Task', 'Severity', 'Status', 'Next deadline (UTC)', 'Owner', 'Title'].map((name) => ({
        title: name,
        flex: true,
      }));
      out.line(table(columns, rows, out.width, (text) => out.style(text, 'dim')));
    });
}

export function depsShowCommand(deps: Command, shell: Shell): void {
  verb(
    deps,
    'show <task>',
    'Show a patch task: what is vulnerable, the deadline, and what has happened.',
    'deps show PATCH-1f6a3c90b2d4',
  ).action(async (id: string, { json }: CommonOptions) => {
    const { out } = shell;
    const cases = await shell.cases();
    const view = await cases.view<PatchState>(id);
    if (!view) throw refused(`${id} has just been started; try again in a moment`);
    const events = await cases.timeline<PatchEvent>(id);
    if (json) return out.json({ ...view, events });
    const { state } = view;
    const now = new Date().toISOString();
    const { finding } = state;
    out.line(`${out.style(id, 'bold')} ${visibleLine(state.title)}`);
    out.line(
      `  ${state.severity} · ${state.status} · owner ${visibleLine(state.owner)} · due ${minuteText(state.dueAt)} UTC`,
    );
    out.line(
      `  ${[finding.advisory, ...finding.aliases].join(', ')}${finding.summary ? `: ${visibleLine(finding.summary)}` : ''}`,
    );
    for (const { what, dueAt, state: stands } of patchTaskLifecycle.rows(state, now)) {
      out.line(`  ${what} · ${stands}${dueAt ? ` · ${shortInstant(now, dueAt)}` : ''}`);
    }
    for (const { at, kind, by, data } of events.slice(-LAST_EVENTS)) {
      const { text, reason, note } = data as { text?: string; reason?: string; note?: string };
      out.line(
        `  ${out.style(shortInstant(now, at), 'dim')} ${kind} ${by}${(text ?? reason ?? note) ? `: ${visibleLine(text ?? reason ?? note ?? '', 500)}` : ''}`,
      );
    }
  });
}
