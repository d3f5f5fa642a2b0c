/** What Tocsin keeps on disk is for its own account: folders 0700, files 0600. */
import { chmodSync, chownSync, mkdirSync, statSync } from 'node:fs';

const PRIVATE_UMASK = 0o077;

/** Makes everything that this process creates from here on private, whoever creates it. Called once, before anything else. */
export function createPrivately(): void {
  process.umask(PRIVATE_UMASK);
}

/** Does something whose files others may read: programs that another account runs. Nothing asynchronous. */
export function openly<T>(work: () => T): T {
  const before = process.umask(0o022);
  try {
    return work();
  } finally {
    process.umask(before);
  }
}

/**
 * Makes a folder for this account alone, and narrows one that is wider; one that is there is never widened. `through`: a group that
 * may pass through a new folder, or one that others could enter already, to what is its own below, and list nothing. Answers the
 * mode that it had when it was narrowed.
 * Throws when the folder belongs to somebody else.
 */
export function privateFolder(dir: string, through?: { gid: number }): number | undefined {
  const isNew = mkdirSync(dir, { recursive: true, mode: 0o700 }) !== undefined;
  if (!process.getuid) return undefined;
  const { uid, gid, mode } = statSync(dir);
  if (uid !== process.getuid()) {
    if (process.getuid() !== 0) {
      throw new Error(
        `the folder ${dir} belongs to another account (uid ${uid}): give Tocsin one of its own (TOCSIN_DATA_DIR)`,
      );
    }
    chownSync(dir, 0, gid);
  }
  const passes = through && (isNew || (mode & (gid === through.gid ? 0o010 : 0o001)) !== 0) ? through : undefined;
  const wanted = passes ? 0o710 : 0o700;
  if (passes && gid !== passes.gid) chownSync(dir, process.getuid(), passes.gid);
  if ((mode & 0o777) === wanted) return undefined;
  chmodSync(dir, wanted);
  return (mode & 0o077 & ~wanted) === 0 ? undefined : mode & 0o777;
}
