/**
 * The Merkle tree of RFC 6962 (section 2.1; verification as in RFC 9162, sections 2.1.3.2 and 2.1.4.2). Pure: whoever
 * asks for a root or a proof gives a reader of nodes, and every function says by its arguments what it reads.
 *
 * A node (level, index) is the hash of the complete subtree over the leaves [index·2^level, (index+1)·2^level).
 * Leaves count from 0: the entry at position p of the register is the leaf p − 1.
 */
import { createHash, hash } from 'node:crypto';

/** Reads the hash of a complete subtree. It is asked only for nodes that lie within the tree's size. */
export type NodeReader = (level: number, index: number) => Buffer | Promise<Buffer>;

/** SHA-256: the bytes of a leaf hash, a node and a root. */
export const HASH_BYTES = 32;
const NODE_PREFIX = Buffer.of(1);

/** SHA-256(0x01 ‖ left ‖ right). @throws RangeError for what are not two hashes. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES) throw new RangeError('a node is made of two hashes');
  return hash('sha256', Buffer.concat([NODE_PREFIX, left, right]), 'buffer');
}

/** The hash of the complete subtree over these leaf hashes, which lie one after the other. @throws RangeError when their number is not a power of two. */
export function subtreeHash(leaves: Uint8Array): Buffer {
  const count = leaves.length / HASH_BYTES;
  if (!isPowerOfTwo(count)) throw new RangeError(`${count} leaves do not make a complete subtree`);
  if (count === 1) return Buffer.from(leaves);
  const middle = leaves.length / 2;
  return nodeHash(subtreeHash(leaves.subarray(0, middle)), subtreeHash(leaves.subarray(middle)));
}

/** The root of the tree without leaves: SHA-256 of nothing. */
export const EMPTY_ROOT = createHash('sha256').digest();

/** The root of the tree over the first `size` leaves. */
export async function rootOf(size: number, read: NodeReader): Promise<Buffer> {
  assertSize(size);
  return size === 0 ? EMPTY_ROOT : rangeHash(0, size, read);
}

/** The audit path of the leaf `index` in the tree of `size` leaves, from the leaf upwards. At most 2·log2(size) nodes are read. */
export async function inclusionProof(index: number, size: number, read: NodeReader): Promise<Buffer[]> {
  assertSize(size);
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) {
    throw new RangeError(`leaf ${index} is not in a tree of ${size} leaves`);
  }
  const proof: Buffer[] = [];
  for (let from = 0, to = size; to - from > 1; ) {
    const middle = from + split(to - from);
    if (index < middle) {
      proof.unshift(await rangeHash(middle, to, read));
      to = middle;
    } else {
      proof.unshift(await rangeHash(from, middle, read));
      from = middle;
    }
  }
  return proof;
}

/** The proof that the tree of `newSize` leaves begins with the tree of `oldSize` leaves. Empty when they are one, or the old one is empty. */
export async function consistencyProof(oldSize: number, newSize: number, read: NodeReader): Promise<Buffer[]> {
  assertSize(oldSize);
  assertSize(newSize);
  if (oldSize > newSize) throw new RangeError(`a tree of ${newSize} leaves does not begin with one of ${oldSize}`);
  if (oldSize === 0 || oldSize === newSize) return [];
  const proof: Buffer[] = [];
  let known = true; // whether the subtree at hand is one that the verifier of the old root can compute
  for (let from = 0, to = newSize; ; ) {
    if (oldSize === to) {
      if (!known) proof.unshift(await rangeHash(from, to, read));
      return proof;
    }
    const middle = from + split(to - from);
    if (oldSize <= middle) {
      proof.unshift(await rangeHash(middle, to, read));
      to = middle;
    } else {
      proof.unshift(await rangeHash(from, middle, read));
      from = middle;
      known = false;
    }
  }
}

/** Whether `proof` shows that `leaf` (its leaf hash) is the leaf `index` of the tree of `size` leaves with this root. */
export function verifyInclusion(
  given: { leaf: Uint8Array; index: number; size: number; root: Uint8Array },
  proof: readonly Uint8Array[],
): boolean {
  const { leaf, index, size, root } = given;
  if (!isSize(size) || !isSize(index) || index >= size || leaf.length !== HASH_BYTES) return false;
  let [node, last] = [BigInt(index), BigInt(size - 1)];
  let hash: Uint8Array = leaf;
  for (const sibling of proof) {
    if (last === 0n || sibling.length !== HASH_BYTES) return false;
    if (node % 2n === 1n || node === last) {
      hash = nodeHash(sibling, hash);
      while (node % 2n === 0n && node !== 0n) [node, last] = [node >> 1n, last >> 1n];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [node >> 1n, last >> 1n];
  }
  return last === 0n && equal(hash, root);
}

/** Whether `proof` shows that the tree of `newSize` leaves begins with that of `oldSize` leaves. */
export function verifyConsistency(
  given: { oldSize: number; oldRoot: Uint8Array; newSize: number; newRoot: Uint8Array },
  proof: readonly Uint8Array[],
): boolean {
  const { oldSize, oldRoot, newSize, newRoot } = given;
  if (!isSize(oldSize) || !isSize(newSize) || oldSize > newSize) return false;
  if (oldSize === newSize) return proof.length === 0 && equal(oldRoot, newRoot);
  if (oldSize === 0) return proof.length === 0 && equal(oldRoot, EMPTY_ROOT);
  const path = isPowerOfTwo(oldSize) ? [oldRoot, ...proof] : [...proof];
  if (path.length === 0 || path.some((hash) => hash.length !== HASH_BYTES)) return false;
  let [node, last] = [BigInt(oldSize - 1), BigInt(newSize - 1)];
  while (node % 2n === 1n) [node, last] = [node >> 1n, last >> 1n];
  let [oldHash, newHash] = [path[0]!, path[0]!];
  for (const hash of path.slice(1)) {
    if (last === 0n) return false;
    if (node % 2n === 1n || node === last) {
      oldHash = nodeHash(hash, oldHash);
      newHash = nodeHash(hash, newHash);
      while (node % 2n === 0n && node !== 0n) [node, last] = [node >> 1n, last >> 1n];
    } else {
      newHash = nodeHash(newHash, hash);
    }
    [node, last] = [node >> 1n, last >> 1n];
  }
  return last === 0n && equal(oldHash, oldRoot) && equal(newHash, newRoot);
}

/** The hash over the leaves [from, to), where `from` is where RFC 6962 would cut. */
async function rangeHash(from: number, to: number, read: NodeReader): Promise<Buffer> {
  const count = to - from;
  if (isPowerOfTwo(count)) {
    const level = Math.log2(count);
    return read(level, from / count);
  }
  const middle = from + split(count);
  return nodeHash(await rangeHash(from, middle, read), await rangeHash(middle, to, read));
}

/** The largest power of two smaller than `count`. */
function split(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

function isPowerOfTwo(count: number): boolean {
  return Number.isInteger(Math.log2(count)) && 2 ** Math.log2(count) === count;
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function assertSize(size: number): void {
  if (!isSize(size)) throw new RangeError(`${size} is not the size of a tree`);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}
