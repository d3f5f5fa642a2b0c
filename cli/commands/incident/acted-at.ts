/** `tocsin acted-at`: states more exactly when something was filed or told. */
import type { Command } from 'commander';
import { usage } from '../../../client/errors';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  reason: string;
  round?: string;
}

export function actedAtCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'acted-at <id> <obligation> <instant>',
    'State more exactly when something was filed or told; what was stated before stays on record.',
    'acted-at INC-20260401-9f3a gdpr-art33-authority:ie-dpc 2026-04-03T10:12:00Z --reason "the receipt of the portal shows the minute"',
  )
    .requiredOption('--reason <text>', 'how it is known; recorded in the register with your name')
    .option('--round <n>', 'in which round, where it was done about then in more than one; 1 is the first')
    .action(async (id: string, obligation: string, instant: string, { reason, round, ...options }: Options) => {
      await sendMessage(
        shell,
        'incident',
        id,
        'acted-at',
        { obligation, at: instant, round: roundOf(round), reason },
        options,
      );
    });
}

function roundOf(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const round = Number(given);
  if (Number.isInteger(round) && round >= 1) return round;
  throw usage(`--round: "${given}" is not a round. Write its number, 1 for the first notice or report`);
}
