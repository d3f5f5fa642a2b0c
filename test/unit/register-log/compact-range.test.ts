// A stretch of leaves as the roots of its complete subtrees: however it is put together, it is the tree of RFC 6962.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { CompactRange } from '../../../register/log/compact-range';
import { consistencyProof, nodeHash, rootOf, subtreeHash, verifyConsistency } from '../../../register/log/merkle';
import { SignedNodes } from '../../../register/log/signed-nodes';

const leaves = Array.from({ length: 700 }, (_, i) => createHash('sha256').update(`leaf ${i}`).digest());
const bytes = (from: number, to: number) => Buffer.concat(leaves.slice(from, to));

/** A complete subtree by the definition of RFC 6962 section 2.1. */
function node(level: number, index: number): Buffer {
  return level === 0 ? leaves[index]! : nodeHash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1));
}

/** Where stretches end that together make up to 700 leaves. */
const cuts = fc
  .uniqueArray(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 8 })
  .map((all) => all.sort((a, b) => a - b));

test('ranges that follow one another make the tree over their leaves', async () => {
  await fc.assert(
    fc.asyncProperty(cuts, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), async (ends, atOnce) => {
      const tree = new CompactRange();
      for (const [i, end] of ends.entries()) {
        const grown = new CompactRange(tree.size);
        if (atOnce[i]) grown.pushAll(bytes(tree.size, end));
        else for (const leaf of leaves.slice(tree.size, end)) grown.push(leaf);
        for (const { level, index, hash } of grown.subtrees()) expect(hash).toEqual(node(level, index));
        tree.append(grown);
        expect(tree.root()).toEqual(await rootOf(end, node));
        const again = CompactRange.tree(
          end,
          tree.subtrees().map(({ hash }) => hash),
        );
        expect(again.root()).toEqual(tree.root());
      }
    }),
    { numRuns: 150 },
  );
});

test('a range that does not fit is refused', () => {
  expect(() => CompactRange.tree(3, [leaves[0]!])).toThrow('1 subtrees are not the edge of a tree of 3 leaves');
  expect(() => new CompactRange(0).append(new CompactRange(1))).toThrow('does not begin where this one ends');
  expect(() => new CompactRange(1).root()).toThrow('only the range from the first leaf on has the root');
});

test('a complete subtree is hashed at once, of more leaves than a tile too; another number of them is refused', () => {
  for (const level of [0, 1, 8, 9]) expect(subtreeHash(bytes(0, 2 ** level))).toEqual(node(level, 0));
  for (const count of [0, 3, 255]) expect(() => subtreeHash(bytes(0, count))).toThrow('do not make a complete subtree');
});

test('between any two trees that were signed or published since, the nodes behind the published ones make the proof', async () => {
  await fc.assert(
    fc.asyncProperty(cuts, fc.nat(), fc.nat(), async (ends, a, b) => {
      const published = ends[0]!;
      const nodes = new SignedNodes();
      nodes.published(published);
      for (const [i, end] of ends.entries()) {
        if (i === 0) continue;
        const grown = new CompactRange(ends[i - 1]);
        grown.pushAll(bytes(ends[i - 1]!, end));
        nodes.add(grown);
      }
      const tiles = (level: number, index: number) => {
        if ((index + 1) * 2 ** level > published) throw new Error('read beyond what is published');
        return node(level, index);
      };
      const read = nodes.behind(published, tiles);
      const [oldSize, newSize] = [ends[a % ends.length]!, ends[b % ends.length]!].sort((x, y) => x - y) as [
        number,
        number,
      ];
      const roots = { oldRoot: await rootOf(oldSize, node), newRoot: await rootOf(newSize, node) };
      const proof = await consistencyProof(oldSize, newSize, read);
      expect(verifyConsistency({ oldSize, newSize, ...roots }, proof)).toBe(true);
      expect(proof).toEqual(await consistencyProof(oldSize, newSize, node));
    }),
    { numRuns: 200 },
  );
});

test('what was published is forgotten one publication later; a leaf that is neither published nor signed here has no node', async () => {
  const nodes = new SignedNodes();
  nodes.published(4);
  const grown = new CompactRange(4);
  grown.pushAll(bytes(4, 12));
  nodes.add(grown);
  nodes.published(12);
  const nothing = () => Promise.reject(new Error('no tiles'));
  expect(await nodes.behind(4, nothing)(2, 1)).toEqual(node(2, 1));
  nodes.published(12);
  await expect(nodes.behind(4, nothing)(2, 1)).rejects.toThrow('entry 5 is not yet published');
});
