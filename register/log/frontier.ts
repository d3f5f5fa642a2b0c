/**
 * The right edge of a tree: the roots of its complete subtrees, largest first, one for each bit of its size. It is all
 * that is needed to add leaves and to know the root, and it cannot be extended to a tree that begins differently.
 */
import { EMPTY_ROOT, nodeHash } from './merkle';

export class Frontier {
  /** @throws RangeError when the number of subtrees does not fit the size. */
  constructor(
    private leaves = 0,
    private readonly subtrees: Buffer[] = [],
  ) {
    if (!Number.isSafeInteger(leaves) || leaves < 0 || onesIn(leaves) !== subtrees.length) {
      throw new RangeError(`${subtrees.length} subtrees are not the edge of a tree of ${leaves} leaves`);
    }
  }

  get size(): number {
    return this.leaves;
  }

  /** The subtree roots, largest first. */
  get hashes(): readonly Buffer[] {
    return this.subtrees;
  }

  /** Adds a leaf by its leaf hash. */
  push(leaf: Buffer): void {
    let hash = leaf;
    for (let before = this.leaves; before % 2 === 1; before = Math.floor(before / 2)) {
      hash = nodeHash(this.subtrees.pop()!, hash);
    }
    this.subtrees.push(hash);
    this.leaves++;
  }

  root(): Buffer {
    if (this.subtrees.length === 0) return EMPTY_ROOT;
    return this.subtrees.reduceRight((right, left) => nodeHash(left, right));
  }

  copy(): Frontier {
    return new Frontier(this.leaves, [...this.subtrees]);
  }
}

function onesIn(size: number): number {
  let ones = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
  return ones;
}
