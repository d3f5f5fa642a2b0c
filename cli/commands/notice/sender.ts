/** `tocsin notice sender`: whom the notices of an incident are from. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  from?: string;
  replyTo?: string;
  configured?: true;
  reason: string;
}

export function noticeSenderCommand(notice: Command, shell: Shell): void {
  messageVerb(
    notice,
    'sender <id>',
    'Have the notices of an incident come from another sender, such as when it took over the usual one. Drafts are written anew; what is being sent keeps its sender. Alarms and other mail to staff still come from the configured one.',
    'notice sender INC-20260401-9f3a --from "Security <security@other.example>" --reason "the attacker reads the mailbox of incidents@"',
  )
    .option(
      '--from <sender>',
      'the new one, an address or "Name <address>"; its domain must be verified at the mail provider',
    )
    .option('--reply-to <address>', 'where answers go; else to the sender')
    .option('--configured', 'the configured one again')
    .requiredOption('--reason <text>', 'why')
    .action(async (id: string, { from, replyTo, configured, reason, ...options }: Options) => {
      const next = [
        'Drafts that were not sent are written anew with that sender: read, and where it takes a person approve, them again.',
        'Their previews say whether the mail provider takes mail from it.',
      ];
      await sendMessage(shell, 'incident', id, 'sender', { from, replyTo, configured, reason }, options, next);
    });
}
