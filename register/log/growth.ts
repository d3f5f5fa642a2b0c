/** A tree that grows by what the register has behind it: checked entry by entry, and against what was signed before. */
import { InconsistentLogError } from '../errors';
import type { CompactRange } from '../tree/compact-range';
import type { Leaf, LeafReader } from './publish-tiles';
import { type Edge, edgeOf, treeOf } from './signer-state';

/** A tree that was signed. */
export interface SignedTree {
  size: number;
  root: Buffer;
}

/** The tree at `before` and the entries behind it, which are read once: checked here, and published as they pass. */
export class Growth {
  private readonly tree: CompactRange;
  private last: Buffer;

  /** @param through trees that were signed, beside the one before: this one must have been each of them. */
  constructor(
    private readonly before: Edge,
    private readonly size: number,
    private readonly through: readonly SignedTree[] = [],
  ) {
    this.tree = treeOf(before);
    this.last = Buffer.from(before.lastLeaf, 'hex');
  }

  /**
   * Gives the entries from `from` on, each when it held: it must name the one before it. Entries that were signed are
   * read again from the first of their tile, the last of them in any case: as each names the one before it, and the last
   * is the one that is remembered, all of them are those that were signed.
   */
  async *read(leaves: LeafReader, from: number): AsyncGenerator<Leaf[]> {
    const { before, size, tree } = this;
    const first = Math.max(1, Math.min(from, before.size));
    let previous: string | undefined = before.size === 0 ? before.lastLeaf : undefined;
    for await (const some of leaves(first, size)) {
      for (const leaf of some) previous = this.take(leaf, previous);
      yield first < from ? some.filter(({ position }) => position >= from) : some;
    }
    if (tree.size !== size) {
      throw new InconsistentLogError(`the register has a gap: ${tree.size} entries follow one another, not ${size}`);
    }
  }

  /** Takes an entry that follows the one with the hash `previous`, where that is known; answers its own hash. */
  private take({ position, bytes, hash }: Leaf, previous: string | undefined): string {
    if (previous !== undefined && prevOf(bytes) !== previous) {
      throw new InconsistentLogError(
        `entry ${position} does not follow the entry before it: the register was rewritten`,
      );
    }
    if (position === this.before.size && !hash.equals(this.last)) {
      throw new InconsistentLogError(`entry ${position} is not the one that was signed: it was rewritten`);
    }
    if (position > this.before.size) {
      this.tree.push(hash);
      this.last = hash;
      this.assertThrough();
    }
    return hash.toString('hex');
  }

  private assertThrough(): void {
    const { tree } = this;
    for (const { size, root } of this.through) {
      if (size !== tree.size || tree.root().equals(root)) continue;
      throw new InconsistentLogError(
        `the first ${size} entries are not those that were signed: the register was rewritten`,
      );
    }
  }

  /** The tree as it is now. Where nothing was new, the last signed entry is looked at all the same. */
  async end(leaves: LeafReader): Promise<{ edge: Edge; root: Buffer }> {
    const { before, size } = this;
    if (size === before.size && size > 0) for await (const _ of this.read(leaves, size));
    return { edge: edgeOf(this.tree, this.last), root: this.tree.root() };
  }
}

const PREV = Buffer.from('"prev":"');

/** The leaf names the one before it near its end, after every text that somebody chose. */
function prevOf(bytes: Buffer): string {
  const at = bytes.lastIndexOf(PREV) + PREV.length;
  return bytes.toString('latin1', at, at + 64);
}
