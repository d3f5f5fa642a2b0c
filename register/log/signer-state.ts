/**
 * What the signer remembers outside Postgres: the tree that it last signed. Whoever rolls the database back, cuts it short
 * or rewrites its end cannot get a checkpoint for it.
 */
import { z } from 'zod';
import { readIfThere } from '../../platform/read-if-there';
import { writeWhole } from '../../platform/write-whole';
import { GENESIS } from '../entry';
import { SignerMemoryError } from '../errors';
import { CompactRange } from '../tree/compact-range';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const StateSchema = z.strictObject({
  origin: z.string().min(1),
  size: z.int().nonnegative(),
  /** Root of the tree of that size. */
  root: hash,
  /** Leaf hash of the last entry; 64 zeros before the first. */
  lastLeaf: hash,
  /** The tree's right edge, from which it grows. */
  frontier: z.array(hash),
});
export type SignerState = z.infer<typeof StateSchema>;
/** What is needed of a tree to extend it, and to see that entries continue it. */
export type Edge = Pick<SignerState, 'size' | 'lastLeaf' | 'frontier'>;

/** The state of a signer that has not signed yet. */
export function firstState(origin: string): SignerState {
  return { origin, size: 0, root: new CompactRange().root().toString('hex'), lastLeaf: GENESIS, frontier: [] };
}

export function treeOf({ size, frontier }: Edge): CompactRange {
  return new CompactRange(
    size,
    frontier.map((each) => Buffer.from(each, 'hex')),
  );
}

export function edgeOf(tree: CompactRange, lastLeaf: Buffer): Edge {
  return {
    size: tree.size,
    lastLeaf: lastLeaf.toString('hex'),
    frontier: tree.subtrees.map((each) => each.toString('hex')),
  };
}

/** Reads the state; undefined when the signer never signed. @throws SignerMemoryError when it is damaged: then nothing may be signed. */
export async function readSignerState(file: string): Promise<SignerState | undefined> {
  const text = (await readIfThere(file))?.toString('utf8');
  if (text === undefined) return undefined;
  try {
    const state = StateSchema.parse(JSON.parse(text));
    if (treeOf(state).root().toString('hex') !== state.root) throw new Error('its root is not that of its edge');
    return state;
  } catch (error) {
    throw new SignerMemoryError(
      `the signer's memory is damaged (${(error as Error).message.slice(0, 120)}): restore it from a copy. ` +
        'Nothing is signed without it, as a register that was rolled back could not be told from the true one',
    );
  }
}

/** Writes the state, forced to disk. It must be there before a signature over it is given away. */
export async function writeSignerState(file: string, state: SignerState): Promise<void> {
  await writeWhole(file, `${JSON.stringify(state)}\n`);
}
