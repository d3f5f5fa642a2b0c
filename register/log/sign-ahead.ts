/** Signs what this process has appended over the leaf hashes alone; it is read back and published later. */
import { signCheckpoint } from './checkpoint';
import { CompactRange } from './compact-range';
import { HASH_BYTES } from './merkle';
import type { NoteSigner } from './note';
import type { RecentLeaves } from './recent-leaves';
import type { SignedLog } from './sign-log';
import { edgeOf, readSignerState, treeOf, writeSignerState } from './signer-state';
import type { SubtreeHasher } from './subtree-hasher';

/** What signing ahead needs. */
export interface SignAheadDeps {
  signer: NoteSigner;
  stateFile: string;
  recent: RecentLeaves;
  hashSubtree: SubtreeHasher;
  /** The leaf hashes of the entries at these positions that are there, by position. */
  hashesAt(positions: readonly number[]): Promise<ReadonlyMap<number, Buffer>>;
}

/** A checkpoint, and the leaves that it adds to the one before it. */
export interface SignedAhead extends SignedLog {
  grown: CompactRange;
}

/**
 * Signs all entries that are known by their hashes. An entry that is altered after it was appended is no longer what was
 * signed, which publishing finds. Both ends must be in the register as they were given.
 *
 * @returns undefined when the hashes are not all known, or anything is not as it should be: then `signLog` says what.
 */
export async function signAhead({
  signer,
  stateFile,
  recent,
  hashSubtree,
  hashesAt,
}: SignAheadDeps): Promise<SignedAhead | undefined> {
  const before = await readSignerState(stateFile);
  if (before === undefined || before.origin !== signer.name || before.size === 0) return undefined;
  const hashes = recent.after(before.size);
  if (hashes === undefined) return undefined;
  const grown = new CompactRange(before.size);
  for (const part of hashes) grown.pushAll(part, hashSubtree);
  const lastLeaf = Buffer.from(hashes.at(-1)!.subarray(-HASH_BYTES));
  if (!recent.holds(before.size + 1)) return undefined;
  const tree = treeOf(before);
  tree.append(grown);
  const stored = await hashesAt([before.size, tree.size]);
  if (stored.get(before.size)?.toString('hex') !== before.lastLeaf) return undefined;
  if (!stored.get(tree.size)?.equals(lastLeaf)) return undefined;

  const { size, frontier } = before;
  const { after, trees } = before.unpublished ?? { after: { size, lastLeaf: before.lastLeaf, frontier }, trees: [] };
  const root = tree.root();
  const signed = { size: tree.size, root: root.toString('hex') };
  const unpublished = { after, trees: [...trees, signed] };
  await writeSignerState(stateFile, {
    origin: before.origin,
    ...edgeOf(tree, lastLeaf),
    root: signed.root,
    unpublished,
  });
  return { size: tree.size, root, note: signCheckpoint(tree.size, root, signer), grown };
}
