/** `tocsin confirm`: a second person agrees to a change, or somebody stands by a doubtful awareness. */
import { Argument, type Command } from 'commander';
import { DOUBTED, type Doubted } from '../../../domain/incident/doubted-kinds';
import { wouldConfirm } from '../../../domain/incident/on-awareness';
import type { Instant } from '../../../domain/kernel/time';
import { type MessageOptions, sendMessage } from '../../cases/send';
import { confirm } from '../../confirm';
import { whenFlag } from '../../input';
import type { Shell } from '../../shell';
import { messageVerb, OPTIONS } from '../../verb';

interface Options extends MessageOptions {
  at?: string;
  decline?: boolean;
  reason?: string;
  yes?: boolean;
}

export function confirmCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'confirm <id>',
    'Agree, as a second person, to a change that needs one; or confirm a time that looks like a mistake. Without --at you are shown what waits, and asked.',
    'confirm INC-20260401-9f3a awareness',
  )
    .addArgument(new Argument('[change]', `what waits for it: ${DOUBTED.join(', ')}`).default('awareness'))
    .option('--at <time>', 'the time that you confirm, as it is shown; refused if another one waits by now')
    .option('--decline', 'decline the change: nothing is changed')
    .option('--reason <text>', 'why; recorded in the register with your name')
    .option(...OPTIONS.yes)
    .action(async (id: string, change: Doubted, { at: given, decline, reason, yes, ...options }: Options) => {
      const at =
        whenFlag('--at', given) ?? (await shownAndAsked(shell, id, change, { decline, yes, json: options.json }));
      await sendMessage(shell, 'incident', id, 'confirm', { change, at, decline, reason }, options);
    });
}

/** Shows what waits and asks: what was shown is what is confirmed. Nothing where nothing waits: the incident answers that. */
async function shownAndAsked(
  shell: Shell,
  id: string,
  change: Doubted,
  { decline, yes, json }: Pick<Options, 'decline' | 'yes' | 'json'>,
): Promise<Instant | undefined> {
  const view = await (await shell.client()).view<'incident'>(id);
  const waits = view && wouldConfirm(view.state, change);
  if (!waits) return undefined;
  const said = `${decline ? 'You decline' : 'You confirm'} ${waits.text}.`;
  if (!yes) await confirm(said, decline ? 'decline' : 'confirm');
  else if (!json) shell.out.line(said);
  return waits.at;
}
