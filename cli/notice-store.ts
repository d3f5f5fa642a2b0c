/** The texts of notices as commands and the server read them: where the workers store them. */
import path from 'node:path';
import type { KeptArtefacts } from '../activities/storage/kept-artefacts';
import type { Shell } from './shell';

const SILENT = { info() {}, warn() {}, error() {} };

/** The store of the workers; while Postgres or the object store is away, what this machine has a copy of. */
export async function noticeStore(shell: Shell, dataDir = shell.settings.dataDir): Promise<KeptArtefacts> {
  // Loaded here: Postgres' driver takes longer to load than most commands take to run.
  const { createKeptArtefacts } = await import('../activities/storage/kept-artefacts.js');
  const { createBucket } = await import('../activities/storage/bucket.js');
  const { objectStore } = shell.settings;
  return createKeptArtefacts({
    pool: await shell.register(),
    dir: path.join(dataDir, 'artefacts'),
    log: SILENT,
    bucket: objectStore && createBucket(objectStore),
  });
}
