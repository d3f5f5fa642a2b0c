/** Writes the tiles and entry bundles of a tree that grew, so that everything below a checkpoint is there before it is. */

import { HASH_BYTES } from '../tree/merkle';
import { entryBundle, fullTileHash, TILE_WIDTH, type TileRef, tilePath } from '../tree/tiles';
import type { LogStore } from './log-store';

/** A leaf of the log: the entry at `position` (from 1), its canonical bytes and its leaf hash. */
export interface Leaf {
  position: number;
  bytes: Buffer;
  hash: Buffer;
}

/** Leaves by position, both ends included, in order and without gap: some at a time. */
export type LeafReader = (from: number, to: number) => AsyncIterable<Leaf[]>;

/**
 * Publishes what a tree grown from `oldSize` to `newSize` has anew. Repeating it writes the same files again; full tiles
 * that were there before are not touched. Memory holds one tile a level.
 *
 * @throws Error when a leaf is missing, or a tile that should be there is not.
 */
export async function publishTiles(
  store: LogStore,
  leaves: (from: number) => AsyncIterable<Leaf[]>,
  oldSize: number,
  newSize: number,
): Promise<void> {
  if (newSize === oldSize) return;
  // The partial tiles at the edge are written anew from their first leaf.
  const from = oldSize - (oldSize % TILE_WIDTH);
  const edge = new Edge(store, oldSize);
  let entries: Buffer[] = [];
  let position = from;
  const bundle = async () => {
    if (entries.length === 0) return;
    const tile: TileRef = { level: 'entries', index: indexOf(position), width: entries.length };
    await store.write(tilePath(tile), entryBundle(entries));
    entries = [];
  };
  for await (const some of leaves(from + 1)) {
    for (const leaf of some) {
      if (leaf.position !== position + 1) throw new Error(`entry ${position + 1} is missing: found ${leaf.position}`);
      position = leaf.position;
      entries.push(leaf.bytes);
      if (entries.length === TILE_WIDTH) await bundle();
      if (edge.push(leaf.hash)) await edge.flush();
    }
  }
  if (position !== newSize) throw new Error(`the register ends at entry ${position}, expected ${newSize}`);
  await bundle();
  await edge.end();
}

/** The tile that holds the hash at a place, counted from 1. */
const indexOf = (place: number) => Math.ceil(place / TILE_WIDTH) - 1;

/** The tiles at the right edge of the tree, one a level, as far as they are filled. */
class Edge {
  /** By level: how many hashes there are in the whole level, and those of its last tile. */
  private readonly levels: Array<{ count: number; hashes: Buffer[]; grown: boolean }> = [];

  constructor(
    private readonly store: LogStore,
    private readonly oldSize: number,
  ) {
    this.levels.push({ count: oldSize - (oldSize % TILE_WIDTH), hashes: [], grown: false });
  }

  /** Adds a leaf's hash; true when its tile is full: then call `flush`. */
  push(hash: Buffer): boolean {
    const bottom = this.levels[0]!;
    bottom.count++;
    bottom.grown = true;
    return bottom.hashes.push(hash) === TILE_WIDTH;
  }

  /** Writes the full tiles, and adds the hash of each to the level above. */
  async flush(): Promise<void> {
    for (let level = 0; this.levels[level]!.hashes.length === TILE_WIDTH; level++) {
      const tile = await this.write(level);
      this.levels[level]!.hashes = [];
      this.levels[level]!.grown = false;
      this.levels[level + 1] ??= await this.above(level + 1);
      const above = this.levels[level + 1]!;
      above.hashes.push(fullTileHash(tile));
      above.count++;
      above.grown = true;
    }
  }

  /** Writes the tiles that are not full. */
  async end(): Promise<void> {
    for (const [level, { grown }] of this.levels.entries()) if (grown) await this.write(level);
  }

  private async write(level: number): Promise<Buffer> {
    const { count, hashes } = this.levels[level]!;
    const content = Buffer.concat(hashes);
    await this.store.write(tilePath({ level, index: indexOf(count), width: hashes.length }), content);
    return content;
  }

  /** A level above the leaves as the old tree left it: its last tile is taken over, or put together again. */
  private async above(level: number) {
    const count = Math.floor(this.oldSize / TILE_WIDTH ** level);
    const width = count % TILE_WIDTH;
    const index = Math.floor(count / TILE_WIDTH);
    const hashes: Buffer[] = [];
    if (width > 0) {
      const there = await this.store.read(tilePath({ level, index, width }));
      const whole = there?.length === width * HASH_BYTES;
      for (let i = 0; i < width; i++) {
        hashes.push(
          whole ? there.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES) : await this.hashOf(level - 1, index, i),
        );
      }
    }
    return { count, hashes, grown: false };
  }

  /** The hash of a full tile, of which the tile above at `index` holds the hash as its `i`th. */
  private async hashOf(level: number, index: number, i: number): Promise<Buffer> {
    const path = tilePath({ level, index: index * TILE_WIDTH + i, width: TILE_WIDTH });
    const tile = await this.store.read(path);
    if (tile?.length !== TILE_WIDTH * HASH_BYTES) throw new Error(`${path} is missing or cut off`);
    return fullTileHash(tile);
  }
}
