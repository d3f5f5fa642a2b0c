/** `tocsin link`: links an incident with another. */
import { type Command, Option } from 'commander';
import { LINK_RELATIONS } from '../../../domain/incident/links';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  as: string;
  note?: string;
}

export function linkCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'link <id> <incident>',
    'Link an incident with another, open or closed. The other one is linked by a command of its own.',
    'link INC-20260401-9f3a INC-20260312-77b0 --as caused-by',
  )
    .addOption(
      new Option('--as <relation>', 'how the first stands to the second').choices(LINK_RELATIONS).default('same-cause'),
    )
    .option('--note <text>', 'a sentence for the record')
    .action(async (id: string, to: string, { as: relation, note, ...options }: Options) => {
      await sendMessage(shell, 'incident', id, 'link', { to, relation, note }, options);
    });
}
