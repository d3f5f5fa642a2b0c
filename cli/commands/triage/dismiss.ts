/** `tocsin triage dismiss`: a detection is no incident. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

export function triageDismissCommand(triage: Command, shell: Shell): void {
  messageVerb(
    triage,
    'dismiss <case>',
    'Decide that it is not an incident.',
    'triage dismiss TRG-9f3a5c1e0b2d --reason "Tuesday’s load test"',
  )
    .requiredOption('--reason <text>', 'why; recorded in the register')
    .action(async (id: string, { reason, ...options }: MessageOptions & { reason: string }) => {
      await sendMessage(shell, 'triage', id, 'dismiss', { reason }, options);
    });
}
