/** `tocsin measure`: records a measure that was taken or is planned. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import { instantFlag } from '../../input';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  category?: string;
  planned?: boolean;
  at?: string;
}

export function measureCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'measure <id> <text>',
    'Record a measure that was taken, or is planned; it appears in notices and in the register.',
    'measure INC-20260401-9f3a "All sessions of the key were ended" --category containment',
  )
    .option('--category <category>', 'containment, mitigation, remediation (default) or prevention')
    .option('--planned', 'it is not taken yet; record it again without this when it is')
    .option('--at <time>', 'when (default: now)')
    .action(async (id: string, text: string, options: Options) => {
      const at = instantFlag('--at', options.at);
      await sendMessage(
        shell,
        'incident',
        id,
        'measure',
        { text, category: options.category, planned: options.planned, at },
        options,
      );
    });
}
