/** What the published log says of the register: its signed checkpoint, and the rotations that lead from key to key. */

import type { ClientBase } from 'pg';
import { tocsin } from '../../domain/kernel/command-lines';
import { BackupError } from '../errors';
import { leafHashSql } from '../leaf-hash-sql';
import { createFolderStore } from '../log/log-store';
import { ROTATIONS } from '../log/open-log';
import { CHECKPOINT } from '../log/sign-log';
import { CompactRange } from '../tree/compact-range';
import { splitNotes } from '../verifier/notes';
import { readAnchor } from './anchor';

export interface PublishedLog {
  /** A signed note. */
  checkpoint: string;
  /** Signed notes, in their order. */
  rotations: string[];
}

/** Reads a folder in which the log is published; undefined when nothing was signed there yet. */
export async function readPublishedLog(dir: string): Promise<PublishedLog | undefined> {
  const store = createFolderStore(dir);
  const [checkpoint, rotations] = [await store.read(CHECKPOINT), await store.read(ROTATIONS)];
  if (checkpoint === undefined) return undefined;
  return { checkpoint: checkpoint.toString('utf8'), rotations: splitNotes((rotations ?? '').toString()) };
}

const PAGE = 50_000;

/** Checks that the checkpoint signs the tree of this register. @throws BackupError when it signs another, or more. */
export async function assertSigned(client: ClientBase, { checkpoint }: PublishedLog): Promise<void> {
  const { size, root } = readAnchor(checkpoint, { source: 'the published checkpoint', outside: true });
  const tree = new CompactRange();
  while (tree.size < size) {
    const { rows } = await client.query<{ hash: Buffer }>(
      `SELECT ${leafHashSql()} AS hash FROM tocsin.register_entries WHERE position > $1 AND position <= $2 ORDER BY position LIMIT ${PAGE}`,
      [tree.size, size],
    );
    for (const { hash } of rows) tree.push(hash);
    if (rows.length === 0) break;
  }
  if (tree.size === size && tree.root().equals(root)) return;
  throw new BackupError(
    `the published checkpoint signs ${size} entries that this register does not hold like that: it was rolled back or ` +
      `rewritten, or the log is another register\u2019s. Run \`${tocsin('register verify', {})}\`; a backup without the log: --no-log`,
  );
}
