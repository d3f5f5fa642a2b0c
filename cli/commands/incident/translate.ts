/** `tocsin translate`: gives the texts of the facts in another language, so that notices can be written in it. */
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { refused, usage } from '../../../client/errors';
import { noticeContents } from '../../../domain/incident/contents';
import type { IncidentState } from '../../../domain/incident/state';
import { TranslatedLanguageSchema, untranslated } from '../../../domain/incident/translations';
import { dataSetsOf } from '../../../domain/policy/affected';
import type { Policy } from '../../../domain/policy/policy';
import { samePack } from '../../../policy/pack-of';
import { type MessageOptions, sendMessage } from '../../cases/send';
import { readInput } from '../../input';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  language: string;
  file?: string;
  template?: boolean;
}

export function translateCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'translate <id>',
    'Translate the texts of the facts. A notice goes out in a language only once all of its texts are translated.',
    'translate INC-20260401-9f3a --language fr --template > fr.yaml\ntranslate INC-20260401-9f3a --language fr -f fr.yaml',
  )
    .requiredOption('--language <language>', 'the language, like fr or de')
    .option(
      '-f, --file <file>',
      'the texts in YAML or JSON: each as it stands in the facts (of) and its translation (is)',
    )
    .option('--template', 'print the texts still to be translated, as a file to fill in')
    .action(async (id: string, { language: given, file, template, ...options }: Options) => {
      if ((file === undefined) === !template)
        throw usage('use -f FILE with the texts, or --template for a file to fill in');
      const language = languageOf(given);
      if (file) {
        const { texts } = readInput(file).data;
        await sendMessage(shell, 'incident', id, 'translate', { language, texts }, options);
        return;
      }
      const view = await (await shell.client()).view(id);
      const pack = view && samePack(view.state, shell.settings.policy);
      if (!pack)
        throw refused(`${id} runs under a policy that is not on this machine: its texts cannot be listed here`);
      const texts = lackingTexts(view.state, pack, language).map((of) => ({ of, is: '' }));
      if (texts.length === 0) shell.out.line(`# Nothing is left to translate into ${language}.`);
      else shell.out.line(stringify({ texts }).trimEnd());
    });
}

function languageOf(given: string): string {
  const parsed = TranslatedLanguageSchema.safeParse(given);
  if (!parsed.success) throw usage(`--language: ${parsed.error.issues[0]!.message}`);
  return parsed.data;
}

/**
 * The texts that nobody has translated, for duties that some data set meets: of notices to readers outside, and of reports
 * to authorities that read this language and not English.
 */
function lackingTexts(state: IncidentState, pack: Policy, language: string): string[] {
  const mailed = pack.obligations.filter(({ channel, id, appliesWhen }) => {
    const open = Object.values(state.obligations).some((o) => o.rule === id && o.status !== 'not-required');
    const filed = Object.values(state.obligations).some((o) => {
      const read = o.rule === id ? (pack.authorities.find(({ key }) => key === o.recipient)?.languages ?? []) : [];
      return read.includes(language) && !read.includes('en');
    });
    return (channel === 'email' || filed) && appliesWhen !== undefined && open;
  });
  const lines = mailed.flatMap((rule) =>
    dataSetsOf(rule, pack, state).length === 0
      ? []
      : noticeContents(rule, state, pack).flatMap(({ said = [] }) => said),
  );
  return untranslated(lines, language);
}
