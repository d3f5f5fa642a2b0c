// The tree of RFC 6962, against the published vectors of Certificate Transparency and against the definition itself.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import {
  consistencyProof,
  EMPTY_ROOT,
  inclusionProof,
  type NodeReader,
  nodeHash,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from '../../../register/tree/merkle';

const leafOf = (data: Buffer) => createHash('sha256').update(Buffer.of(0)).update(data).digest();

/** The definition of RFC 6962 section 2.1, written down as it stands there. */
function MTH(leaves: Buffer[]): Buffer {
  if (leaves.length === 0) return createHash('sha256').digest();
  if (leaves.length === 1) return leaves[0]!;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(MTH(leaves.slice(0, k)), MTH(leaves.slice(k)));
}

const nodesOf =
  (leaves: Buffer[]): NodeReader =>
  (level, index) =>
    MTH(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));

// The eight leaves and roots of the reference implementation's tests (certificate-transparency, merkle_tree_test).
const VECTOR = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const vector = VECTOR.map((hex) => leafOf(Buffer.from(hex, 'hex')));
const hex = (hashes: Buffer[]) => hashes.map((hash) => hash.toString('hex'));

test('the roots of one to eight leaves are those of the Certificate Transparency vectors', async () => {
  for (const [n, root] of ROOTS.entries()) {
    expect((await rootOf(n + 1, nodesOf(vector))).toString('hex')).toBe(root);
  }
  expect((await rootOf(0, nodesOf([]))).toString('hex')).toBe(
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  );
});

test('audit paths and consistency proofs are those of the Certificate Transparency vectors', async () => {
  const read = nodesOf(vector);
  expect(hex(await inclusionProof(0, 1, read))).toEqual([]);
  expect(hex(await inclusionProof(0, 8, read))).toEqual([
    '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  ]);
  expect(hex(await inclusionProof(5, 8, read))).toEqual([
    'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  ]);
  expect(hex(await consistencyProof(1, 8, read))).toEqual([
    '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  ]);
  expect(hex(await consistencyProof(6, 8, read))).toEqual([
    '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  ]);
});

const leaves = (count: number) => Array.from({ length: count }, (_, i) => leafOf(Buffer.from(`leaf ${i}`)));

test('every leaf of every tree up to 70 proves its place, and no other leaf, place, size or root', async () => {
  for (let size = 1; size <= 70; size++) {
    const tree = leaves(size);
    const root = MTH(tree);
    for (let index = 0; index < size; index++) {
      const proof = await inclusionProof(index, size, nodesOf(tree));
      const given = { leaf: tree[index]!, index, size, root };
      expect(verifyInclusion(given, proof)).toBe(true);
      expect(verifyInclusion({ ...given, leaf: leafOf(Buffer.from('other')) }, proof)).toBe(false);
      expect(verifyInclusion({ ...given, index: index + 1 }, proof)).toBe(false);
      expect(verifyInclusion({ ...given, root: EMPTY_ROOT }, proof)).toBe(false);
      expect(verifyInclusion(given, [...proof, EMPTY_ROOT])).toBe(false);
      if (proof.length > 0) expect(verifyInclusion(given, proof.slice(1))).toBe(false);
    }
  }
});

test('every two sizes up to 48 prove that one begins with the other, and nothing else does', async () => {
  const tree = leaves(48);
  for (let newSize = 0; newSize <= 48; newSize++) {
    const newRoot = MTH(tree.slice(0, newSize));
    for (let oldSize = 0; oldSize <= newSize; oldSize++) {
      const oldRoot = MTH(tree.slice(0, oldSize));
      const proof = await consistencyProof(oldSize, newSize, nodesOf(tree));
      const given = { oldSize, oldRoot, newSize, newRoot };
      expect(verifyConsistency(given, proof)).toBe(true);
      const other = leafOf(Buffer.from('other'));
      expect(verifyConsistency({ ...given, newRoot: other }, proof)).toBe(oldSize === 0 && newSize > 0);
      expect(verifyConsistency({ ...given, oldRoot: other }, proof)).toBe(false);
      expect(verifyConsistency(given, [...proof, other])).toBe(false);
      if (proof.length > 0) expect(verifyConsistency(given, proof.slice(1))).toBe(false);
    }
  }
});

test('a byte changed anywhere in a proof is found', async () => {
  const tree = leaves(1000);
  const root = MTH(tree);
  await fc.assert(
    fc.asyncProperty(fc.nat(999), fc.nat(), fc.integer({ min: 1, max: 255 }), async (index, at, flip) => {
      const proof = await inclusionProof(index, 1000, nodesOf(tree));
      const bytes = Buffer.concat(proof);
      bytes[at % bytes.length]! ^= flip;
      const altered = proof.map((_, i) => bytes.subarray(i * 32, i * 32 + 32));
      return !verifyInclusion({ leaf: tree[index]!, index, size: 1000, root }, altered);
    }),
    { numRuns: 60 },
  );
});

test.each([
  [1_000, 20],
  [100_000, 34],
  [1_000_000, 40],
])('a proof in a tree of %i leaves reads a number of nodes that grows with its logarithm', async (size, most) => {
  let reads = 0;
  const read: NodeReader = (level, index) => {
    reads++;
    expect((index + 1) * 2 ** level).toBeLessThanOrEqual(size);
    return EMPTY_ROOT;
  };
  for (const index of [0, 1, size >> 1, size - 1]) {
    reads = 0;
    await inclusionProof(index, size, read);
    expect(reads).toBeLessThanOrEqual(most);
  }
});

test('sizes and places that cannot be are refused', async () => {
  const read = nodesOf(vector);
  await expect(inclusionProof(8, 8, read)).rejects.toThrow('leaf 8 is not in a tree of 8 leaves');
  await expect(consistencyProof(9, 8, read)).rejects.toThrow('a tree of 8 leaves does not begin with one of 9');
  await expect(rootOf(-1, read)).rejects.toThrow(RangeError);
  expect(verifyInclusion({ leaf: vector[0]!, index: 0, size: 0, root: EMPTY_ROOT }, [])).toBe(false);
  expect(verifyConsistency({ oldSize: 2, oldRoot: EMPTY_ROOT, newSize: 1, newRoot: EMPTY_ROOT }, [])).toBe(false);
});
