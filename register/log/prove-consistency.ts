/** Proves from the published tiles that one tree of the log begins with another. */

import { NotSignedError } from '../errors';
import { consistencyProof, rootOf, verifyConsistency } from '../tree/merkle';
import { checkpointOf } from './anchor';
import { publishedCheckpoint, type RegisterLog } from './open-log';
import { publishedNodes } from './published-nodes';

/** A tree of the log: as a checkpoint says it, or of a size alone, whose root is then worked out. */
export type TreeAt = { size: number; root?: Buffer };

/** Two trees with their roots, the proof, and whether it holds between them. */
export interface ConsistencyProof {
  old: { size: number; root: Buffer };
  new: { size: number; root: Buffer };
  proof: Buffer[];
  holds: boolean;
}

/** @throws NotSignedError when a tree is larger than what is published; RangeError when the old one is larger than the new one. */
export async function proveConsistency(log: RegisterLog, older: TreeAt, newer: TreeAt): Promise<ConsistencyProof> {
  const published = await publishedCheckpoint(log);
  const size = published === undefined ? 0 : checkpointOf(published).size;
  const largest = Math.max(older.size, newer.size);
  if (largest > size) {
    throw new NotSignedError(
      `the published log has ${size} entries, and not ${largest}: it was rolled back, or is not yet there`,
    );
  }
  const read = publishedNodes(log.store, size);
  const rootAt = async (tree: TreeAt) => tree.root ?? (await rootOf(tree.size, read));
  const [old, now] = [
    { size: older.size, root: await rootAt(older) },
    { size: newer.size, root: await rootAt(newer) },
  ];
  const proof = await consistencyProof(old.size, now.size, read);
  const given = { oldSize: old.size, oldRoot: old.root, newSize: now.size, newRoot: now.root };
  return { old, new: now, proof, holds: verifyConsistency(given, proof) };
}
