import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pin } from './digests';
import { lock } from './file-lock';
import { cacheDir } from './folders';

/** Where and how to install; `onWait` hears when another process is already at it. */
export interface InstallOptions {
  /** The folder to install in; the shared cache by default. */
  base?: string;
  onWait?: (text: string) => void;
}

/** The folder that `installWhole` gives for a name, whether or not it is there yet. */
export function installedPath(name: string, base: string = cacheDir()): string {
  return path.join(base, name);
}

/**
 * Installs a folder whole or not at all, once for all clones and processes.
 * `build` fills an empty folder beside the final place; only when it succeeds is the folder renamed, in one step, to
 * `<base>/<name>`, with the digests of its files (see `checkPinned`). A crash leaves nothing that looks complete. Two processes do not build at once: the second waits.
 * Answers the path of the complete folder. Rejects with what `build` rejected with.
 */
export async function installWhole(
  name: string,
  build: (dir: string) => Promise<void>,
  options: InstallOptions = {},
): Promise<string> {
  const base = options.base ?? cacheDir();
  const target = installedPath(name, base);
  if (existsSync(target)) return target;
  mkdirSync(base, { recursive: true });
  const held = await lock(path.join(base, `.${name}.lock`), (holder) =>
    options.onWait?.(`process ${holder.pid} is already installing ${name}; waiting for it`),
  );
  try {
    if (existsSync(target)) return target;
    for (const left of readdirSync(base)) {
      if (left.startsWith(`.${name}.building-`)) rmSync(path.join(base, left), { recursive: true, force: true });
    }
    const building = path.join(base, `.${name}.building-${randomUUID()}`);
    mkdirSync(building);
    try {
      await build(building);
      await pin(building);
      renameSync(building, target);
    } finally {
      rmSync(building, { recursive: true, force: true });
    }
    return target;
  } finally {
    held.release();
  }
}
