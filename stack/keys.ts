/** The keys that a stack on this machine makes for itself. They stay in its data folder, readable by its owner only. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { keyRing, newEncryptionKey } from '../platform/encryption-key';
import { writeWholeSync } from '../platform/write-whole';

/**
 * The keys that seal payloads: those that are set, else the folder's own. `undefined` where there is a
 * database of the dev server and no file of keys: it is from before payloads were sealed, or the file was removed. No new
 * keys are put under it, as they would open nothing of what stands in it.
 */
export function sealingKeys(files: { keys: string; database: string }, env: NodeJS.ProcessEnv): string[] | undefined {
  const set = keyRing(env.TOCSIN_ENCRYPTION_KEYS ?? '');
  if (set.length > 0) return set;
  if (!existsSync(files.keys) && existsSync(files.database)) return undefined;
  return [kept(files.keys, () => newEncryptionKey('local'))];
}

/** The key of the session: whoever has it may use the Web UI and the codec. It stays, so that a bookmark does. */
export function sessionKey(file: string): string {
  return kept(file, () => randomBytes(24).toString('base64url'));
}

function kept(file: string, make: () => string): string {
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const made = make();
  writeWholeSync(file, `${made}\n`);
  return made;
}
