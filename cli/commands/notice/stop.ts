/** `tocsin notice stop`: ends the sending of a notice that is wrong, or goes to the wrong people. */
import type { Command } from 'commander';
import { tocsin } from '../../../domain/kernel/command-lines';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  reason: string;
}

export function noticeStopCommand(notice: Command, shell: Shell): void {
  messageVerb(
    notice,
    'stop <id> <obligation>',
    'Stop a notice that is being mailed. Batches on their way still end, and no further one begins; who was mailed stays told. The deadline stands and its alarms ring. The rest waits until you approve the notice again, as it is or corrected.',
    'notice stop INC-20260401-9f3a enterprise-notice --reason "the list of workspaces is that of another customer"',
  )
    .requiredOption('--reason <text>', 'why; recorded in the register with your name')
    .action(async (id: string, obligation: string, { reason, ...options }: Options) => {
      const next = [
        `How many were told, and how many not: ${tocsin('explain', { id, obligation })}`,
        `To send the rest, corrected or as it is, read it and approve it again: ${tocsin('draft', { id, obligation })}`,
      ];
      await sendMessage(shell, 'incident', id, 'stop-sending', { obligation, reason }, options, next);
    });
}
