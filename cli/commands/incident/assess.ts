/** `tocsin assess`: states or corrects the facts, or the instant of awareness. */
import type { Command } from 'commander';
import { usage } from '../../../client/errors';
import { type MessageOptions, sendMessage } from '../../cases/send';
import { instantFlag, readInput } from '../../input';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  file?: string;
  awareAt?: string;
  reason?: string;
}

export function assessCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'assess <id>',
    'Record or correct the facts: which personal data, whose, how much, at what risk; or when you became aware.',
    'assess INC-20260401-9f3a -f assessment.yaml\nassess INC-20260401-9f3a --aware-at 2026-04-01T02:00:00Z --reason "the mail to support counts"',
  )
    .option(
      '-f, --file <file>',
      'the assessment in YAML or JSON; - for standard input. It replaces the earlier one entirely',
    )
    .option('--aware-at <time>', 'when it became known that personal data may be affected, with zone')
    .option('--reason <text>', 'why; needed to correct a recorded instant of awareness')
    .action(async (id: string, options: Options) => {
      const body = assessBody(options.file ? readInput(options.file).data : {}, options);
      await sendMessage(shell, 'incident', id, 'assess', body, options);
    });
}

/** The message from a file (an assessment, or a whole message with `assessment`) and the flags. */
export function assessBody(file: Record<string, unknown>, options: Options): Record<string, unknown> {
  const isMessage = 'assessment' in file || 'awareAt' in file;
  const fromFile = Object.keys(file).length === 0 ? {} : isMessage ? file : { assessment: file };
  const body: Record<string, unknown> = {
    ...fromFile,
    ...(options.awareAt ? { awareAt: instantFlag('--aware-at', options.awareAt) } : {}),
    ...(options.reason ? { reason: options.reason } : {}),
  };
  if (!body.assessment && !body.awareAt)
    throw usage('nothing to assess: use -f FILE with the facts, --aware-at TIME, or both');
  return body;
}
