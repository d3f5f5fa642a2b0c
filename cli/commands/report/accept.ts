/** `tocsin report accept`: a report tells of a vulnerability. */
import type { Command } from 'commander';
import { SEVERITIES } from '../../../domain/kernel/severity';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';
import { ANSWERED } from './answered';

interface Options extends MessageOptions {
  severity: string;
  answered?: boolean;
  note?: string;
}

export function reportAcceptCommand(report: Command, shell: Shell): void {
  messageVerb(
    report,
    'accept <report>',
    'Accept as a vulnerability of the given severity.',
    'report accept VR-20260401-9f3a5c1e --severity sev2',
  )
    .requiredOption('--severity <severity>', SEVERITIES.join(', '))
    .option(...ANSWERED)
    .option('--note <text>', 'for the register')
    .action(async (id: string, { severity, answered, note, ...options }: Options) => {
      await sendMessage(shell, 'report', id, 'accept', { severity, answered, note }, options);
    });
}
