/** `tocsin triage`: detections that wait for a decision, and the decisions. */
import type { Command } from 'commander';
import { TRIAGE_WORKFLOW } from '../../../domain/triage/triage';
import { relative, shortInstant } from '../../rendering/format';
import { visibleLine } from '../../rendering/hostile-text';
import { table } from '../../rendering/table';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from '../incident/verb';
import { triageDecisions } from './decide';
import { triageShowCommand } from './show';

export function triageCommand(program: Command, shell: Shell): void {
  const triage = program
    .command('triage')
    .description('Detections waiting for a decision: list, show, declare, dismiss, merge.');
  triageListCommand(triage, shell);
  triageShowCommand(triage, shell);
  triageDecisions(triage, shell);
}

interface Options extends CommonOptions {
  all?: boolean;
}

function triageListCommand(triage: Command, shell: Shell): void {
  verb(triage, 'list', 'List what is waiting for a decision, next deadline first.', 'triage list --all')
    .option('--all', 'include decided cases')
    .action(async (options: Options) => {
      const { out } = shell;
      const cases = await (await shell.cases()).list(TRIAGE_WORKFLOW, { open: !options.all });
      if (options.json) {
        out.json(cases);
        return;
      }
      if (cases.length === 0) {
        out.line(
          options.all
            ? 'There are no detections.'
            : 'Nothing is waiting. `tocsin triage list --all` shows what was decided.',
        );
        return;
      }
      const now = new Date().toISOString();
      const rows = cases.map(({ id, severity, open, status, nextDeadline, owner, title }) => {
        const due = open ? nextDeadline : undefined;
        const late = due !== undefined && due < now;
        return [
          { text: id, paint: (text: string) => out.style(text, 'bold') },
          severity ?? '',
          open ? (status ?? '') : 'closed',
          {
            text: due ? `${shortInstant(now, due)} (${relative(now, due)})` : '',
            paint: (text: string) => (late ? out.style(text, 'red') : text),
          },
          visibleLine(owner ?? '', 60),
          visibleLine(title ?? ''),
        ];
      });
      const columns = [
        { title: 'Case' },
        { title: 'Sev' },
        { title: 'Status', flex: true },
        { title: 'Decide by (UTC)', flex: true },
        { title: 'Owner', flex: true },
        { title: 'Title', flex: true },
      ];
      out.line(table(columns, rows, out.width, (text) => out.style(text, 'dim')));
    });
}
