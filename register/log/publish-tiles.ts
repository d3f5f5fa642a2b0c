/** Writes the tiles and entry bundles of a tree that grew, so that everything below a checkpoint is there before it is. */
import type { LogStore } from './log-store';
import { entryBundle, fullTileHash, HASH_BYTES, newTiles, TILE_WIDTH, type TileRef, tilePath } from './tiles';

/** A leaf of the log: the entry at `position` (from 1), its canonical bytes and its leaf hash. */
export interface Leaf {
  position: number;
  bytes: Buffer;
  hash: Buffer;
}

/** Leaves by position, both ends included, in order and without gap. */
export type LeafReader = (from: number, to: number) => AsyncIterable<Leaf>;

/**
 * Publishes what a tree grown from `oldSize` to `newSize` has anew. Repeating it writes the same files again; full tiles
 * that were there before are not touched. Memory holds one tile a level.
 *
 * @throws Error when a leaf is missing, or a tile that should be there is not.
 */
export async function publishTiles(
  store: LogStore,
  leaves: LeafReader,
  oldSize: number,
  newSize: number,
): Promise<void> {
  if (newSize === oldSize) return;
  // The partial tiles at the edge are written anew from their first leaf.
  const from = Math.floor(oldSize / TILE_WIDTH) * TILE_WIDTH;
  let hashes: Buffer[] = [];
  let entries: Buffer[] = [];
  let position = from;
  const flush = async () => {
    if (hashes.length === 0) return;
    const index = Math.ceil(position / TILE_WIDTH) - 1;
    const width = hashes.length;
    await store.write(tilePath({ level: 'entries', index, width }), entryBundle(entries));
    await store.write(tilePath({ level: 0, index, width }), Buffer.concat(hashes));
    [hashes, entries] = [[], []];
  };
  for await (const leaf of leaves(from + 1, newSize)) {
    if (leaf.position !== position + 1) throw new Error(`entry ${position + 1} is missing: found ${leaf.position}`);
    position = leaf.position;
    hashes.push(leaf.hash);
    entries.push(leaf.bytes);
    if (hashes.length === TILE_WIDTH) await flush();
  }
  if (position !== newSize) throw new Error(`the register ends at entry ${position}, expected ${newSize}`);
  await flush();
  for (const tile of newTiles(oldSize, newSize)) {
    if (tile.level !== 'entries' && tile.level > 0) await store.write(tilePath(tile), await upperTile(store, tile));
  }
}

/** A tile above level 0: the hashes of the full tiles below it. Those of its last partial form are taken over. */
async function upperTile(store: LogStore, { level, index, width }: TileRef): Promise<Buffer> {
  const hashes: Buffer[] = [];
  for (let i = 0; i < width; i++) {
    const below = { level: (level as number) - 1, index: index * TILE_WIDTH + i, width: TILE_WIDTH };
    const tile = await store.read(tilePath(below));
    if (tile?.length !== TILE_WIDTH * HASH_BYTES) throw new Error(`${tilePath(below)} is missing or cut off`);
    hashes.push(fullTileHash(tile));
  }
  return Buffer.concat(hashes);
}
