/** `tocsin intake unknown`: what sources sent and nobody could take, by kind, so that none is dropped unseen. */
import type { Command } from 'commander';
import { minuteText } from '../../domain/kernel/time';
import { hanging, table } from '../rendering/table';
import type { CommonOptions, Shell } from '../shell';
import { verb } from '../verb';

export function intakeUnknownCommand(intake: Command, shell: Shell): void {
  verb(
    intake,
    'unknown',
    'Show what sources sent and could not be taken: events of unknown kinds, and refused ones. --json shows the last of ' +
      'each kind, without mail addresses and secrets.',
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
      kind,
      problem === undefined ? 'unknown' : 'refused',
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
      if (problem) for (const line of hanging('  ', `${source}, ${kind}: ${problem}`, out.width)) out.line(line);
    }
    out.line('Have the source send only what is wanted, or correct what it sends. No detection was made of these.');
  });
}
