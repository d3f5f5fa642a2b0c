/** `tocsin report close`: nothing more is to be done about a report. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  note?: string;
}

export function reportCloseCommand(report: Command, shell: Shell): void {
  messageVerb(report, 'close <report>', 'Close the report: nothing more to do.', 'report close VR-20260401-9f3a5c1e')
    .option('--note <text>', 'for the register; required if there is no fix')
    .action(async (id: string, { note, ...options }: Options) => {
      await sendMessage(shell, 'report', id, 'close', { note }, options);
    });
}
