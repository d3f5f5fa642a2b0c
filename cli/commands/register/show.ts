/** `tocsin register show`: the entry of one incident, grouped as R1–R6. */
import type { Command } from 'commander';
import { recordLines } from '../../rendering/record-lines';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from '../../verb';

export function registerShowCommand(register: Command, shell: Shell): void {
  verb(
    register,
    'show <id>',
    'Show the register entry of an incident in its six groups R1 to R6.',
    'register show INC-20260401-9f3a',
  ).action(async (id: string, options: CommonOptions) => {
    const { readShownEvents } = await import('../../../register/read-incident.js');
    const { groupEntry } = await import('../../../register/show.js');
    const record = groupEntry(await readShownEvents(await shell.register(), id));
    if (options.json) shell.out.json(record);
    else for (const line of recordLines(record, shell.out)) shell.out.line(line);
  });
}
