/** `tocsin close`: ends an incident when nothing is owed any more. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  note?: string;
}

export function closeCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'close <id>',
    'Close the incident. Refused, with a list of what is outstanding, until everything is done.',
    'close INC-20260401-9f3a',
  )
    .option('--note <text>', 'a sentence for the record')
    .action(async (id: string, { note, ...options }: Options) => {
      await sendMessage(shell, 'incident', id, 'close', { note }, options);
    });
}
