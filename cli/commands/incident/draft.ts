/** `tocsin draft`: a drafted notice as it would go out, and what is different from what was generated or sent before. */
import type { Command } from 'commander';
import { type FrozenNotice, thawNotice } from '../../../activities/notices/frozen-notice';
import { refused } from '../../../client/errors';
import { draftTextOf } from '../../../domain/incident/draft-text';
import type { Rendering } from '../../../domain/incident/evidence';
import type { Obligation } from '../../../domain/incident/state';
import { tocsin } from '../../../domain/kernel/command-lines';
import { lineDiff } from '../../../domain/kernel/line-diff';
import { noticeStore } from '../../notice-store';
import { visible } from '../../rendering/hostile-text';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from '../../verb';

interface Options extends CommonOptions {
  language: string;
  diff?: boolean;
}

export function draftCommand(program: Command, shell: Shell): void {
  verb(
    program,
    'draft <id> <obligation>',
    'Print a drafted notice as a file to edit, or how it differs from the generated text and from what was sent before.',
    'draft INC-20260401-9f3a enterprise-notice --language fr > notice.fr.md\ndraft INC-20260401-9f3a enterprise-notice --diff',
  )
    .option('--language <language>', 'the language to print', 'en')
    .option('--diff', 'print only the differences')
    .action(async (id: string, obligation: string, { language, diff, json }: Options) => {
      const view = await (await shell.client()).view(id);
      const o = view?.state.obligations[obligation];
      if (!o?.draft) throw refused(`${obligation} of ${id} has no draft; see \`${tocsin('show', { id })}\``);
      const rendering = renderingIn(o, language);
      const texts = await readTexts(shell, o, rendering);
      if (json) {
        shell.out.json({ fingerprint: o.draft.fingerprint, rendering, ...texts });
        return;
      }
      const lines = diff ? diffLines(texts) : draftTextOf(texts.notice).split('\n');
      for (const line of lines) shell.out.line(visible(line));
    });
}

function renderingIn({ id, draft }: Obligation, language: string): Rendering {
  const renderings = draft?.renderings ?? [];
  const found = renderings.find((each) => each.language === language);
  if (found) return found;
  const lacking = draft?.untranslated?.[language];
  throw refused(
    `${id} is not available in "${language}"${lacking ? `: ${lacking} texts of the facts are not translated` : ''}; it is drafted in ${renderings.map((each) => each.language).join(', ')}`,
  );
}

interface Texts {
  notice: FrozenNotice;
  /** As it was generated, where a person edited it. */
  generated?: FrozenNotice;
  /** As it was sent before. */
  before?: FrozenNotice;
}

/** The texts, from the store of the workers; while Postgres is away those that this machine has a copy of. */
async function readTexts(shell: Shell, o: Obligation, rendering: Rendering): Promise<Texts> {
  const artefacts = await noticeStore(shell);
  const sent = (o.supplements.at(-1)?.evidence ?? o.evidence)?.renderings;
  const before = sent?.find((each) => each.language === rendering.language);
  const generated = rendering.edited?.of;
  try {
    return {
      notice: await thawNotice(artefacts, rendering.sha256),
      ...(generated && { generated: await thawNotice(artefacts, generated) }),
      ...(before && { before: await thawNotice(artefacts, before.sha256) }),
    };
  } catch {
    throw refused(
      `the text ${rendering.sha256.slice(0, 12)}… is neither in Postgres nor in the data folder of this machine${o.draft?.url ? `: read it at ${o.draft.url}` : ''}`,
    );
  }
}

function diffLines({ notice, generated, before }: Texts): string[] {
  const changes = (from: FrozenNotice) =>
    lineDiff(draftTextOf(from), draftTextOf(notice))
      .filter(({ sign }) => sign !== ' ')
      .map(({ sign, text }) => `${sign} ${text}`.trimEnd());
  const part = (title: string, from: FrozenNotice | undefined, none: string) => {
    if (!from) return [none];
    const lines = changes(from);
    return lines.length > 0 ? [title, ...lines] : [`${title} nothing.`];
  };
  return [
    ...part('Different from the generated text:', generated, 'Nobody has edited this draft.'),
    '',
    ...part('Different from what was sent before:', before, 'Nothing was sent before in this language.'),
  ];
}
