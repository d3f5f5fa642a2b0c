/** The register's log and the disclosure table, as the commands on the register need them. */
import { refused } from '../client/errors';
import type { RegisterLog } from '../register/log/open-log';
import type { Shell } from './shell';

/** Opens the log that vouches for the register; loaded when first needed. */
export async function shellLog(shell: Shell): Promise<RegisterLog> {
  const { openLog } = await import('../register/log/open-log.js');
  return openLog(await shell.register(), shell.settings.log);
}

/**
 * The log, where it can vouch for a hand-over: the key is here, or what a worker signed is published here. Elsewhere nothing
 * would come to vouch for it, so it is refused before it is recorded.
 */
export async function vouchingLog(shell: Shell): Promise<RegisterLog> {
  const { publishedCheckpoint } = await import('../register/log/open-log.js');
  const log = await shellLog(shell);
  if (!log.canSign && (await publishedCheckpoint(log)) === undefined)
    throw refused(
      'nothing on this machine vouches for an export: run it where a worker runs, with its TOCSIN_LOG_KEYS, or name the folder of the published log in TOCSIN_LOG_DIR',
    );
  return log;
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
