/** `tocsin confirm`: a second person agrees to a change, or somebody stands by a doubtful awareness. */
import { Argument, type Command } from 'commander';
import { SECOND_PERSON_CHANGES } from '../../../domain/incident/second-person';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  decline?: boolean;
  reason?: string;
}

export function confirmCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'confirm <id>',
    'Agree, as a second person, to a change that needs one; or confirm a time of awareness that looks like a mistake.',
    'confirm INC-20260401-9f3a awareness',
  )
    .addArgument(
      new Argument('[change]', `what waits for it: ${SECOND_PERSON_CHANGES.join(', ')}`).default('awareness'),
    )
    .option('--decline', 'decline the change: nothing is changed')
    .option('--reason <text>', 'why; recorded in the register with your name')
    .action(async (id: string, change: string, { decline, reason, ...options }: Options) => {
      await sendMessage(shell, 'incident', id, 'confirm', { change, decline, reason }, options);
    });
}
