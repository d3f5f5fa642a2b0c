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
    'link <id> <other>',
    'Link an incident to another, open or closed. The link is recorded on the first only: link the other one back as well.',
    'link INC-20260401-9f3a INC-20260312-77b0 --as caused-by',
  )
    .addOption(
      new Option('--as <relation>', 'how the first is related to the second')
        .choices(LINK_RELATIONS)
        .default('same-cause'),
    )
    .option('--note <text>', 'a sentence for the record')
    .action(async (id: string, to: string, { as: relation, note, ...options }: Options) => {
      await sendMessage(shell, 'incident', id, 'link', { to, relation, note }, options);
    });
}
