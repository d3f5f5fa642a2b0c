/** `tocsin edit-draft`: counsel's text of a notice takes the place of the generated one. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { refused, usage } from '../../../client/errors';
import { type MessageOptions, sendMessage } from '../../cases/send';
import { readDraftFile } from '../../draft-file';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  file: string;
  language: string;
  draft?: string;
}

export function editDraftCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'edit-draft <id> <obligation>',
    'Replace the text of a drafted notice in one language. It is used until the facts change; approve it to send it.',
    'edit-draft INC-20260401-9f3a enterprise-notice --language fr -f notice.fr.md --by counsel',
  )
    .requiredOption('-f, --file <file>', 'the text, as `npx tocsin draft` prints it; - for standard input')
    .requiredOption('--language <language>', 'the language of the text, like en, fr or de')
    .option('--draft <fingerprint>', 'the draft that was edited (default: the current one)')
    .action(async (id: string, obligation: string, { file, language, draft, ...options }: Options) => {
      const { subject, body } = readDraftFile(file, contentOf(file));
      const edited = draft ?? (await presentDraft(shell, id, obligation));
      await sendMessage(
        shell,
        'incident',
        id,
        'edit-draft',
        { obligation, draft: edited, language, subject, body },
        options,
      );
    });
}

function contentOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw usage(`cannot read ${file} (${(error as NodeJS.ErrnoException).code}): give a file that you can read`);
  }
}

async function presentDraft(shell: Shell, id: string, obligation: string): Promise<string> {
  const view = await (await shell.client()).view(id);
  const fingerprint = view?.state.obligations[obligation]?.draft?.fingerprint;
  if (fingerprint) return fingerprint;
  throw refused(`${obligation} of ${id} has no draft that could be edited`);
}
