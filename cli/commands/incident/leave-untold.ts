/** `tocsin leave-untold`: decides that somebody who is still untold need not be told. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';
import { type WhomOptions, whomOf, whomOptions } from './whom';

interface Options extends MessageOptions, WhomOptions {
  reason: string;
}

export function leaveUntoldCommand(program: Command, shell: Shell): void {
  const command = messageVerb(
    program,
    'leave-untold <id> <obligation>',
    'Decide, with a reason, that people whom a notice did not reach need not be told. The rest of the notice stays owed.',
    'leave-untold INC-20260401-9f3a enterprise-notice --workspaces ws-gone --reason "closed in March, its data was erased"\nleave-untold INC-20260401-9f3a gdpr-art34-individuals --data-set account-data --country FR --reason "the sign-in log names nine of them"',
  ).requiredOption('--reason <text>', 'why; recorded in the register with your name');
  whomOptions(command).action(async (id: string, obligation: string, { reason, ...options }: Options) => {
    const { workspaces: _w, dataSet: _d, country: _c, count: _n, rest: _r, ...sending } = options;
    await sendMessage(shell, 'incident', id, 'leave-untold', { obligation, reason, ...whomOf(options) }, sending);
  });
}
