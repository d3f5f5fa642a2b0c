/** The register's log and the disclosure table, as the commands on the register need them. */
import type { RegisterLog } from '../register/log/open-log';
import type { Shell } from './shell';

/** Opens the log that vouches for the register; loaded when first needed. */
export async function shellLog(shell: Shell): Promise<RegisterLog> {
  const { openLog } = await import('../register/log/open-log.js');
  return openLog(await shell.register(), shell.settings.log);
}

/**
 * What was signed for a hand-over goes to the anchor file at once, as a worker's checkpoints do: a worker only hands over
 * those that it has signed itself. Where the key is not at hand, it was a worker that signed.
 */
export async function anchorInFile(shell: Shell, log: RegisterLog): Promise<void> {
  if (!log.canSign) return;
  const { createFileAnchor } = await import('../register/anchors/file-anchor.js');
  const { note } = await log.sign();
  await createFileAnchor(shell.settings.anchors.file).put(note);
}
