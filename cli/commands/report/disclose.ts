/** `tocsin report disclose`: when, or where, a vulnerability is published. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  on?: string;
  url?: string;
}

export function reportDiscloseCommand(report: Command, shell: Shell): void {
  messageVerb(
    report,
    'disclose <report>',
    'Record the disclosure date agreed with the reporter, or where it was published.',
    'report disclose VR-20260401-9f3a5c1e --on 2026-06-30\nreport disclose VR-20260401-9f3a5c1e --url https://example.com/advisories/7',
  )
    .option('--on <date>', 'the day agreed; you are reminded 7 days before and on the day')
    .option('--url <url>', 'where it is published')
    .action(async (id: string, { on, url, ...options }: Options) => {
      await sendMessage(shell, 'report', id, 'disclose', { on, url }, options);
    });
}
