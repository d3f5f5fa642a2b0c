/** `tocsin hold`: keeps a notice back. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import { instantFlag } from '../../input';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  reason: string;
  ground?: string;
  until?: string;
}

export function holdCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'hold <id> <obligation>',
    'Hold back a notice. Its clock keeps running and its alarms ring; a report to an authority cannot be held.',
    'hold INC-20260401-9f3a gdpr-art34-individuals --ground law-enforcement --reason "the police asked for a day, file 26-1187" --until 2026-04-02T08:00:00Z',
  )
    .requiredOption('--reason <text>', 'why')
    .option('--ground <ground>', 'the legal ground, where the notice may be held only on one, like law-enforcement')
    .option('--until <time>', 'when it is released automatically')
    .action(async (id: string, obligation: string, { reason, ground, until, ...options }: Options) => {
      const instant = instantFlag('--until', until);
      await sendMessage(shell, 'incident', id, 'hold', { obligation, reason, ground, until: instant }, options);
    });
}
