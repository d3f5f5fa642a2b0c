/** `tocsin decide-authority`: a person decides which authority a report goes to. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  reason: string;
}

export function decideAuthorityCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'decide-authority <id> <obligation> <authority>',
    'Decide which authority a report goes to while the facts do not say. Its clock runs on as before.',
    'decide-authority INC-20260401-9f3a gdpr-art33-authority ie-dpc --reason "most accounts were opened from Ireland, says the sign-up log"',
  )
    .requiredOption('--reason <text>', 'why, in your own words; recorded in the register with your name')
    .action(async (id: string, obligation: string, authority: string, { reason, ...options }: Options) => {
      await sendMessage(shell, 'incident', id, 'decide-authority', { obligation, authority, reason }, options);
    });
}
