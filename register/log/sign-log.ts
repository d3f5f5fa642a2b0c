/** Signs the register as it stands: extends the remembered tree by the new entries, publishes it, gives the checkpoint. */
import { leafHash } from '../entry';
import { InconsistentLogError, SignerMemoryError } from '../errors';
import { type Checkpoint, parseCheckpoint, signCheckpoint } from './checkpoint';
import type { Frontier } from './frontier';
import type { LogStore } from './log-store';
import { type NoteSigner, parseNote } from './note';
import { type Leaf, type LeafReader, publishTiles } from './publish-tiles';
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
  const remembered = await readSignerState(stateFile);
  const before = remembered ?? firstState(signer.name);
  if (before.origin !== signer.name) {
    throw new InconsistentLogError(`the signer's memory is of the log "${before.origin}", not of "${signer.name}"`);
  }
  const size = await deps.size();
  // A signer that has lost its memory goes by what it has published: nobody gets it to sign another past by that.
  const published = remembered === undefined ? await publishedTree(store, signer.name) : undefined;
  const growth = new Growth(before, size, published);
  await publishTiles(store, (from) => growth.read(deps.leaves, from), before.size, size);
  const after = await growth.end(deps.leaves);
  if (size > before.size) await writeSignerState(stateFile, after);
  const root = Buffer.from(after.root, 'hex');
  const note = signCheckpoint(size, root, signer);
  // The same checkpoint may have been cosigned since: Ed25519 gives the same signature, so it begins with the same bytes.
  if (!(await store.read(CHECKPOINT))?.toString('utf8').startsWith(note)) {
    await store.write(CHECKPOINT, Buffer.from(note));
  }
  return { size, root, note };
}

type SignedTree = Pick<Checkpoint, 'size' | 'root'>;

/** What the published checkpoint says. @throws SignerMemoryError when it is damaged, or of another log. */
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

/** The remembered tree and the entries behind it, which are read once: checked here, and published as they pass. */
class Growth {
  private readonly frontier: Frontier;
  private last: Buffer;

  /** @throws InconsistentLogError when there are fewer entries than were signed. */
  constructor(
    private readonly before: SignerState,
    private readonly size: number,
    /** A tree that this one must grow through. */
    private readonly through?: SignedTree,
  ) {
    const signed = Math.max(before.size, through?.size ?? 0);
    if (size < signed) {
      throw new InconsistentLogError(
        `the register has ${size} entries, but ${signed} were signed: it was rolled back or cut short. ` +
          'Restore it from a later backup; nothing is signed until then',
      );
    }
    this.frontier = frontierOf(before);
    this.last = Buffer.from(before.lastLeaf, 'hex');
  }

  /**
   * Gives the entries from `from` on, each when it held: it must hash to its leaf and name the one before it. Entries that
   * were signed are read again from the first of their tile, the last of them in any case: as each names the one before
   * it, and the last is the one that is remembered, all of them are those that were signed.
   */
  async *read(leaves: LeafReader, from: number): AsyncGenerator<Leaf[]> {
    const { before, size, frontier } = this;
    const first = Math.max(1, Math.min(from, before.size));
    let previous: string | undefined = before.size === 0 ? before.lastLeaf : undefined;
    for await (const some of leaves(first, size)) {
      for (const leaf of some) previous = this.take(leaf, previous);
      yield first < from ? some.filter(({ position }) => position >= from) : some;
    }
    if (frontier.size !== size) {
      throw new InconsistentLogError(
        `the register has a gap: ${frontier.size} entries follow one another, not ${size}`,
      );
    }
  }

  /** Takes an entry that follows the one with the hash `previous`, where that is known; answers its own hash. */
  private take({ position, bytes, hash }: Leaf, previous: string | undefined): string {
    const hex = hash.toString('hex');
    if (leafHash(bytes) !== hex) {
      throw new InconsistentLogError(`entry ${position} does not have its own hash: it was altered`);
    }
    if (previous !== undefined && prevOf(bytes) !== previous) {
      throw new InconsistentLogError(
        `entry ${position} does not follow the entry before it: the register was rewritten`,
      );
    }
    if (position === this.before.size && !hash.equals(this.last)) {
      throw new InconsistentLogError(`entry ${position} is not the one that was signed: it was rewritten`);
    }
    if (position > this.before.size) {
      this.frontier.push(hash);
      this.last = hash;
      this.assertThrough();
    }
    return hex;
  }

  private assertThrough(): void {
    const { frontier, through } = this;
    if (through === undefined || frontier.size !== through.size || frontier.root().equals(through.root)) return;
    throw new InconsistentLogError(
      `the first ${through.size} entries are not those of the published checkpoint: the register was rewritten`,
    );
  }

  /** The tree as it is now. Where nothing was new, the last signed entry is looked at all the same. */
  async end(leaves: LeafReader): Promise<SignerState> {
    const { before, size } = this;
    if (size === before.size && size > 0) for await (const _ of this.read(leaves, size));
    return stateOf(before.origin, this.frontier, this.last);
  }
}

const PREV = Buffer.from('"prev":"');

/** The leaf names the one before it near its end, after every text that somebody chose. */
function prevOf(bytes: Buffer): string {
  const at = bytes.lastIndexOf(PREV) + PREV.length;
  return bytes.toString('latin1', at, at + 64);
}
