/** `tocsin approve`: sends a drafted notice now. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  draft?: string;
  delayReasons?: string;
}

export function approveCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'approve <id> <obligation>',
    'Approve a drafted notice: it is sent at once.',
    'approve INC-20260401-9f3a enterprise-notice',
  )
    .option('--draft <fingerprint>', 'approve only this draft; refused if the facts have changed since')
    .option('--delay-reasons <text>', 'why it is late, where the law asks for it')
    .action(async (id: string, obligation: string, { draft, delayReasons, ...options }: Options) => {
      await sendMessage(shell, 'incident', id, 'approve', { obligation, draft, delayReasons }, options);
    });
}
