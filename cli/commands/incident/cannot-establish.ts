/** `tocsin cannot-establish`: decides that a required field of a report cannot be established. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  reason: string;
}

export function cannotEstablishCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'cannot-establish <id> <obligation> <field>',
    'Decide, with a reason, that a required field of a filed report cannot be established.',
    'cannot-establish INC-20260401-9f3a gdpr-art33-authority:ie-dpc records-count --reason "the log that held it was destroyed"',
  )
    .requiredOption('--reason <text>', 'why; recorded in the register with your name')
    .action(async (id: string, obligation: string, field: string, { reason, ...options }: Options) => {
      await sendMessage(shell, 'incident', id, 'cannot-establish', { obligation, field, reason }, options);
    });
}
