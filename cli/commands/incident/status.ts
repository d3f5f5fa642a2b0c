/** `tocsin status`: how far an incident is. */
import { Argument, type Command } from 'commander';
import { usage } from '../../../client/errors';
import { STATUSES } from '../../../domain/incident/incident';
import { nearest } from '../../../domain/kernel/suggest';
import { type MessageOptions, sendMessage } from '../../cases/send';
import { instantFlag } from '../../input';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  at?: string;
  note?: string;
}

const CHOICES = STATUSES.filter((status) => status !== 'declared');

export function statusCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'status <id>',
    'Set the status. "contained" stops the containment clock.',
    'status INC-20260401-9f3a contained --note "no session of the old key is alive"',
  )
    .addArgument(new Argument('<status>', CHOICES.join(', ')))
    .option('--at <time>', 'since when, with zone (default: now)')
    .option('--note <text>', 'a sentence for the record')
    .action(async (id: string, status: string, options: Options) => {
      if (!CHOICES.some((choice) => choice === status)) {
        const meant = nearest(status, CHOICES);
        throw usage(
          `there is no status "${status}"${meant ? `; did you mean "${meant}"?` : `; there are: ${CHOICES.join(', ')}`}`,
        );
      }
      const at = instantFlag('--at', options.at);
      await sendMessage(shell, 'incident', id, 'status', { status, at, note: options.note }, options);
    });
}
