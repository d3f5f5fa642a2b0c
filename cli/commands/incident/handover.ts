/** `tocsin handover`: gives an incident to another owner. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  to: string;
  reason: string;
}

export function handoverCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'handover <id>',
    'Hand an incident over to another owner: they are alarmed first, if on the rota. Recorded as a correction of the owner.',
    'handover INC-20260401-9f3a --to aoife@example.com --reason "the night shift ends"',
  )
    .requiredOption('--to <who>', 'the new owner: a handle or work address, as the rota and the contacts name people')
    .option('--reason <text>', 'why; recorded in the register with your name', 'handed over')
    .action(async (id: string, { to: owner, reason, ...options }: Options) => {
      await sendMessage(shell, 'incident', id, 'correct', { owner, reason }, options);
    });
}
