/** `tocsin reopen`: opens a closed incident again. */
import type { Command } from 'commander';
import { commandLine, commandText, tocsin } from '../../../domain/kernel/command-lines';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  reason: string;
  currentPolicy?: boolean;
}

export function reopenCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'reopen <id>',
    'Reopen a closed incident from the register: its duties and clocks continue where they stood.',
    'reopen INC-20260401-9f3a --reason "the same key was used again"',
  )
    .requiredOption('--reason <text>', 'why; recorded in the register with your name')
    .option('--current-policy', "under the worker's current policy, if the incident was declared under another")
    .action(async (id: string, { reason, currentPolicy, ...options }: Options) => {
      const next = [
        `Record what is new: ${tocsin('assess', { id, help: true })}. Duties follow from that.`,
        `Where nothing more is owed, close it again: ${commandText(commandLine('close', { id }))}`,
      ];
      await sendMessage(shell, 'incident', id, 'reopen', { reason, currentPolicy }, options, next);
    });
}
