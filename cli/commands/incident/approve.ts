/** `tocsin approve`: sends a drafted notice now. */
import type { Command } from 'commander';
import type { Obligation } from '../../../domain/incident/state';
import { approvalOf } from '../../../domain/incident/two-persons';
import { ruleOf } from '../../../domain/policy/policy';
import { shownPack } from '../../../policy/pack-of';
import { type MessageOptions, sendMessage } from '../../cases/send';
import { confirm } from '../../confirm';
import { grouped } from '../../rendering/format';
import { wrap } from '../../rendering/table';
import type { Shell } from '../../shell';
import { messageVerb, OPTIONS } from '../../verb';

interface Options extends MessageOptions {
  draft?: string;
  delayReasons?: string;
  incompleteBecause?: string;
  yes?: boolean;
}

export function approveCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'approve <id> <obligation>',
    'Approve a drafted notice: it is sent at once. Before a mail goes out, you are shown how many will get it, and asked.',
    'approve INC-20260401-9f3a enterprise-notice',
  )
    .option('--draft <fingerprint>', 'approve only this draft; refused if the facts have changed since')
    .option('--delay-reasons <text>', 'why it is late, where the law asks for it')
    .option('--incomplete-because <text>', 'why a notice to individuals goes out without what the law requires')
    .option(...OPTIONS.yes)
    .action(async (id: string, obligation: string, { yes, draft, ...options }: Options) => {
      const { delayReasons, incompleteBecause, ...sending } = options;
      const mail = await mailOf(shell, id, obligation);
      if (mail) {
        const said = mailText(mail);
        if (!yes) await confirm(said, mail.of === 2 && !mail.first ? 'approve' : 'send');
        else if (!options.json) for (const line of wrap(said, shell.out.width)) shell.out.line(line);
      }
      // What was shown is what is approved.
      const body = { obligation, draft: draft ?? mail?.draft?.fingerprint, delayReasons, incompleteBecause };
      await sendMessage(shell, 'incident', id, 'approve', body, sending);
    });
}

type Mail = Obligation & ReturnType<typeof approvalOf>;

/** The obligation, where approving it sends a mail now. */
async function mailOf(shell: Shell, id: string, obligation: string): Promise<Mail | undefined> {
  const client = await shell.client();
  const view = await client.view<'incident'>(id);
  const o = view?.state.obligations[obligation];
  if (!view || !o || o.status !== 'drafted') return undefined;
  const pack = shownPack(view.state, await client.explain(id), shell.settings.policy);
  if (!o.draft?.reach && ruleOf(pack, o.rule)?.channel !== 'email') return undefined;
  return { ...o, ...approvalOf(o, view.state, pack) };
}

/** To how many it goes, in which languages, and what it does not say yet. */
function mailText({ id, draft, purpose, of, first }: Mail): string {
  const { reach, missing = [] } = draft ?? {};
  const languages = Object.entries(reach?.languages ?? {}).sort(([, a], [, b]) => b - a);
  const total = languages.reduce((sum, [, n]) => sum + n, 0);
  const to = reach
    ? `${id} is mailed to ${purpose === 'new-recipients' ? 'those not told yet of ' : ''}${grouped(total)} ${total === 1 ? 'recipient' : 'recipients'}${total > 0 ? ` (${languages.map(([language, n]) => `${grouped(n)} in ${language}`).join(', ')})` : ''}.`
    : `${id} is mailed; the directory did not say to how many.`;
  const lost = reach?.unreachable
    ? ` ${grouped(reach.unreachable)} cannot be reached by mail: the notice stays open until they are told by other means.`
    : '';
  const open =
    missing.length > 0 ? `Not yet established: ${missing.join(', ')}.` : 'Nothing that it must say is missing.';
  const two = of === 2 ? ' Two people must approve it: nothing is sent before a second one does.' : '';
  const both = first ? ` ${first.by} has approved it already: it is sent when a second person does.` : two;
  return `${to}${lost} ${open}${both}`;
}
