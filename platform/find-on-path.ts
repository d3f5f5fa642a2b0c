import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { untrusted } from './trusted-file';

/**
 * The first executable file of this name on PATH that may be started (see `untrusted`), or undefined. Relative folders of PATH
 * do not count: they are wherever somebody stands.
 */
export function findOnPath(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const exe = process.platform === 'win32' ? '.exe' : '';
  for (const dir of (env.PATH ?? '').split(path.delimiter)) {
    if (!path.isAbsolute(dir)) continue;
    const file = path.join(dir, name + exe);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile() && untrusted(file) === undefined) return file;
    } catch {
      // not in this folder
    }
  }
  return undefined;
}
