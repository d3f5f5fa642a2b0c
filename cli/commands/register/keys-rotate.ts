/** `tocsin register keys rotate`: a new signing key, attested by the old one and recorded in the register. */
import type { Command } from 'commander';
import { refused } from '../../../client/errors';
import { openedLog } from '../../checkpoints';
import type { CommonOptions, Shell } from '../../shell';
import { anchorLines, signAndAnchor } from '../../sign-and-anchor';
import { OPTIONS, verb } from '../../verb';

interface Options extends CommonOptions {
  reason: string;
}

export function registerKeysRotateCommand(keys: Command, shell: Shell): void {
  verb(
    keys,
    'rotate',
    'Replace the signing key. The old key attests the new one and is destroyed; the register records who did it and why.',
    'register keys rotate --reason "yearly rotation"',
  )
    .requiredOption('--reason <text>', 'why: it is recorded, and shown to authorities and customers')
    .option(...OPTIONS.by)
    .action(async (options: Options, command: Command) => {
      const { rotateKey } = await import('../../../register/log/rotate-key.js');
      const { loadDisclosures } = await import('../../../policy/load-disclosure.js');
      const log = await openedLog(shell);
      if (!log?.canSign) throw refused('the signing key is not on this machine: rotate it where TOCSIN_LOG_KEYS is');
      const { keysFile } = shell.settings.log;
      const deps = { log, pool: await shell.register(), disclosures: loadDisclosures(), keysFile };
      const { oldKey, newKey, size, note } = await rotateKey(deps, { by: shell.by(options), reason: options.reason });
      const signed = await signAndAnchor(shell, log);
      const { out } = shell;
      if (command.optsWithGlobals().json) {
        out.json({ oldKey, newKey, size, rotation: note, anchors: signed.anchors });
        return;
      }
      out.line(`The key was rotated at ${size} entries. Whoever trusts the old key can follow the published rotation.`);
      out.line(`  old  ${oldKey}`);
      out.line(`  new  ${newKey}`);
      for (const line of anchorLines(signed, out)) out.line(line);
      out.line(`Keep a copy of ${keysFile}, and give the new key to your witnesses.`);
    });
}
