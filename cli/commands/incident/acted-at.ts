/** `tocsin acted-at`: states more exactly when something was filed or told. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  reason: string;
}

export function actedAtCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'acted-at <id> <obligation> <instant>',
    'State more exactly when something was filed or told; what was stated before stays on record.',
    'acted-at INC-20260401-9f3a gdpr-art33-authority:ie-dpc 2026-04-03T10:12:00Z --reason "the receipt of the portal shows the minute"',
  )
    .requiredOption('--reason <text>', 'how it is known; recorded in the register with your name')
    .action(async (id: string, obligation: string, instant: string, { reason, ...options }: Options) => {
      await sendMessage(shell, 'incident', id, 'acted-at', { obligation, at: instant, reason }, options);
    });
}
