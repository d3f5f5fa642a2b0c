/** `tocsin hold`: keeps a notice back. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import { instantFlag } from '../../input';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  reason: string;
  until?: string;
}

export function holdCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'hold <id> <obligation>',
    'Hold back a notice. Its clock keeps running; a hold past the deadline is recorded as your decision.',
    'hold INC-20260401-9f3a enterprise-notice --reason "police asked for a day" --until 2026-04-02T08:00:00Z',
  )
    .requiredOption('--reason <text>', 'why')
    .option('--until <time>', 'when it is released automatically, with zone')
    .action(async (id: string, obligation: string, { reason, until, ...options }: Options) => {
      const instant = instantFlag('--until', until);
      await sendMessage(shell, 'incident', id, 'hold', { obligation, reason, until: instant }, options);
    });
}
