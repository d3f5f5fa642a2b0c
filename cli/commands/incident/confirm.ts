/** `tocsin confirm`: a second person agrees to a change, or somebody stands by a doubtful awareness. */
import { Argument, type Command } from 'commander';
import { DOUBTED } from '../../../domain/incident/doubted-kinds';
import { type MessageOptions, sendMessage } from '../../cases/send';
import { whenFlag } from '../../input';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  at?: string;
  decline?: boolean;
  reason?: string;
}

export function confirmCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'confirm <id>',
    'Agree, as a second person, to a change that needs one; or confirm a time that looks like a mistake.',
    'confirm INC-20260401-9f3a awareness',
  )
    .addArgument(new Argument('[change]', `what waits for it: ${DOUBTED.join(', ')}`).default('awareness'))
    .option('--at <time>', 'the time that you confirm, as it is shown; refused if another one waits by now')
    .option('--decline', 'decline the change: nothing is changed')
    .option('--reason <text>', 'why; recorded in the register with your name')
    .action(async (id: string, change: string, { at: given, decline, reason, ...options }: Options) => {
      const at = whenFlag('--at', given);
      await sendMessage(shell, 'incident', id, 'confirm', { change, at, decline, reason }, options);
    });
}
