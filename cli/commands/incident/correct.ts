/** `tocsin correct`: corrects what was declared. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import { instantFlag, whenFlag } from '../../input';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  severity?: string;
  title?: string;
  system?: string[];
  detectedAt?: string;
  serviceAffecting?: boolean;
  serviceAffectedFrom?: string;
  reason: string;
}

export function correctCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'correct <id>',
    'Correct what was declared. Each correction is recorded, and the duties that depend on it are worked out again.',
    'correct INC-20260401-9f3a --service-affecting --service-affected-from 2026-04-01T03:10:00Z --reason "the API slowed down"',
  )
    .requiredOption('--reason <text>', 'why; recorded in the register with your name')
    .option('--severity <severity>', 'sev1, sev2, sev3 or sev4')
    .option('--title <text>', 'the title')
    .option('--system <system...>', 'all affected systems, in place of those on record')
    .option('--detected-at <time>', 'when it was detected; a date, a range or "about" will do')
    .option('--service-affecting', 'the service is affected; needs --service-affected-from')
    .option('--no-service-affecting', 'the service is not affected')
    .option('--service-affected-from <time>', 'since when the service is affected')
    .action(async (id: string, options: Options) => {
      const { severity, title, system: systems, serviceAffecting, reason, ...rest } = options;
      const { detectedAt: detected, serviceAffectedFrom: affected, ...sent } = rest;
      const detectedAt = whenFlag('--detected-at', detected);
      const serviceAffectedFrom = instantFlag('--service-affected-from', affected);
      const body = { severity, title, systems, detectedAt, serviceAffecting, serviceAffectedFrom, reason };
      await sendMessage(shell, 'incident', id, 'correct', body, sent);
    });
}
