/** `tocsin register restore`: a backup into an empty database, verified before anything is kept. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { usage } from '../../../client/errors';
import type { Restored } from '../../../register/backup/verify-restored';
import { grouped } from '../../rendering/format';
import type { Output } from '../../rendering/output';
import { tableProgress } from '../../rendering/table-progress';
import type { CommonOptions, Shell } from '../../shell';
import { OPTIONS, verb } from '../../verb';

interface Options extends CommonOptions {
  checkpoint?: string;
  key?: string;
  acceptOlder?: boolean;
}

export function registerRestoreCommand(register: Command, shell: Shell): void {
  verb(
    register,
    'restore <dir>',
    'Restore a backup into the empty database at DATABASE_URL. A backup that fails verification is discarded.',
    'register restore /backups/2026-11-25 --checkpoint checkpoint --key tocsin.example/log+1a2b3c4d+AX…',
  )
    .option(...OPTIONS.by)
    .option('--checkpoint <file>', 'a signed checkpoint from outside, with the rotations published next to it')
    .option('--key <verifier key>', "one of the log's public keys, to verify the signatures of the checkpoints")
    .option('--accept-older', 'restore even if signed entries are missing; this is recorded')
    .action(async (dir: string, options: Options) => {
      const { restoreBackup } = await import('../../../register/backup/restore-backup.js');
      const { loadDisclosures } = await import('../../../policy/load-disclosure.js');
      const restored = await restoreBackup(shell.databaseUrl({ owner: true }), dir, {
        by: shell.by(options),
        now: new Date(),
        disclosures: loadDisclosures(),
        ...(options.checkpoint !== undefined && { outside: await outsideAt(options.checkpoint) }),
        ...(options.key !== undefined && { verifierKey: options.key }),
        ...(options.acceptOlder && { acceptOlder: true }),
        onProgress: tableProgress(shell.err, 'restoring'),
      });
      await seeGuards(shell);
      if (options.json) return shell.out.json(shown(restored));
      for (const line of restoredLines(restored, shell.out)) shell.out.line(line);
    });
}

/** The guards of the new database are those that are watched from now on: to have restored it is no change of them. */
async function seeGuards(shell: Shell): Promise<void> {
  const { rememberGuards } = await import('../../../register/guards/watch-guards.js');
  await rememberGuards({ pool: await shell.register({ owner: true }), memoryFile: shell.settings.log.guardsFile });
}

/** A checkpoint's file, and the rotations that are published beside it. */
async function outsideAt(file: string) {
  const { ROTATIONS } = await import('../../../register/log/open-log.js');
  const { splitNotes } = await import('../../../register/verifier/notes.js');
  if (!existsSync(file)) throw usage(`cannot read ${file}: it does not exist. Use a file that contains a checkpoint`);
  const beside = path.join(path.dirname(file), ROTATIONS);
  const rotations = existsSync(beside) ? splitNotes(readFileSync(beside, 'utf8')) : [];
  return { checkpoint: readFileSync(file, 'utf8'), rotations, source: file };
}

function shown({ anchors, missing, ...restored }: Restored) {
  const plain = ({ source, origin, size, signed }: Restored['anchors'][number]) => ({ source, origin, size, signed });
  return { ...restored, anchors: anchors.map(plain), ...(missing && { missing: plain(missing) }) };
}

function restoredLines({ entries, head, anchored, anchors, missing }: Restored, out: Output): string[] {
  const unanchored = entries - anchored;
  return [
    `${out.style('✓', 'green')} ${grouped(entries)} entries hold`,
    `  head ${head.position}:${head.hash}`,
    ...anchors.map(
      ({ source, size, signed }) =>
        `  agrees with ${source}, ${grouped(size)} entries${signed ? '' : ' (its signature was not verified: use --key)'}`,
    ),
    anchored > 0
      ? `  anchored: entries 1 to ${grouped(anchored)}; unanchored: ${grouped(unanchored)}`
      : '  unanchored: no checkpoint vouches for what was restored',
    ...(missing
      ? [
          out.style(
            `  older than ${missing.source}: ${grouped(missing.size - entries)} signed entries are lost`,
            'yellow',
          ),
        ]
      : []),
    '  recorded as an entry of the register',
  ];
}
