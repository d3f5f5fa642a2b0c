/** `tocsin release`: ends a hold. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  reason?: string;
}

export function releaseCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'release <id> <obligation>',
    'Release a held notice: it again waits for approval or its send time.',
    'release INC-20260401-9f3a enterprise-notice',
  )
    .option('--reason <text>', 'why')
    .action(async (id: string, obligation: string, { reason, ...options }: Options) => {
      await sendMessage(shell, 'incident', id, 'release', { obligation, reason }, options);
    });
}
