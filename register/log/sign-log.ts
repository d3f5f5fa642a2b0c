/** Signs the register as it stands: extends the remembered tree by the new entries, publishes it, gives the checkpoint. */
import { leafHash } from '../entry';
import { InconsistentLogError } from '../errors';
import { signCheckpoint } from './checkpoint';
import type { LogStore } from './log-store';
import type { NoteSigner } from './note';
import { type LeafReader, publishTiles } from './publish-tiles';
import { firstState, frontierOf, readSignerState, type SignerState, stateOf, writeSignerState } from './signer-state';

/** What signing needs. */
export interface SignLogDeps {
  signer: NoteSigner;
  /** The signer's memory: a file outside the database's own disk. */
  stateFile: string;
  /** Where tiles, entry bundles and the checkpoint are published. */
  store: LogStore;
  /** The register's size now. */
  size(): Promise<number>;
  leaves: LeafReader;
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
 * Signs the present size. Tiles are written first, then the signer's memory, then the checkpoint: after a crash anywhere
 * the next call gives the same tree, and what was given away is always remembered.
 *
 * @throws InconsistentLogError when the register does not continue what was signed before.
 */
export async function signLog(deps: SignLogDeps): Promise<SignedLog> {
  const { signer, stateFile, store } = deps;
  const before = (await readSignerState(stateFile)) ?? firstState(signer.name);
  if (before.origin !== signer.name) {
    throw new InconsistentLogError(`the signer's memory is of the log "${before.origin}", not of "${signer.name}"`);
  }
  const size = await deps.size();
  const after = await extend(before, size, deps.leaves);
  await publishTiles(store, deps.leaves, before.size, size);
  if (size > before.size) await writeSignerState(stateFile, after);
  const root = Buffer.from(after.root, 'hex');
  const note = signCheckpoint(size, root, signer);
  // The same checkpoint may have been cosigned since: Ed25519 gives the same signature, so it begins with the same bytes.
  if (!(await store.read(CHECKPOINT))?.toString('utf8').startsWith(note)) {
    await store.write(CHECKPOINT, Buffer.from(note));
  }
  return { size, root, note };
}

/** The remembered tree with the entries behind it. Each must hash to its leaf and name the one before it. */
async function extend(before: SignerState, size: number, leaves: LeafReader): Promise<SignerState> {
  if (size < before.size) {
    throw new InconsistentLogError(
      `the register has ${size} entries, but ${before.size} were signed: it was rolled back or cut short. ` +
        'Restore it from a later backup; nothing is signed until then',
    );
  }
  const frontier = frontierOf(before);
  let last: Buffer = Buffer.from(before.lastLeaf, 'hex');
  // The last signed entry is read again: it must still be the one that was signed.
  for await (const { position, bytes, hash } of leaves(Math.max(1, before.size), size)) {
    if (leafHash(bytes) !== hash.toString('hex')) {
      throw new InconsistentLogError(`entry ${position} does not have its own hash: it was altered`);
    }
    if (position === before.size) {
      if (!hash.equals(last))
        throw new InconsistentLogError(`entry ${position} is not the one that was signed: it was rewritten`);
      continue;
    }
    if (prevOf(bytes) !== last.toString('hex')) {
      throw new InconsistentLogError(
        `entry ${position} does not follow the entry before it: the register was rewritten`,
      );
    }
    frontier.push(hash);
    last = hash;
  }
  if (frontier.size !== size) {
    throw new InconsistentLogError(`the register has a gap: ${frontier.size} entries follow one another, not ${size}`);
  }
  return stateOf(before.origin, frontier, last);
}

function prevOf(bytes: Buffer): unknown {
  try {
    return (JSON.parse(bytes.toString('utf8')) as { prev?: unknown }).prev;
  } catch {
    return undefined;
  }
}
