/** `tocsin list`: the incidents, the next deadline first. */
import type { Command } from 'commander';
import { relative, shortInstant } from '../../rendering/format';
import { table } from '../../rendering/table';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from './verb';

interface Options extends CommonOptions {
  all?: boolean;
}

export function listCommand(program: Command, shell: Shell): void {
  verb(program, 'list', 'List open incidents, next deadline first: the on-call board.', 'list --all')
    .option('--all', 'include closed incidents')
    .action(async (options: Options) => {
      const { out } = shell;
      const incidents = await (await shell.incidents()).list({ open: !options.all });
      if (options.json) {
        out.json(incidents);
        return;
      }
      if (incidents.length === 0) {
        out.line(
          options.all
            ? 'There are no incidents.'
            : 'There are no open incidents. `tocsin list --all` shows closed ones.',
        );
        return;
      }
      const now = new Date().toISOString();
      const rows = incidents.map((incident) => {
        const late =
          incident.overdue > 0 || (incident.open && incident.nextDeadline !== undefined && incident.nextDeadline < now);
        // The clock of an exercise is its own: time left by the wall says nothing.
        const left =
          incident.nextDeadline && incident.open && !incident.exercise
            ? ` (${relative(now, incident.nextDeadline)})`
            : '';
        return [
          { text: incident.id, paint: (text: string) => out.style(text, 'bold') },
          incident.severity ?? '',
          incident.open ? (incident.status ?? '') : 'closed',
          {
            text: incident.nextDeadline && incident.open ? `${shortInstant(now, incident.nextDeadline)}${left}` : '',
            paint: (text: string) => (late ? out.style(text, 'red') : text),
          },
          incident.owner ?? '',
          `${incident.exercise ? 'EXERCISE ' : ''}${incident.title ?? ''}`,
        ];
      });
      const columns = [
        { title: 'Incident', flex: true },
        { title: 'Sev' },
        { title: 'Status', flex: true },
        { title: 'Next deadline (UTC)', flex: true },
        { title: 'Owner', flex: true },
        { title: 'Title', flex: true },
      ];
      out.line(table(columns, rows, out.width, (text) => out.style(text, 'dim')));
    });
}
