/** `tocsin report duplicate`: another report told of it already. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';
import { ANSWERED } from './answered';

interface Options extends MessageOptions {
  answered?: boolean;
}

export function reportDuplicateCommand(report: Command, shell: Shell): void {
  messageVerb(
    report,
    'duplicate <report> <of>',
    'Mark as a duplicate of an earlier report.',
    'report duplicate VR-20260401-9f3a5c1e VR-20260330-0a1b2c3d',
  )
    .option(...ANSWERED)
    .action(async (id: string, of: string, { answered, ...options }: Options) => {
      await sendMessage(shell, 'report', id, 'duplicate', { of, answered }, options);
    });
}
