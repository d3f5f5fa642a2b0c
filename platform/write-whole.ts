import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/**
 * Writes a file whole or not at all, forced to disk, replacing one that is there. Folders above it are made. Both are for this
 * account alone, unless it is `published`: then whoever serves the folder to the world may read it.
 */
export async function writeWhole(
  file: string,
  content: string | Uint8Array,
  { published = false }: { published?: boolean } = {},
): Promise<void> {
  await makeFolder(path.dirname(file), published);
  const temporary = path.join(path.dirname(file), `.${path.basename(file).slice(0, 100)}.${randomUUID()}.tmp`);
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      if (published) await handle.chmod(0o644);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The mode of a folder is what the umask leaves of it: one that is published says so itself. */
async function makeFolder(dir: string, published: boolean): Promise<void> {
  const first = await mkdir(dir, { recursive: true, mode: published ? 0o755 : 0o700 });
  if (!published || first === undefined) return;
  for (let at = dir; at.length >= first.length; at = path.dirname(at)) await chmod(at, 0o755);
}

/** Writes a file whole or not at all: a crash of the process leaves the old content or the new. */
export function writeWholeSync(file: string, content: string): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const aside = `${file}.${process.pid}.tmp`;
  writeFileSync(aside, content, { mode: 0o600 });
  renameSync(aside, file);
}
