/** `tocsin review`: the post-incident review. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import { collectText, readInput } from '../../input';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  file?: string;
  rootCause?: string;
  control?: string[];
  shareSummary?: boolean;
  summary?: string;
}

export function reviewCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'review <id>',
    'Record the post-incident review: the root cause and the controls that were improved.',
    'review INC-20260401-9f3a -f review.yaml\nreview INC-20260401-9f3a --root-cause "…" --control "CI keys live for an hour" --no-share-summary',
  )
    .option('-f, --file <file>', 'the review in YAML or JSON; - for standard input. Flags take precedence')
    .option('--root-cause <text>', 'why it was possible')
    .option('--control <text>', 'an improved control; may be repeated', collectText)
    .option('--share-summary', 'send a summary to the affected customers')
    .option('--no-share-summary', 'send none')
    .option('--summary <text>', 'the summary for customers')
    .action(async (id: string, { file, ...options }: Options) => {
      const body = reviewBody(file ? readInput(file).data : {}, options);
      await sendMessage(shell, 'incident', id, 'review', body, options);
    });
}

/** The message from a file and the flags. */
export function reviewBody(file: Record<string, unknown>, options: Options): Record<string, unknown> {
  const { rootCause, control: controls, shareSummary, summary } = options;
  const flags = Object.entries({ rootCause, controls, shareSummary, summary }).filter(
    ([, value]) => value !== undefined,
  );
  return { ...file, ...Object.fromEntries(flags) };
}
