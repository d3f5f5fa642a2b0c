/** `tocsin follow-up`: notes what came later, also after an incident was closed. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import { instantFlag } from '../../input';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  at?: string;
}

export function followUpCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'follow-up <id> <text>',
    'Note what came in later, even after closing: a letter, a question, a finding. It does not reopen the incident.',
    'follow-up INC-20260401-9f3a "the authority closed its file"',
  )
    .option('--at <time>', 'when it came in (default: now)')
    .action(async (id: string, text: string, { at, ...options }: Options) => {
      await sendMessage(shell, 'incident', id, 'follow-up', { text, at: instantFlag('--at', at) }, options);
    });
}
