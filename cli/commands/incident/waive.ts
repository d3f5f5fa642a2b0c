/** `tocsin waive`: decides that nothing more is done under an obligation. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  reason: string;
  ground?: string;
}

export function waiveCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'waive <id> <obligation>',
    'Decide that nothing more is done under an obligation. New facts reopen it.',
    'waive INC-20260401-9f3a gdpr-art34-individuals --ground gdpr-34-3-a --reason "the disk is wholly encrypted, the key is safe"',
  )
    .requiredOption('--reason <text>', 'why; recorded in the register with your name')
    .option(
      '--ground <ground>',
      'a ground that the policy offers for it, like gdpr-34-3-a: explain lists them (default: other, for what has none)',
    )
    .action(async (id: string, obligation: string, { reason, ground, ...options }: Options) => {
      await sendMessage(shell, 'incident', id, 'waive', { obligation, reason, ground }, options);
    });
}
