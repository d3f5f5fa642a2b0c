/** `tocsin deps waive`: the risk of a vulnerable package is accepted for a time. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import { instantFlag } from '../../input';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  reason: string;
  until: string;
}

export function depsWaiveCommand(deps: Command, shell: Shell): void {
  messageVerb(
    deps,
    'waive <task>',
    'Accept the risk until a given time: no alarms until then; afterwards the task is due again.',
    'deps waive PATCH-1f6a3c90b2d4 --until 2026-06-30T00:00:00Z --reason "the function is not reachable"',
  )
    .requiredOption('--reason <text>', 'why; recorded in the register with your name')
    .requiredOption('--until <instant>', 'when the waiver ends')
    .action(async (id: string, { reason, until, ...options }: Options) => {
      await sendMessage(shell, 'patch', id, 'waive', { reason, until: instantFlag('--until', until) }, options);
    });
}
