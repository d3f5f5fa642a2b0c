/** `tocsin report erase`: takes the text and the reporter out of Postgres, and records that. */
import type { Command } from 'commander';
import { refused } from '../../../client/errors';
import type { Shell } from '../../shell';
import { type MessageOptions, messageVerb } from '../incident/verb';

export function reportEraseCommand(report: Command, shell: Shell): void {
  messageVerb(
    report,
    'erase <report>',
    'Permanently erase the text and the reporter. The report number, times, length and commitment stay.',
    'report erase VR-20260401-9f3a5c1e --by dpo',
  ).action(async (id: string, options: MessageOptions) => {
    const { eraseReport } =
      require('../../../detection/reports/store/erase-report') as typeof import('../../../detection/reports/store/erase-report');
    const by = shell.by(options);
    const outcome = await eraseReport(shell.register(), id, by, new Date());
    if (outcome === 'unknown') throw refused(`there is no report "${id}". \`tocsin report list --all\` lists them`);
    // Also when it was erased before: the record of it may be what failed then.
    await record(shell, id, by);
    if (options.json) shell.out.json({ id, erased: outcome });
    else
      shell.out.line(outcome === 'erased' ? `Erased the text and the reporter of ${id}.` : `${id} was already erased.`);
  });
}

/** By the workflow while it runs; once it is closed, as the entry that follows its last. */
async function record(shell: Shell, id: string, by: string): Promise<void> {
  const cases = await shell.cases();
  if ((await cases.find(id))?.open) {
    await cases.update(id, 'erased', { by, commandId: `erase-${id}` });
    return;
  }
  const { appendAfterClose } =
    require('../../../detection/reports/store/append-erased') as typeof import('../../../detection/reports/store/append-erased');
  await appendAfterClose(shell.register(), id, by, new Date());
}
