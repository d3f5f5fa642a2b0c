/** `tocsin report acknowledge`: a person has read a vulnerability report. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import { instantFlag } from '../../input';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';
import { ANSWERED } from './answered';

interface Options extends MessageOptions {
  at?: string;
  answered?: boolean;
  note?: string;
}

export function reportAcknowledgeCommand(report: Command, shell: Shell): void {
  messageVerb(
    report,
    'acknowledge <report>',
    'Acknowledge the report: stops its clock, and mails the reporter if they confirmed their address.',
    'report acknowledge VR-20260401-9f3a5c1e --by aoife',
  )
    .option('--at <time>', 'when it was read (default: now)')
    .option(...ANSWERED)
    .option('--note <text>', 'for the register')
    .action(async (id: string, { at, answered, note, ...options }: Options) => {
      await sendMessage(
        shell,
        'report',
        id,
        'acknowledge-report',
        { at: instantFlag('--at', at), answered, note },
        options,
      );
    });
}
