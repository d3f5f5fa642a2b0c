/** `tocsin register retention`: until when an incident is kept, and by which citation. */
import type { Command } from 'commander';
import { usage } from '../../../client/errors';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from '../../verb';

interface Options extends CommonOptions {
  due?: boolean;
}

export function registerRetentionCommand(register: Command, shell: Shell): void {
  verb(
    register,
    'retention [id]',
    'Show how long an incident is kept, why, and under which citation; or list those whose retention is over.',
    'register retention INC-20260401-9f3a\nregister retention --due',
  )
    .option('--due', 'list incidents whose retention is over and that have not been erased')
    .action(async (id: string | undefined, options: Options) => {
      if ((id === undefined) === !options.due) throw usage('name an incident, or use --due');
      const { loadRetention } = await import('../../../policy/load-retention.js');
      const { dueForErasure, retentionOfIncident } = await import('../../../register/erase/incident-retention.js');
      const { retentionLines } = await import('../../rendering/retention-lines.js');
      const [table, pool, now] = [loadRetention(), await shell.register(), new Date()];
      const kept = id === undefined ? [] : [await retentionOfIncident(pool, id, table)];
      if (id === undefined) for await (const each of dueForErasure(pool, table, now)) kept.push(each);
      if (options.json) {
        const shown = kept.map(({ incidentId, retention, erasedAt }) => ({ incidentId, ...retention, erasedAt }));
        shell.out.json(id === undefined ? shown : shown[0]);
        return;
      }
      if (kept.length === 0) shell.out.line('No incident is past its retention.');
      for (const each of kept)
        for (const line of retentionLines(each, now.toISOString(), shell.out)) shell.out.line(line);
    });
}
