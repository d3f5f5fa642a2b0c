/**
 * A stretch of leaves as the roots of the largest complete subtrees that it is made of, first to last (a "compact range"):
 * all that is needed to add the leaves behind it. The range from the first leaf on is the right edge of the whole tree: it
 * gives the root, and cannot be extended to a tree that begins differently.
 */
import { EMPTY_ROOT, HASH_BYTES, nodeHash, subtreeHash } from './merkle';

/** Leaves that come together are hashed in subtrees of up to 2^8. */
const MOST_LEVELS = 8;

/** A complete subtree over the leaves [index·2^level, (index+1)·2^level). */
export interface Subtree {
  level: number;
  index: number;
  hash: Buffer;
}

export class CompactRange {
  private leaves = 0;

  /** @param begin the first leaf, from 0. */
  constructor(
    readonly begin = 0,
    private readonly hashes: Buffer[] = [],
  ) {}

  /** The range of `size` leaves from the first on whose subtrees have these roots. @throws RangeError for another number of them. */
  static tree(size: number, hashes: Buffer[]): CompactRange {
    const range = new CompactRange(0, hashes);
    range.leaves = size;
    if (!Number.isSafeInteger(size) || size < 0 || range.levels().length !== hashes.length) {
      throw new RangeError(`${hashes.length} subtrees are not the edge of a tree of ${size} leaves`);
    }
    return range;
  }

  /** The number of leaves. */
  get size(): number {
    return this.leaves;
  }

  /** Adds a leaf by its leaf hash. */
  push(leaf: Buffer): void {
    this.add(0, leaf);
  }

  /** Adds leaf hashes that lie one after the other. @param hashSubtree hashes those of a subtree of 2^8 leaves or fewer. */
  pushAll(leaves: Uint8Array, hashSubtree = subtreeHash): void {
    for (let at = 0; at < leaves.length; ) {
      const place = this.begin + this.leaves;
      let level = 0;
      while (
        level < MOST_LEVELS &&
        place % 2 ** (level + 1) === 0 &&
        at + HASH_BYTES * 2 ** (level + 1) <= leaves.length
      ) {
        level++;
      }
      const end = at + HASH_BYTES * 2 ** level;
      this.add(level, hashSubtree(leaves.subarray(at, end)));
      at = end;
    }
  }

  /** Adds the range that begins where this one ends. @throws RangeError for another. */
  append(range: CompactRange): void {
    if (range.begin !== this.begin + this.leaves) throw new RangeError('the range does not begin where this one ends');
    for (const { level, hash } of range.subtrees()) this.add(level, hash);
  }

  /** The subtrees, first to last. */
  subtrees(): Subtree[] {
    let at = this.begin;
    return this.levels().map((level, i) => {
      const subtree = { level, index: at / 2 ** level, hash: this.hashes[i]! };
      at += 2 ** level;
      return subtree;
    });
  }

  /** The root of the whole tree. @throws RangeError for a range that does not begin with the first leaf. */
  root(): Buffer {
    if (this.begin !== 0) throw new RangeError('only the range from the first leaf on has the root');
    if (this.hashes.length === 0) return EMPTY_ROOT;
    return this.hashes.reduceRight((right, left) => nodeHash(left, right));
  }

  /** Adds a complete subtree, which must be as large as the place allows: its left neighbour of the same size is taken in. */
  private add(level: number, hash: Buffer): void {
    let [size, start, root] = [2 ** level, this.begin + this.leaves, hash];
    this.leaves += size;
    for (; (start / size) % 2 === 1 && start - size >= this.begin; size *= 2) {
      root = nodeHash(this.hashes.pop()!, root);
      start -= size;
    }
    this.hashes.push(root);
  }

  /** The subtrees' levels, first to last: up to where the begin's alignment ends, then down the bits of the end. */
  private levels(): number[] {
    const levels: number[] = [];
    const end = this.begin + this.leaves;
    for (let at = this.begin; at < end; at += 2 ** levels.at(-1)!) {
      let level = 0;
      while (at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= end) level++;
      levels.push(level);
    }
    return levels;
  }
}
