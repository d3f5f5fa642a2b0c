/** `tocsin register sign`: signs and anchors now, what the worker does at intervals. */
import type { Command } from 'commander';
import { refused } from '../../../client/errors';
import type { CommonOptions, Shell } from '../../shell';
import { anchorLines, signAndAnchor } from '../../sign-and-anchor';
import { verb } from '../../verb';

export function registerSignCommand(register: Command, shell: Shell): void {
  verb(
    register,
    'sign',
    'Sign the register in its current state, publish it, and send the checkpoint to each anchor. Exit code 1 when one fails.',
    'register sign',
  ).action(async (options: CommonOptions) => {
    const { openLog } = await import('../../../register/log/open-log.js');
    const log = await openLog(await shell.register(), shell.settings.log);
    const signed = await signAndAnchor(shell, log);
    if (options.json) shell.out.json(signed);
    else {
      shell.out.line(`Signed ${signed.size} ${signed.size === 1 ? 'entry' : 'entries'} of ${log.origin}.`);
      for (const line of anchorLines(signed, shell.out)) shell.out.line(line);
      shell.out.line();
      for (const line of signed.checkpoint.trimEnd().split('\n')) shell.out.line(line);
    }
    const failed = signed.anchors.filter(({ outcome }) => outcome === 'failed');
    if (failed.length > 0) throw refused(`the checkpoint is signed, but not anchored: ${names(failed)}`);
  });
}

function names(anchors: Array<{ name: string }>): string {
  return anchors.map(({ name }) => name).join(', ');
}
