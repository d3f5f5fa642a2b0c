/** `tocsin report decline`: a report tells of no vulnerability. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';
import { ANSWERED } from './answered';

interface Options extends MessageOptions {
  reason: string;
  answered?: boolean;
}

export function reportDeclineCommand(report: Command, shell: Shell): void {
  messageVerb(
    report,
    'decline <report>',
    'Decline: not a vulnerability.',
    'report decline VR-20260401-9f3a5c1e --reason "works as documented"',
  )
    .requiredOption('--reason <text>', 'why; recorded in the register, so do not quote the report')
    .option(...ANSWERED)
    .action(async (id: string, { reason, answered, ...options }: Options) => {
      await sendMessage(shell, 'report', id, 'decline', { reason, answered }, options);
    });
}
