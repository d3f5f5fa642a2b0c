/** `tocsin status`: how far an incident is. */
import { Argument, type Command } from 'commander';
import { usage } from '../../../client/errors';
import { STATUSES } from '../../../domain/incident/incident';
import { nearest } from '../../../domain/kernel/suggest';
import { type MessageOptions, sendMessage } from '../../cases/send';
import { whenFlag } from '../../input';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  at?: string;
  note?: string;
  partly?: boolean;
  atUnknown?: boolean;
  despite?: string;
}

const CHOICES = STATUSES.filter((status) => status !== 'declared');

export function statusCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'status <id>',
    'Set the status. "contained" stops the containment clock; an earlier status takes that back with a --note, and it runs anew.',
    'status INC-20260401-9f3a contained --note "no session of the old key is alive"',
  )
    .addArgument(new Argument('<status>', CHOICES.join(', ')))
    .option('--at <time>', 'since when; also a date, a range or "about …" (default: now)')
    .option('--note <text>', 'a sentence for the record')
    .option('--partly', 'with "contained": only in part, as the note says; the clock keeps running')
    .option('--at-unknown', 'with "contained": nobody knows when, but no later than now')
    .option('--despite <reason>', 'with "contained": why it is, although requested steps are not done')
    .action(async (id: string, status: string, { note, partly, atUnknown, despite, ...options }: Options) => {
      if (!CHOICES.some((choice) => choice === status)) {
        const meant = nearest(status, CHOICES);
        throw usage(
          `there is no status "${status}"${meant ? `; did you mean "${meant}"?` : `; there are: ${CHOICES.join(', ')}`}`,
        );
      }
      const { at: given, ...rest } = options;
      const at = whenFlag('--at', given);
      await sendMessage(shell, 'incident', id, 'status', { status, at, note, partly, atUnknown, despite }, rest);
    });
}
