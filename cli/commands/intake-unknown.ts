/** `tocsin intake unknown`: what sources sent and nobody could take, by kind, so that none is dropped unseen. */
import type { Command } from 'commander';
import { isLeftOut } from '../../detection/intake/inbox/left-out';
import { minuteText } from '../../domain/kernel/time';
import { hanging, table, wrap } from '../rendering/table';
import type { CommonOptions, Shell } from '../shell';
import { verb } from '../verb';

export function intakeUnknownCommand(intake: Command, shell: Shell): void {
  verb(
    intake,
    'unknown',
    'Show what sources sent and could not be taken: events of unknown kinds, refused ones, and values that were left ' +
      'out. --json shows the last of each kind, without mail addresses and secrets.',
    'intake unknown\nintake unknown --json',
  ).action(async (_options: CommonOptions, command: Command) => {
    const { out } = shell;
    const { listUntaken } = await import('../../detection/intake/inbox/untaken.js');
    const counts = await listUntaken(await shell.register());
    if (command.optsWithGlobals().json) {
      out.json({ counts });
      return;
    }
    if (counts.length === 0) {
      out.line('All that came in the last 90 days could be taken.');
      return;
    }
    const rows = counts.map(({ source, kind, count, lastAt, problem }) => [
      source,
      nameOf(kind),
      why(problem),
      String(count),
      minuteText(lastAt),
    ]);
    const columns = [
      { title: 'Source', flex: true },
      { title: 'Kind', flex: true },
      { title: 'Why' },
      { title: 'Count' },
      { title: 'Last (UTC)' },
    ];
    out.line(table(columns, rows, out.width, (text) => out.style(text, 'dim')));
    for (const { source, kind, problem } of counts) {
      const named = [source, ...(kind === WHOLE ? [] : [kind])].join(', ');
      if (problem) for (const line of hanging('  ', `${named}: ${problem}`, out.width)) out.line(line);
    }
    for (const line of wrap(FOOT, out.width)) out.line(line);
  });
}

/** The kind of a request or event that was refused before anybody could tell what it is. */
const WHOLE = 'refused';

const FOOT =
  'Correct what the source sends, or have it stop sending what is not wanted. What is unknown or refused made no ' +
  'detection; where values were left out, the rest of the event was taken.';

function nameOf(kind: string): string {
  return kind === WHOLE ? '–' : kind;
}

function why(problem: string | undefined): string {
  if (problem === undefined) return 'unknown';
  return isLeftOut(problem) ? 'left out' : 'refused';
}
