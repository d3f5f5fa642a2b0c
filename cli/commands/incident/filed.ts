/** `tocsin filed`: a report was filed with an authority. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import { instantFlag } from '../../input';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  submittedAt?: string;
  delayReasons?: string;
}

export function filedCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'filed <id> <obligation> <reference>',
    'Record that a report was filed, with the reference the authority gave. Only this stops its clock.',
    'filed INC-20260401-9f3a gdpr-art33-authority:ie-dpc DPC-BN-26-004117',
  )
    .option('--submitted-at <time>', 'when it was submitted, with zone (default: now)')
    .option('--delay-reasons <text>', 'why it is late (GDPR Art. 33(1))')
    .action(
      async (id: string, obligation: string, reference: string, { submittedAt, delayReasons, ...options }: Options) => {
        const at = instantFlag('--submitted-at', submittedAt);
        await sendMessage(
          shell,
          'incident',
          id,
          'filed',
          { obligation, reference, submittedAt: at, delayReasons },
          options,
        );
      },
    );
}
