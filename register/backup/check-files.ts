import { existsSync } from 'node:fs';
import path from 'node:path';
import { BackupError } from '../errors';
import type { Manifest } from './manifest';
import { hashOf } from './row-file';

/** Checks that every file of a backup is there and whole. @throws BackupError naming the first that is not. */
export async function checkFiles(dir: string, { tables }: Manifest): Promise<void> {
  for (const { file, sha256 } of tables) {
    const name = path.join(dir, file);
    if (!existsSync(name)) throw new BackupError(`${name} is missing: the backup is not whole`);
    if ((await hashOf(name)) !== sha256) {
      throw new BackupError(`${name} is damaged or was altered: it does not have the hash that the manifest names`);
    }
  }
}
