/** The checkpoints that a register must hold against: those of its anchors, and files that somebody kept. */
import { existsSync, readFileSync } from 'node:fs';
import { refused, usage } from '../client/errors';
import type { KnownCheckpoint } from '../register/verifier/anchored';
import type { Shell } from './shell';

/**
 * Gathers them. A register that was never signed has none. Records of the anchor file that cannot be read are told on
 * standard error; a file that was given must verify.
 *
 * @param files each with one checkpoint, or several one after the other.
 * @param trustedKey the log's verifier key as it was handed out; that of this machine without it.
 */
export async function checkpointsToHold(
  shell: Shell,
  files: readonly string[],
  trustedKey: string | undefined,
): Promise<KnownCheckpoint[]> {
  const { claims, knownCheckpoints } = await import('../register/anchors/known-checkpoints.js');
  const { parseVerifierKey } = await import('../register/tree/note.js');
  const { splitNotes } = await import('../register/verifier/notes.js');
  const log = await openedLog(shell);
  if (log === undefined) {
    if (files.length > 0 || trustedKey !== undefined) {
      throw refused(
        'there is no log on this machine to check a checkpoint against: set TOCSIN_LOG_DIR to the published log',
      );
    }
    return [];
  }
  const settings = shell.settings.anchors;
  const { known, unreadable, keys } = await knownCheckpoints(log, settings, trustedKey);
  if (trustedKey !== undefined && known.length === 0 && unreadable.length > 0) {
    throw refused(
      '--key: no checkpoint on this machine is signed by that key or a successor of it: this is a different log',
    );
  }
  for (const problem of unreadable) shell.err.line(`skipped a checkpoint: ${problem}`);
  const witnesses = settings.witnesses.map(({ verifierKey }) => parseVerifierKey(verifierKey));
  for (const file of files) {
    if (!existsSync(file)) throw usage(`--checkpoint: cannot read ${file}: it does not exist`);
    const notes = splitNotes(readFileSync(file, 'utf8'));
    if (notes.length === 0) throw usage(`--checkpoint: ${file} contains no signed checkpoint`);
    for (const note of notes) {
      try {
        known.push(...claims(file, keys.openUnproved(note, witnesses)));
      } catch (error) {
        throw refused(`${file}: ${(error as Error).message}`);
      }
    }
  }
  return known;
}

/** The log with its key or, without one, as it is published; undefined where there is neither. No key is made. */
export async function openedLog(shell: Shell) {
  const { openLog } = await import('../register/log/open-log.js');
  const { NoLogError } = await import('../register/errors.js');
  try {
    return await openLog(await shell.register(), { ...shell.settings.log, makeKey: false });
  } catch (error) {
    if (error instanceof NoLogError) return undefined;
    throw error;
  }
}
