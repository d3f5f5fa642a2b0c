/** `tocsin link`: links an incident with another. */
import { type Command, Option } from 'commander';
import { LINK_RELATIONS, type LinkRelation, REVERSE_LINK } from '../../../domain/incident/links';
import { tocsin } from '../../../domain/kernel/command-lines';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  as: LinkRelation;
  note?: string;
}

export function linkCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'link <id> <other>',
    'Link an incident to another, open or closed. It is recorded on the first only; the command for the other is printed.',
    'link INC-20260401-9f3a INC-20260312-77b0 --as caused-by',
  )
    .addOption(
      new Option('--as <relation>', 'how the first is related to the second')
        .choices(LINK_RELATIONS)
        .default('same-cause'),
    )
    .option('--note <text>', 'a sentence for the record')
    .action(async (id: string, to: string, { as: relation, note, ...options }: Options) => {
      const back = tocsin('link', { id: to, incident: id, as: REVERSE_LINK[relation] });
      const next = [`Recorded on ${id} only. To record it on ${to} too: ${back}`];
      await sendMessage(shell, 'incident', id, 'link', { to, relation, note }, options, next);
    });
}
