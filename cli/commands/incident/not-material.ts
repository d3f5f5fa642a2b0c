/** `tocsin not-material`: decides that what changed since a notice does not matter to those who got it. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  reason: string;
}

export function notMaterialCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'not-material <id> <obligation>',
    'Decide, with a reason, that the facts have not changed materially since the last notice or report: the proposed supplement is not sent.',
    'not-material INC-20260401-9f3a gdpr-art33-authority:ie-dpc --reason "three more records, of the same people"',
  )
    .requiredOption('--reason <text>', 'why; recorded in the register with your name')
    .action(async (id: string, obligation: string, { reason, ...options }: Options) => {
      await sendMessage(shell, 'incident', id, 'not-material', { obligation, reason }, options);
    });
}
