/** `tocsin report credit`: whether the reporter is named. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

export function reportCreditCommand(report: Command, shell: Shell): void {
  messageVerb(
    report,
    'credit <report> <as>',
    'Record whether to credit the reporter by name.',
    'report credit VR-20260401-9f3a5c1e named',
  ).action(async (id: string, as: string, options: MessageOptions) => {
    await sendMessage(shell, 'report', id, 'credit', { as }, options);
  });
}
