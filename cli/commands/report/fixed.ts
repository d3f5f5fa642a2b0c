/** `tocsin report fixed`: a version holds the fix of a vulnerability. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  note?: string;
}

export function reportFixedCommand(report: Command, shell: Shell): void {
  messageVerb(
    report,
    'fixed <report> <version>',
    'Record the version that contains the fix.',
    'report fixed VR-20260401-9f3a5c1e 2.4.1',
  )
    .option('--note <text>', 'for the register')
    .action(async (id: string, version: string, { note, ...options }: Options) => {
      await sendMessage(shell, 'report', id, 'fixed', { version, note }, options);
    });
}
