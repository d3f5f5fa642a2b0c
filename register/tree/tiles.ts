/**
 * The layout of C2SP tlog-tiles (https://c2sp.org/tlog-tiles): the tree in files of 256 hashes, the entries in bundles of
 * 256. A full file never changes; a partial one has its width in its name. Anything that serves files can publish it.
 */
import { HASH_BYTES, subtreeHash } from './merkle';

export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;

/** A tile of hashes (`level` ≥ 0) or a bundle of entries; `width` is 256 when it is full. */
export interface TileRef {
  level: number | 'entries';
  index: number;
  width: number;
}

/** `tile/0/x001/x234/067`, `tile/entries/000.p/17`. */
export function tilePath({ level, index, width }: TileRef): string {
  const partial = width === TILE_WIDTH ? '' : `.p/${width}`;
  return `tile/${level}/${indexPath(index)}${partial}`;
}

function indexPath(index: number): string {
  const groups: string[] = [];
  for (let rest = index, first = true; first || rest > 0; rest = Math.floor(rest / 1000), first = false) {
    const digits = String(rest % 1000).padStart(3, '0');
    groups.unshift(first ? digits : `x${digits}`);
  }
  return groups.join('/');
}

/** The tile of a path; undefined for everything that is not exactly the path of one. */
export function parseTilePath(text: string): TileRef | undefined {
  const match = /^tile\/(entries|0|[1-9]\d?)\/((?:x\d{3}\/){0,4}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(text);
  if (!match) return undefined;
  const index = Number(match[2]!.replace(/[x/]/g, ''));
  const width = match[3] === undefined ? TILE_WIDTH : Number(match[3]);
  const tile: TileRef = { level: match[1] === 'entries' ? 'entries' : Number(match[1]), index, width };
  const isPath = (match[3] === undefined || width < TILE_WIDTH) && tilePath(tile) === text;
  return isPath ? tile : undefined;
}

/** The hash of a full tile: one hash of the tile above it. */
export function fullTileHash(tile: Buffer): Buffer {
  return subtreeHash(tile);
}

/** A node within a tile: `height` levels above its hashes, `index` from its left. Its part of the tile must be there. */
export function nodeInTile(tile: Buffer, height: number, index: number): Buffer {
  const bytes = HASH_BYTES * 2 ** height;
  return subtreeHash(tile.subarray(index * bytes, (index + 1) * bytes));
}

/** Reads the file of a tile. Throws when it is missing. */
export type TileReader = (tile: TileRef) => Promise<Buffer>;

/** Reads nodes of the tree of `size` leaves out of its tiles; each tile is read once. */
export function nodesFromTiles(
  size: number,
  readTile: TileReader,
): { read: (level: number, index: number) => Promise<Buffer>; tilesRead: () => number } {
  const known = new Map<string, Promise<Buffer>>();
  const tileOf = (level: number, index: number): Promise<Buffer> => {
    const hashes = Math.floor(size / TILE_WIDTH ** level);
    const width = Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH);
    const tile = { level, index, width };
    const key = tilePath(tile);
    const reading = known.get(key) ?? readTile(tile).then((bytes) => whole(bytes, tile));
    known.set(key, reading);
    return reading;
  };
  return {
    tilesRead: () => known.size,
    async read(level, index) {
      const tileLevel = Math.floor(level / TILE_HEIGHT);
      const height = level % TILE_HEIGHT;
      const perTile = TILE_WIDTH / 2 ** height;
      const tile = await tileOf(tileLevel, Math.floor(index / perTile));
      return nodeInTile(tile, height, index % perTile);
    },
  };
}

function whole(bytes: Buffer, tile: TileRef): Buffer {
  if (bytes.length === tile.width * HASH_BYTES) return bytes;
  throw new Error(`${tilePath(tile)} has ${bytes.length} bytes instead of ${tile.width * HASH_BYTES}: it was altered`);
}

/** Entries that a bundle can hold: their length is written in 16 bits. */
export const MAX_ENTRY_BYTES = 65_535;

/** An entry bundle: each entry with its length before it, as a big-endian uint16. */
export function entryBundle(entries: readonly Uint8Array[]): Buffer {
  const parts = entries.flatMap((entry) => {
    if (entry.length > MAX_ENTRY_BYTES) throw new RangeError(`an entry of ${entry.length} bytes fits into no bundle`);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(entry.length);
    return [length, entry];
  });
  return Buffer.concat(parts);
}

/** The entries of a bundle. Throws when it is cut off. */
export function parseEntryBundle(bundle: Buffer): Buffer[] {
  const entries: Buffer[] = [];
  for (let at = 0; at < bundle.length; ) {
    const length = at + 2 <= bundle.length ? bundle.readUInt16BE(at) : Number.POSITIVE_INFINITY;
    if (at + 2 + length > bundle.length) throw new Error(`the bundle is cut off after ${entries.length} entries`);
    entries.push(bundle.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return entries;
}
