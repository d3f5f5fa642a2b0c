/** Every signed checkpoint that this machine can get hold of, with its signatures verified. */
import { readFile } from 'node:fs/promises';
import { publishedCheckpoint, type RegisterLog } from '../log/open-log';
import type { CheckpointError, OpenedCheckpoint } from '../tree/checkpoint';
import { parseVerifierKey } from '../tree/note';
import { BY_LOG, type KnownCheckpoint } from '../verifier/anchored';
import { LogKeys } from '../verifier/log-keys';
import { splitNotes } from '../verifier/notes';
import type { AnchorSettings } from './anchor-settings';
import { readMailed } from './mail-anchor';
import { lastCosigned } from './witness-anchor';

/** What was found. `unreadable` says which records were passed over, and why. */
export interface KnownCheckpoints {
  known: KnownCheckpoint[];
  unreadable: string[];
}

/**
 * Reads the published checkpoint and rotations, the anchor file, what was mailed, and what witnesses have cosigned; of the latter
 * also what other workers remember.
 *
 * @param trustedKey a verifier key of the log, from outside; that of this machine without it.
 * @throws CheckpointError when the log's rotations do not lead to the trusted key.
 */
export async function knownCheckpoints(
  log: RegisterLog,
  settings: AnchorSettings,
  trustedKey = log.verifierKey,
): Promise<KnownCheckpoints & { keys: LogKeys }> {
  const keys = LogKeys.follow(trustedKey, log.rotations);
  const witnesses = settings.witnesses.map(({ verifierKey }) => parseVerifierKey(verifierKey));
  const found: KnownCheckpoints = { known: [], unreadable: [] };
  const take = (by: string, note: string) => {
    let opened: OpenedCheckpoint;
    try {
      // Compared with the register as the rotations below are: that is the proof for those by a retired key.
      opened = keys.openUnproved(note, witnesses);
    } catch (error) {
      found.unreadable.push(`${by}: ${(error as CheckpointError).message}`);
      return;
    }
    found.known.push(...claims(by, opened));
  };
  for (const { size, root } of keys.rotations) found.known.push({ size, root, by: BY_LOG });
  const published = await publishedCheckpoint(log);
  if (published !== undefined) take(BY_LOG, published);
  for (const note of splitNotes(await textOf(settings.file))) take('file', note);
  const mailed = await readMailed(settings.mailStateFile);
  if (mailed?.sentAt !== undefined) take('mail', mailed.note);
  for (const witness of settings.witnesses) {
    const cosigned = await lastCosigned(settings.witnessDir, witness);
    // Counts by its cosignature alone.
    if (cosigned !== undefined) take(BY_LOG, cosigned.note);
  }
  const shared = await log.anchored();
  if (shared.isForged)
    found.unreadable.push('what Postgres holds of the anchors is signed by none of the keys of the log');
  for (const { name, note } of shared.anchors) {
    // The file of another worker is not at hand, and what is here was read: for these the log alone vouches.
    if (note !== undefined) take(name === 'mail' ? 'mail' : BY_LOG, note);
  }
  return { ...found, keys };
}

/** What a checkpoint says for whoever keeps it, and for each witness that has cosigned it. */
export function claims(by: string, { size, root, cosignedBy }: OpenedCheckpoint): KnownCheckpoint[] {
  return [
    { size, root, by },
    ...cosignedBy.map(({ name, atSeconds }) => ({ size, root, by: `witness ${name}`, atSeconds })),
  ];
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
