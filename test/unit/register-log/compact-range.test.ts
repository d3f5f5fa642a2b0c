// The right edge of a tree: whatever it grows to, it is the tree of RFC 6962.
import { createHash } from 'node:crypto';
import { CompactRange } from '../../../register/tree/compact-range';
import { nodeHash, rootOf, subtreeHash } from '../../../register/tree/merkle';

const leaves = Array.from({ length: 700 }, (_, i) => createHash('sha256').update(`leaf ${i}`).digest());

/** A complete subtree by the definition of RFC 6962 section 2.1. */
function node(level: number, index: number): Buffer {
  return level === 0 ? leaves[index]! : nodeHash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1));
}

test('leaf by leaf it makes the tree over its leaves, also when it goes on from its edge', async () => {
  let tree = new CompactRange();
  for (const [i, leaf] of leaves.entries()) {
    tree.push(leaf);
    expect(tree.size).toBe(i + 1);
    expect(tree.root()).toEqual(await rootOf(i + 1, node));
    if (i % 3 === 0) tree = new CompactRange(tree.size, [...tree.subtrees]);
  }
});

test('subtrees that are not the edge of so large a tree are refused', () => {
  expect(() => new CompactRange(3, [leaves[0]!])).toThrow('1 subtrees are not the edge of a tree of 3 leaves');
  for (const size of [-1, 0.5, 2 ** 53]) expect(() => new CompactRange(size, [])).toThrow(RangeError);
});

test('a complete subtree is that of its nodes; another number of leaves is refused', () => {
  const bytes = (count: number) => Buffer.concat(leaves.slice(0, count));
  for (const level of [0, 1, 8, 9]) expect(subtreeHash(bytes(2 ** level))).toEqual(node(level, 0));
  for (const count of [0, 3, 255]) expect(() => subtreeHash(bytes(count))).toThrow('do not make a complete subtree');
});
