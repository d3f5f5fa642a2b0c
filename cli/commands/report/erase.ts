/** `tocsin report erase`: takes the text and the reporter out of Postgres, and records that. */

import type { Command } from 'commander';
import { refused } from '../../../client/errors';
import { tocsin } from '../../../domain/kernel/command-lines';
import { erasureOf } from '../../../domain/report/messages';
import { confirm } from '../../confirm';
import type { CommonOptions, Shell } from '../../shell';
import { OPTIONS, verb } from '../../verb';

interface Options extends CommonOptions {
  yes?: boolean;
}

export function reportEraseCommand(report: Command, shell: Shell): void {
  verb(
    report,
    'erase <report>',
    "Permanently erase a report's text, and its reporter's name and address. Its number, times, length and commitment stay; " +
      "where copies may remain is listed. In production it needs the owner's login.",
    'report erase VR-20260401-9f3a5c1e --by dpo',
  )
    .option(...OPTIONS.by)
    .option(...OPTIONS.yes)
    .action(async (id: string, options: Options) => {
      const { eraseReport } = await import('../../../detection/reports/store/erase-report.js');
      const { rewriteErased } = await import('../../../register/erase/rewrite-erased.js');
      const { REMAINS_OF_REPORT } = await import('../../../register/erase/remains.js');
      const { remainderLines } = await import('../../rendering/retention-lines.js');
      const by = shell.by(options);
      if (!options.yes) await confirm(`The text and the reporter of ${id} will be permanently erased.`, id);
      const outcome = await eraseReport(await shell.register({ owner: true }), id, by, new Date());
      if (outcome === 'unknown')
        throw refused(
          `there is no vulnerability report "${id}". \`${tocsin('report list', { all: true })}\` lists them`,
        );
      // Also when it was erased before: the record of it may be what failed then.
      await record(shell, id, by);
      // And this.
      const files = await rewriteErased(await shell.register({ owner: true }), [
        'vulnerability_reports',
        'erased_report_requests',
      ]);
      if (options.json) return shell.out.json({ id, erased: outcome, files, remains: REMAINS_OF_REPORT });
      shell.out.line(outcome === 'erased' ? `Erased the text and the reporter of ${id}.` : `${id} was already erased.`);
      for (const line of remainderLines(files, REMAINS_OF_REPORT, shell.out)) shell.out.line(line);
    });
}

/** By the workflow while it runs; once it is closed, as the entry that follows its last. */
async function record(shell: Shell, id: string, by: string): Promise<void> {
  const client = await shell.temporal();
  if ((await client.find(id))?.open) {
    await client.send(id, 'erased', { by, commandId: erasureOf(id) });
    return;
  }
  const { appendAfterClose } = await import('../../../detection/reports/store/append-erased.js');
  await appendAfterClose(await shell.register({ owner: true }), id, by, new Date());
}
