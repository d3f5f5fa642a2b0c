/** `tocsin register backup`: every table of the register as of one moment, in a folder that verifies. */
import type { Command } from 'commander';
import { usage } from '../../../client/errors';
import type { Manifest } from '../../../register/backup/manifest';
import { grouped } from '../../rendering/format';
import { tableProgress } from '../../rendering/table-progress';
import type { CommonOptions, Shell } from '../../shell';
import { OPTIONS, verb } from '../../verb';

interface Options extends CommonOptions {
  /** `false`: --no-log. */
  log?: string | false;
  keysOnly?: boolean;
}

export function registerBackupCommand(register: Command, shell: Shell): void {
  verb(
    register,
    'backup <dir>',
    'Back up the register, ledger and keys into a new folder.',
    'register backup /backups/2026-11-25\nregister backup /backups/2026-11-25 --keys-only',
  )
    .option(...OPTIONS.by)
    .option('--log <dir>', 'where the log is published: its checkpoint goes into the backup (default: TOCSIN_LOG_DIR)')
    .option('--no-log', 'leave the checkpoint out')
    .option('--keys-only', 'remove from an existing backup what has been erased since: data keys, addresses, reports')
    .action(async (dir: string, options: Options) => {
      const manifest = options.keysOnly ? await eraseIn(shell, dir, options) : await backup(shell, dir, options);
      await record(shell, manifest, options);
      const { tables, head, sha256 } = manifest;
      if (options.json) return shell.out.json({ dir, ...manifest });
      const rows = tables.reduce((sum, table) => sum + table.rows, 0);
      shell.out.line(`${grouped(rows)} rows of ${tables.length} tables in ${dir}.`);
      shell.out.line(`Head ${head.position}:${head.hash}`);
      shell.out.line(
        `Manifest ${sha256}: note it elsewhere. The folder contains data keys and addresses: protect it accordingly.`,
      );
    });
}

async function backup(shell: Shell, dir: string, { log }: Options) {
  const { writeBackup } = await import('../../../register/backup/write-backup.js');
  // Read before the tables, which then reach it.
  const published = log === false ? undefined : await publishedIn(shell, log);
  const onProgress = tableProgress(shell.err, 'backing up');
  return writeBackup(shell.databaseUrl({ owner: true }), dir, {
    ...(published && { log: published }),
    now: new Date(),
    onProgress,
  });
}

async function eraseIn(shell: Shell, dir: string, { log }: Options) {
  if (typeof log === 'string') throw usage('--keys-only keeps the checkpoint of the backup: leave out --log');
  const { eraseInBackup } = await import('../../../register/backup/erase-in-backup.js');
  return eraseInBackup(shell.databaseUrl({ owner: true }), dir);
}

/** A backup holds everything that the register does, so that it was made is an entry, with the hash that proves which. */
async function record(shell: Shell, manifest: Manifest & { sha256: string }, options: Options): Promise<void> {
  const { loadDisclosures } = await import('../../../policy/load-disclosure.js');
  const { recordOwnEntry } = await import('../../../register/own-entries.js');
  const { madeAt, head, sha256 } = manifest;
  await recordOwnEntry(await shell.register({ owner: true }), loadDisclosures(), {
    kind: options.keysOnly ? 'register-backup-erased' : 'register-backed-up',
    by: shell.by(options),
    data: { madeAt, entries: head.position, head: head.hash, manifest: sha256 },
  });
}

async function publishedIn(shell: Shell, dir: string | undefined) {
  const { readPublishedLog } = await import('../../../register/backup/published-log.js');
  const published = await readPublishedLog(dir ?? shell.settings.log.dir);
  if (published === undefined && dir !== undefined) {
    throw usage(`no log is published in ${dir}: use the folder that contains the file "checkpoint"`);
  }
  return published;
}
