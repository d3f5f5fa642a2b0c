/** `tocsin notice settle`: says what the mail provider's own records tell of a batch whose outcome is unknown. */
import type { Command } from 'commander';
import { usage } from '../../../client/errors';
import { type MessageOptions, sendMessage } from '../../cases/send';
import { instantFlag } from '../../input';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  accepted?: string;
  notAccepted?: boolean;
  batch?: string;
  url?: string;
  reason: string;
}

export function noticeSettleCommand(notice: Command, shell: Shell): void {
  messageVerb(
    notice,
    'settle <id> <obligation>',
    'Say, after looking at the mail provider, whether it accepted a batch whose outcome is unknown. Accepted: those in it were told, and are not told again. Not accepted: it is sent now, unless the sending was stopped. Without --batch this is about every batch of the notice that waits. Of a status update that the page does not take: that you published it there by hand, when and where.',
    'notice settle INC-20260401-9f3a enterprise-notice --accepted 2026-04-01T02:31Z --reason "the log of the provider lists all hundred as delivered"\nnotice settle INC-20260401-9f3a enterprise-notice --batch 3f2a90c1d2e4 --not-accepted --reason "the log of the provider has none of them"',
  )
    .option('--accepted <time>', 'it was accepted at this time, as the log of the provider says')
    .option('--not-accepted', 'it was not accepted: nobody in it was told')
    .option('--url <address>', 'of a status update: where it stands')
    .option('--batch <key>', 'how the key of the batch begins, as the alarm names it (default: all that wait)')
    .requiredOption('--reason <text>', 'what was looked at and what it shows; recorded in the register with your name')
    .action(
      async (id: string, obligation: string, { accepted, notAccepted, batch, url, reason, ...options }: Options) => {
        if ((accepted === undefined) === (notAccepted === undefined))
          throw usage('say either --accepted, with the time, or --not-accepted');
        const at = accepted === undefined ? undefined : instantFlag('--accepted', accepted);
        const body = { obligation, accepted: at !== undefined, at, batch, url, reason };
        await sendMessage(shell, 'incident', id, 'settle', body, options);
      },
    );
}
