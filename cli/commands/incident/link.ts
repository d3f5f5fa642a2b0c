/** `tocsin link`: links an incident with another. */
import { type Command, Option } from 'commander';
import { LINK_RELATIONS, type LinkRelation, REVERSE_LINK } from '../../../domain/incident/links';
import { tocsin } from '../../../domain/kernel/command-lines';
import { type MessageOptions, sendMessage } from '../../cases/send';
import { unknownCase } from '../../cases/unknown-id';
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
      await checkIsThere(shell, to);
      const back = tocsin('link', { id: to, incident: id, as: REVERSE_LINK[relation] });
      const next = [`Recorded on ${id} only. To record it on ${to} too: ${back}`];
      await sendMessage(shell, 'incident', id, 'link', { to, relation, note }, options, next);
    });
}

/** A link to nowhere would stand in the register for good. An old incident may be in the register alone. */
async function checkIsThere(shell: Shell, id: string): Promise<void> {
  if (await (await shell.client()).find(id)) return;
  if (shell.settings.databaseUrl) {
    const { readHead } = await import('../../../register/read-head.js');
    if ((await readHead(await shell.register(), id)).count > 0) return;
  }
  throw unknownCase('incident', id);
}
