/** Signs the register as it stands: extends the remembered tree by the new entries, publishes it, gives the checkpoint. */
import { InconsistentLogError, SignerMemoryError } from '../errors';
import { parseCheckpoint, signCheckpoint } from '../tree/checkpoint';
import { type NoteSigner, parseNote } from '../tree/note';
import { Growth, type SignedTree } from './growth';
import type { LogStore } from './log-store';
import { type LeafReader, publishTiles } from './publish-tiles';
import { firstState, readSignerState, type SignerState, writeSignerState } from './signer-state';

/** What signing needs. */
export interface SignLogDeps {
  signer: NoteSigner;
  /** The signer's memory: a file outside the database's own disk. */
  stateFile: string;
  /** Where tiles, entry bundles and the checkpoint are published. */
  store: LogStore;
  leaves: LeafReader;
  /** The register's size now. */
  size(): Promise<number>;
  /** What Postgres remembers of what was signed, whoever signed it. */
  shared?: SharedMemory;
}

export interface SharedMemory {
  /** Undefined before the first, and where what stands there was signed by none of the log's keys. */
  tree: SignedTree | undefined;
  /** Remembers what is about to be given away. @throws SignerBusyError when another signs meanwhile. */
  record(signed: SignedTree & { note: string }): Promise<void>;
}

/** The name under which the current checkpoint is published (C2SP tlog-tiles). */
export const CHECKPOINT = 'checkpoint';

/** A signed checkpoint. */
export interface SignedLog {
  size: number;
  root: Buffer;
  note: string;
  /** What Postgres remembered was signed by none of the log's keys; it does again now. */
  wasForged?: true;
}

/**
 * Signs the present size, and publishes it. Tiles are written first, then the signer's memory, here and in Postgres, then the
 * checkpoint: after a crash anywhere the next call gives the same tree, and what was given away is always remembered.
 *
 * The register must continue the tree of each memory: of this signer, of Postgres, which another signer may have left, and of
 * what is published here.
 *
 * @throws InconsistentLogError when the register does not continue what was signed before.
 */
export async function signLog({
  signer,
  stateFile,
  store,
  leaves,
  size: sizeNow,
  shared,
}: SignLogDeps): Promise<SignedLog> {
  const remembered = await readSignerState(stateFile);
  assertOrigin(remembered?.origin, signer.name);
  const size = await sizeNow();
  const published = await publishedTree(store, signer.name, remembered === undefined);
  const known = knownTrees(remembered, shared?.tree, published);
  const signed = Math.max(0, ...known.map((tree) => tree.size));
  if (size < signed) {
    throw new InconsistentLogError(
      `the register has ${size} entries, but ${signed} were signed: it was rolled back or cut short. ` +
        'Restore it from a later backup; nothing is signed until then',
    );
  }
  // What was signed elsewhere, or could not be published, is published here from the first entry on.
  const before = remembered && remembered.size <= (published?.size ?? 0) ? remembered : firstState(signer.name);
  const growth = new Growth(before, size, known);
  await publishTiles(store, (from) => growth.read(leaves, from), before.size, size);
  const { edge, root } = await growth.end(leaves);
  if (size > (remembered?.size ?? 0)) {
    await writeSignerState(stateFile, { origin: signer.name, ...edge, root: root.toString('hex') });
  }
  const note = signCheckpoint(size, root, signer);
  await shared?.record({ size, root, note });
  // The same checkpoint may have been cosigned since: Ed25519 gives the same signature, so it begins with the same bytes.
  if (!(await store.read(CHECKPOINT))?.toString('utf8').startsWith(note)) {
    await store.write(CHECKPOINT, Buffer.from(note));
  }
  return { size, root, note };
}

/**
 * Takes over what another signer has signed, once the register is seen to lead to it from what is remembered here: so each
 * worker remembers it outside Postgres.
 *
 * @throws InconsistentLogError when it does not.
 */
export async function followLog(
  stateFile: string,
  origin: string,
  signed: SignedTree,
  leaves: LeafReader,
): Promise<void> {
  const remembered = await readSignerState(stateFile);
  assertOrigin(remembered?.origin, origin);
  if (signed.size < (remembered?.size ?? 0)) {
    throw new InconsistentLogError(
      `Postgres says that ${signed.size} entries were signed, but it were ${remembered!.size}: it was rolled back. ` +
        'Restore it from a later backup',
    );
  }
  const known = knownTrees(remembered, signed);
  if (signed.size === (remembered?.size ?? 0)) return;
  const growth = new Growth(remembered ?? firstState(origin), signed.size, known);
  for await (const _ of growth.read(leaves, (remembered?.size ?? 0) + 1));
  const { edge, root } = await growth.end(leaves);
  await writeSignerState(stateFile, { origin, ...edge, root: root.toString('hex') });
}

/** The trees that were signed, by each memory. @throws InconsistentLogError when two of one size differ. */
function knownTrees(remembered: SignerState | undefined, ...others: Array<SignedTree | undefined>): SignedTree[] {
  const all = [remembered && { size: remembered.size, root: Buffer.from(remembered.root, 'hex') }, ...others].filter(
    (tree) => tree !== undefined,
  );
  for (const { size, root } of all) {
    if (!all.some((other) => other.size === size && !other.root.equals(root))) continue;
    throw new InconsistentLogError(
      `two trees of ${size} entries were signed: what is remembered here, in Postgres and in the published log is not the ` +
        'same. Find out which one is false; nothing is signed until then',
    );
  }
  return all;
}

function assertOrigin(remembered: string | undefined, origin: string): void {
  if (remembered === undefined || remembered === origin) return;
  throw new InconsistentLogError(`the signer's memory is of the log "${remembered}", not of "${origin}"`);
}

/**
 * What the published checkpoint says; undefined when there is none, or when it is damaged while the signer remembers.
 * @throws SignerMemoryError when it is damaged, or of another log, and all that there is.
 */
async function publishedTree(store: LogStore, origin: string, isAll: boolean): Promise<SignedTree | undefined> {
  const note = await store.read(CHECKPOINT);
  if (note === undefined) return undefined;
  try {
    const checkpoint = parseCheckpoint(parseNote(note.toString('utf8')).text);
    if (checkpoint.origin === origin) return checkpoint;
  } catch {
    // told below
  }
  if (!isAll) return undefined;
  throw new SignerMemoryError(
    `the signer's memory is gone, and the published checkpoint is not one of ${origin}: restore either from a copy. ` +
      'Nothing is signed without them, as a register that was rolled back could not be told from the true one',
  );
}
