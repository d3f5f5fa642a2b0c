// The signer's subtrees, hashed in lanes: the hashes of RFC 6962 by node:crypto, or nothing is signed.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { HASH_BYTES, subtreeHash } from '../../../register/log/merkle';
import { type NodeLanes, nodeLanes } from '../../../register/log/sha256-lanes';
import { createSubtreeHasher } from '../../../register/log/subtree-hasher';

/** Hashes of a subtree: 2^0 to 2^8. */
const hashes = fc.integer({ min: 0, max: 8 }).chain((level) =>
  fc.oneof(
    fc.uint8Array({ minLength: HASH_BYTES * 2 ** level, maxLength: HASH_BYTES * 2 ** level }),
    fc.integer({ min: 0, max: 255 }).map((byte) => new Uint8Array(HASH_BYTES * 2 ** level).fill(byte)),
  ),
);

const sha256 = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
const leavesOf = (count: number) => Buffer.concat(Array.from({ length: count }, (_, i) => sha256(Buffer.from(`${i}`))));

/** Lanes whose last bit is wrong from a call on. */
function wrongFrom(call: number): NodeLanes {
  const lanes = nodeLanes();
  let calls = 0;
  const hashNodes = (nodes: number) => {
    lanes.hashNodes(nodes);
    if (++calls >= call) lanes.hashes[HASH_BYTES - 1]! ^= 1;
  };
  return { ...lanes, hashNodes };
}

test('each node is SHA-256(0x01 ‖ left ‖ right), whatever the hashes are and however many', () => {
  const { hashes: place, hashNodes } = nodeLanes();
  fc.assert(
    fc.property(hashes, (given) => {
      place.set(given);
      const nodes = Math.floor(given.length / (2 * HASH_BYTES));
      if (nodes > 0) hashNodes(nodes);
      for (let node = 0; node < nodes; node++) {
        const pair = given.subarray(2 * HASH_BYTES * node, 2 * HASH_BYTES * (node + 1));
        const hash = place.subarray(HASH_BYTES * node, HASH_BYTES * (node + 1));
        expect(Buffer.compare(hash, sha256(Uint8Array.of(1), pair))).toBe(0);
      }
    }),
    { numRuns: 300 },
  );
});

test('a subtree has the hash that it has node by node, one after the other', () => {
  const hash = createSubtreeHasher();
  fc.assert(
    fc.property(hashes, (leaves) => {
      expect(hash(leaves)).toEqual(subtreeHash(leaves));
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['the first subtree', 1, 0],
  ['a later one', 20, 64],
])('lanes that hash %s otherwise than OpenSSL are told, and not used any more', (_, from, toldAt) => {
  const leaves = leavesOf(4); // Two calls each.
  const hash = createSubtreeHasher(() => wrongFrom(from));
  for (let i = 0; i < toldAt; i++) hash(leaves);
  expect(() => hash(leaves)).toThrow('SHA-256 in lanes and by OpenSSL differ');
  expect(hash(leaves)).toEqual(subtreeHash(leaves));
});

test('where WebAssembly has no lanes, OpenSSL hashes all', () => {
  const hash = createSubtreeHasher(() => {
    throw new Error('no lanes');
  });
  expect(hash(leavesOf(256))).toEqual(subtreeHash(leavesOf(256)));
});
