/** `tocsin not-owed`: a person confirms what Tocsin proposed, that a duty of law is not owed. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  reason: string;
  all?: boolean;
}

export function notOwedCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'not-owed <id> [obligation]',
    'Confirm a proposal by Tocsin that a legal duty is not owed. Until then it stays open and its alarms go off.',
    'not-owed INC-20260401-9f3a --all --reason "the sign-in log has no session from there"',
  )
    .requiredOption('--reason <text>', 'why, in your own words; recorded in the register with your name')
    .option('--all', 'every proposal that rests on the same facts, with one reason')
    .action(async (id: string, obligation: string | undefined, { reason, all, ...options }: Options) => {
      await sendMessage(shell, 'incident', id, 'not-owed', { obligation, all, reason }, options);
    });
}
