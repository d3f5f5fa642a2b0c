/** Hashes the subtrees that the signer signs ahead: in lanes where there are any, and now and then by OpenSSL as well. */
import { HASH_BYTES, subtreeHash } from './merkle';
import { type NodeLanes, nodeLanes } from './sha256-lanes';

/** See `subtreeHash`. */
export type SubtreeHasher = (leaves: Uint8Array) => Buffer;

/** The first, and then one in so many, is hashed both ways, so that a fault of the lanes shows before it is signed for long. */
const CHECKED_EVERY = 64;

/**
 * A hasher of subtrees that fit into a tile; see docs/decisions/0015. It throws when the two ways differ, and hashes by
 * OpenSSL alone from then on.
 *
 * @param make for tests.
 */
export function createSubtreeHasher(make: () => NodeLanes = nodeLanes): SubtreeHasher {
  let lanes = madeOrNot(make);
  let hashed = 0;
  return (leaves) => {
    if (lanes === undefined) return subtreeHash(leaves);
    const found = hashInLanes(lanes, leaves);
    if (hashed++ % CHECKED_EVERY !== 0 || found.equals(subtreeHash(leaves))) return found;
    lanes = undefined;
    throw new Error('SHA-256 in lanes and by OpenSSL differ: from now on OpenSSL alone is used');
  };
}

/** A processor or a flag of Node may leave them out. */
function madeOrNot(make: () => NodeLanes): NodeLanes | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

function hashInLanes({ hashes, hashNodes }: NodeLanes, leaves: Uint8Array): Buffer {
  hashes.set(leaves);
  for (let nodes = leaves.length / (2 * HASH_BYTES); nodes >= 1; nodes /= 2) hashNodes(nodes);
  return Buffer.copyBytesFrom(hashes, 0, HASH_BYTES);
}
