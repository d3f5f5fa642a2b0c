/** `tocsin report`: vulnerability reports from outside, and what people decide on them. */
import type { Command } from 'commander';
import { VULNERABILITY_REPORT_WORKFLOW } from '../../../domain/report/vulnerability-report';
import { relative, shortInstant } from '../../rendering/format';
import { visibleLine } from '../../rendering/hostile-text';
import { table } from '../../rendering/table';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from '../incident/verb';
import { reportDecisions } from './decide';
import { reportEraseCommand } from './erase';
import { reportShowCommand } from './show';

export function reportCommand(program: Command, shell: Shell): void {
  const report = program
    .command('report')
    .description('Vulnerability reports: list, show, acknowledge, decide, disclose, erase.');
  reportListCommand(report, shell);
  reportShowCommand(report, shell);
  reportDecisions(report, shell);
  reportEraseCommand(report, shell);
}

interface Options extends CommonOptions {
  all?: boolean;
}

function reportListCommand(report: Command, shell: Shell): void {
  verb(report, 'list', 'List open reports, next deadline first.', 'report list --all')
    .option('--all', 'include closed reports')
    .action(async (options: Options) => {
      const { out } = shell;
      const reports = await (await shell.cases()).list(VULNERABILITY_REPORT_WORKFLOW, { open: !options.all });
      if (options.json) {
        out.json(reports);
        return;
      }
      if (reports.length === 0) {
        out.line(
          options.all
            ? 'There are no reports.'
            : 'There are no open reports. `tocsin report list --all` shows closed ones.',
        );
        return;
      }
      const now = new Date().toISOString();
      const rows = reports.map(({ id, severity, open, status, nextDeadline, owner, title }) => {
        const late = open && nextDeadline !== undefined && nextDeadline < now;
        return [
          { text: id, paint: (text: string) => out.style(text, 'bold') },
          severity ?? '',
          open ? (status ?? '') : 'closed',
          {
            text: open && nextDeadline ? `${shortInstant(now, nextDeadline)} (${relative(now, nextDeadline)})` : '',
            paint: (text: string) => (late ? out.style(text, 'red') : text),
          },
          visibleLine(owner ?? '', 60),
          visibleLine(title ?? ''),
        ];
      });
      const columns = ['Report', 'Severity', 'Status', 'Next deadline (UTC)', 'Owner', 'Title'];
      out.line(
        table(
          columns.map((title) => ({ title, flex: true })),
          rows,
          out.width,
          (text) => out.style(text, 'dim'),
        ),
      );
    });
}
