/** `tocsin deps waive` and `tocsin deps patched`: what people say about a patch task. */
import type { Command } from 'commander';
import { instantFlag } from '../../input';
import type { Shell } from '../../shell';
import { type MessageOptions, messageVerb } from '../incident/verb';

export function depsWaiveCommand(deps: Command, shell: Shell): void {
  messageVerb(
    deps,
    'waive <task>',
    'Accept the risk until a given time: no alarms until then; afterwards the task is due again.',
    'deps waive PATCH-1f6a3c90b2d4 --until 2026-06-30T00:00:00Z --reason "the function is not reachable"',
  )
    .requiredOption('--reason <text>', 'why; recorded in the register with your name')
    .requiredOption('--until <instant>', 'when the waiver ends')
    .action(async (id: string, { reason, until, ...options }: MessageOptions & { reason: string; until: string }) => {
      await send(shell, id, 'waive', { reason, until: instantFlag('--until', until) }, options);
    });
}

export function depsPatchedCommand(deps: Command, shell: Shell): void {
  messageVerb(
    deps,
    'patched <task>',
    'Mark as patched: this is checked at once, and the task is closed if the check agrees.',
    'deps patched PATCH-1f6a3c90b2d4',
  )
    .option('--note <text>', 'what was done')
    .action(async (id: string, { note, ...options }: MessageOptions & { note?: string }) => {
      await send(shell, id, 'patched', note ? { note } : {}, options);
    });
}

async function send(shell: Shell, id: string, name: string, body: object, options: MessageOptions): Promise<void> {
  const message = { by: shell.by(options), ...body, ...(options.commandId ? { commandId: options.commandId } : {}) };
  const receipt = await (await shell.cases()).update(id, name, message);
  if (options.json) return shell.out.json(receipt);
  const happened = receipt.events.map(({ kind }) => kind).join(', ') || 'already recorded';
  shell.out.line(`${id}: ${happened}${receipt.note ? ` (${receipt.note})` : ''}`);
}
