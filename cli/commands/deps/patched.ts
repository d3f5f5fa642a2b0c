/** `tocsin deps patched`: a package was updated. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  note?: string;
}

export function depsPatchedCommand(deps: Command, shell: Shell): void {
  messageVerb(
    deps,
    'patched <task>',
    'Mark as patched: this is checked at once, and the task is closed if the check agrees.',
    'deps patched PATCH-1f6a3c90b2d4',
  )
    .option('--note <text>', 'what was done')
    .action(async (id: string, { note, ...options }: Options) => {
      await sendMessage(shell, 'patch', id, 'patched', { note }, options);
    });
}
