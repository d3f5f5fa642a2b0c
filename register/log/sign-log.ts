/** Signs the register as it stands: extends the remembered tree by the new entries, publishes it, gives the checkpoint. */
import { InconsistentLogError, SignerMemoryError } from '../errors';
import { parseCheckpoint, signCheckpoint } from '../tree/checkpoint';
import { type NoteSigner, parseNote } from '../tree/note';
import { Growth, type SignedTree } from './growth';
import type { LogStore } from './log-store';
import { type LeafReader, publishTiles } from './publish-tiles';
import { firstState, readSignerState, writeSignerState } from './signer-state';

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
}

/** The name under which the current checkpoint is published (C2SP tlog-tiles). */
export const CHECKPOINT = 'checkpoint';

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
export async function signLog({ signer, stateFile, store, leaves, size: sizeNow }: SignLogDeps): Promise<SignedLog> {
  const remembered = await readSignerState(stateFile);
  const size = await sizeNow();
  // A signer that has lost its memory goes by what it has published: nobody gets it to sign another past by that.
  const published = remembered === undefined ? await publishedTree(store, signer.name) : undefined;
  const before = remembered ?? firstState(signer.name);
  if (before.origin !== signer.name) {
    throw new InconsistentLogError(`the signer's memory is of the log "${before.origin}", not of "${signer.name}"`);
  }
  const signed = Math.max(before.size, published?.size ?? 0);
  if (size < signed) {
    throw new InconsistentLogError(
      `the register has ${size} entries, but ${signed} were signed: it was rolled back or cut short. ` +
        'Restore it from a later backup; nothing is signed until then',
    );
  }
  const growth = new Growth(before, size, published);
  await publishTiles(store, (from) => growth.read(leaves, from), before.size, size);
  const { edge, root } = await growth.end(leaves);
  if (size > before.size) {
    await writeSignerState(stateFile, { origin: before.origin, ...edge, root: root.toString('hex') });
  }
  const note = signCheckpoint(size, root, signer);
  // The same checkpoint may have been cosigned since: Ed25519 gives the same signature, so it begins with the same bytes.
  if (!(await store.read(CHECKPOINT))?.toString('utf8').startsWith(note)) {
    await store.write(CHECKPOINT, Buffer.from(note));
  }
  return { size, root, note };
}

/** What the published checkpoint says; undefined when there is none. @throws SignerMemoryError when it is damaged, or of another log. */
async function publishedTree(store: LogStore, origin: string): Promise<SignedTree | undefined> {
  const note = await store.read(CHECKPOINT);
  if (note === undefined) return undefined;
  try {
    const checkpoint = parseCheckpoint(parseNote(note.toString('utf8')).text);
    if (checkpoint.origin === origin) return checkpoint;
  } catch {
    // told below
  }
  throw new SignerMemoryError(
    `the signer's memory is gone, and the published checkpoint is not one of ${origin}: restore either from a copy. ` +
      'Nothing is signed without them, as a register that was rolled back could not be told from the true one',
  );
}
