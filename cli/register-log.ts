/** The register's log and the disclosure table, as the commands on the register need them. */
import type { RegisterLog } from '../register/log/open-log';
import type { Shell } from './shell';

/** Opens the log that vouches for the register; loaded when first needed. */
export async function shellLog(shell: Shell): Promise<RegisterLog> {
  const { openLog } = require('../register/log/open-log') as typeof import('../register/log/open-log');
  return openLog(shell.register(), shell.settings.log);
}

/**
 * What was signed for a hand-over goes to the anchor file at once, as a worker's checkpoints do: a worker only hands over
 * those that it has signed itself. Where the key is not at hand, it was a worker that signed.
 */
export async function anchorInFile(shell: Shell, log: RegisterLog): Promise<void> {
  if (!log.canSign) return;
  const { createFileAnchor } =
    require('../register/anchors/file-anchor') as typeof import('../register/anchors/file-anchor');
  const { note } = await log.sign();
  await createFileAnchor(shell.settings.anchors.file).put(note);
}
