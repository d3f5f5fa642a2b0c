/** Signs the register as it stands: extends the remembered tree by the new entries, publishes it, gives the checkpoint. */
import { InconsistentLogError, SignerMemoryError } from '../errors';
import { parseCheckpoint, signCheckpoint } from './checkpoint';
import { Growth, type SignedTrees } from './growth';
import type { LogStore } from './log-store';
import { type NoteSigner, parseNote } from './note';
import { type LeafReader, publishTiles } from './publish-tiles';
import { firstState, readSignerState, type SignerState, writeSignerState } from './signer-state';

/** What publishing what was signed needs. */
export interface PublishDeps {
  signer: NoteSigner;
  /** The signer's memory: a file outside the database's own disk. */
  stateFile: string;
  /** Where tiles, entry bundles and the checkpoint are published. */
  store: LogStore;
  leaves: LeafReader;
}

/** What signing needs. */
export interface SignLogDeps extends PublishDeps {
  /** The register's size now. */
  size(): Promise<number>;
}

/** The name under which the current checkpoint is published (C2SP tlog-tiles). */
export const CHECKPOINT = 'checkpoint';

const NONE: SignedTrees = new Map();

/** A signed checkpoint. */
export interface SignedLog {
  size: number;
  root: Buffer;
  note: string;
}

/**
 * Signs the present size, and publishes it. Tiles are written first, then the signer's memory, then the checkpoint: after a
 * crash anywhere the next call gives the same tree, and what was given away is always remembered.
 *
 * @throws InconsistentLogError when the register does not continue what was signed before.
 */
export async function signLog(deps: SignLogDeps): Promise<SignedLog> {
  const { signer, stateFile, store } = deps;
  const remembered = await readSignerState(stateFile);
  const size = await deps.size();
  // A signer that has lost its memory goes by what it has published: nobody gets it to sign another past by that.
  const published = remembered === undefined ? await publishedTree(store, signer.name) : NONE;
  const before = remembered ?? firstState(signer.name);
  const signed = Math.max(before.size, ...published.keys());
  if (size < signed) {
    throw new InconsistentLogError(
      `the register has ${size} entries, but ${signed} were signed: it was rolled back or cut short. ` +
        'Restore it from a later backup; nothing is signed until then',
    );
  }
  return publish(deps, before, size, published);
}

/**
 * Publishes what was signed ahead, from one signed tree to another: of as many entries as `most`, or of one tree.
 *
 * @returns the size that is published now; undefined when nothing was to be published.
 * @throws InconsistentLogError when the register no longer holds what was signed.
 */
export async function publishSome(deps: PublishDeps, most: number): Promise<number | undefined> {
  const before = await readSignerState(deps.stateFile);
  if (before?.unpublished === undefined) return undefined;
  const { after, trees } = before.unpublished;
  const { size } = trees.filter((tree) => tree.size <= after.size + most).at(-1) ?? trees[0]!;
  await publish(deps, before, size, NONE);
  return size;
}

/** @param published a tree that is known from elsewhere than the memory. */
async function publish(
  { signer, stateFile, store, leaves }: PublishDeps,
  before: SignerState,
  size: number,
  published: SignedTrees,
): Promise<SignedLog> {
  if (before.origin !== signer.name) {
    throw new InconsistentLogError(`the signer's memory is of the log "${before.origin}", not of "${signer.name}"`);
  }
  const { after, trees } = before.unpublished ?? { after: before, trees: [] };
  const later = trees.filter((tree) => tree.size > size);
  const signed = trees
    .filter((tree) => tree.size <= size)
    .map((tree) => [tree.size, Buffer.from(tree.root, 'hex')] as const);
  const growth = new Growth(after, size, new Map([...published, ...signed]));
  await publishTiles(store, (from) => growth.read(leaves, from), after.size, size);
  const { edge, root } = await growth.end(leaves);
  if (size > after.size) {
    await writeSignerState(
      stateFile,
      later.length > 0
        ? { ...before, unpublished: { after: edge, trees: later } }
        : { origin: before.origin, ...edge, root: root.toString('hex') },
    );
  }
  const note = signCheckpoint(size, root, signer);
  // The same checkpoint may have been cosigned since: Ed25519 gives the same signature, so it begins with the same bytes.
  if (!(await store.read(CHECKPOINT))?.toString('utf8').startsWith(note)) {
    await store.write(CHECKPOINT, Buffer.from(note));
  }
  return { size, root, note };
}

/** What the published checkpoint says. @throws SignerMemoryError when it is damaged, or of another log. */
async function publishedTree(store: LogStore, origin: string): Promise<SignedTrees> {
  const note = await store.read(CHECKPOINT);
  if (note === undefined) return NONE;
  try {
    const checkpoint = parseCheckpoint(parseNote(note.toString('utf8')).text);
    if (checkpoint.origin === origin) return new Map([[checkpoint.size, checkpoint.root]]);
  } catch {
    // told below
  }
  throw new SignerMemoryError(
    `the signer's memory is gone, and the published checkpoint is not one of ${origin}: restore either from a copy. ` +
      'Nothing is signed without them, as a register that was rolled back could not be told from the true one',
  );
}
