/**
 * The tree over the leaves so far as the roots of the largest complete subtrees that it is made of, first to last (a
 * "compact range" from the first leaf on): the right edge of the tree, and all that is needed to add the leaves behind it.
 * It gives the root, and cannot be extended to a tree that begins differently.
 */
import { EMPTY_ROOT, nodeHash } from './merkle';

export class CompactRange {
  /** @param edge the roots of the subtrees, first to last, of a tree of `size` leaves. @throws RangeError for another number of them. */
  constructor(
    private leaves = 0,
    private readonly edge: Buffer[] = [],
  ) {
    if (!Number.isSafeInteger(leaves) || leaves < 0 || subtreesOf(leaves) !== edge.length) {
      throw new RangeError(`${edge.length} subtrees are not the edge of a tree of ${leaves} leaves`);
    }
  }

  /** The number of leaves. */
  get size(): number {
    return this.leaves;
  }

  /** The roots of the subtrees, first to last. */
  get subtrees(): readonly Buffer[] {
    return this.edge;
  }

  /** Adds a leaf by its leaf hash: each left neighbour of the same size is taken in. */
  push(leaf: Buffer): void {
    let root = leaf;
    for (let size = this.leaves; size % 2 === 1; size = (size - 1) / 2) root = nodeHash(this.edge.pop()!, root);
    this.edge.push(root);
    this.leaves += 1;
  }

  /** The root of the whole tree. */
  root(): Buffer {
    if (this.edge.length === 0) return EMPTY_ROOT;
    return this.edge.reduceRight((right, left) => nodeHash(left, right));
  }
}

/** A complete subtree for each bit that is set in the number of leaves. */
function subtreesOf(leaves: number): number {
  return [...leaves.toString(2)].filter((bit) => bit === '1').length;
}
