// The file layout of C2SP tlog-tiles: names, widths, and a tree read back out of its tiles.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { HASH_BYTES, inclusionProof, rootOf, verifyInclusion } from '../../../register/tree/merkle';
import {
  entryBundle,
  fullTileHash,
  nodesFromTiles,
  parseEntryBundle,
  TILE_WIDTH,
  type TileRef,
  tilePath,
} from '../../../register/tree/tiles';

/** The tiles that a tree grown from `oldSize` to `newSize` has anew: those below level 0 too, and the entry bundles. */
function newTiles(oldSize: number, newSize: number): TileRef[] {
  const tiles: TileRef[] = [];
  const grown = (level: TileRef['level'], before: number, after: number) => {
    for (let index = Math.floor(before / TILE_WIDTH); index * TILE_WIDTH < after; index++) {
      const width = Math.min(TILE_WIDTH, after - index * TILE_WIDTH);
      if (index * TILE_WIDTH + width > before) tiles.push({ level, index, width });
    }
  };
  grown('entries', oldSize, newSize);
  for (let level = 0, before = oldSize, after = newSize; after > 0; level++) {
    grown(level, before, after);
    before = Math.floor(before / TILE_WIDTH);
    after = Math.floor(after / TILE_WIDTH);
  }
  return tiles;
}

test('paths are those of the specification', () => {
  expect(tilePath({ level: 0, index: 1234067, width: 256 })).toBe('tile/0/x001/x234/067');
  expect(tilePath({ level: 1, index: 0, width: 17 })).toBe('tile/1/000.p/17');
  expect(tilePath({ level: 'entries', index: 999, width: 256 })).toBe('tile/entries/999');
  expect(tilePath({ level: 'entries', index: 1000, width: 1 })).toBe('tile/entries/x001/000.p/1');
});

test('the example of the specification: a tree of 70,000 leaves', () => {
  const paths = newTiles(0, 70_000).map(tilePath);
  expect(paths.filter((path) => path.startsWith('tile/0/'))).toHaveLength(274);
  expect(paths).toContain('tile/0/273.p/112');
  expect(paths).toContain('tile/1/000');
  expect(paths).toContain('tile/1/001.p/17');
  expect(paths).toContain('tile/2/000.p/1');
  expect(paths.filter((path) => path.startsWith('tile/3/'))).toEqual([]);
});

/** All tiles of a tree, written as the publisher must: from leaf hashes upwards. */
function write(files: Map<string, Buffer>, leaves: Buffer[], oldSize: number, newSize: number): TileRef[] {
  const tiles = newTiles(oldSize, newSize);
  for (const tile of tiles) {
    if (tile.level === 'entries') continue;
    const from = tile.index * TILE_WIDTH;
    const hashes = Array.from({ length: tile.width }, (_, i) => {
      if (tile.level === 0) return leaves[from + i]!;
      const below = tilePath({ level: (tile.level as number) - 1, index: from + i, width: TILE_WIDTH });
      return fullTileHash(files.get(below)!);
    });
    files.set(tilePath(tile), Buffer.concat(hashes));
  }
  return tiles;
}

const leaves = Array.from({ length: 70_000 }, (_, i) => createHash('sha256').update(`leaf ${i}`).digest());
const readerOf = (files: Map<string, Buffer>) => async (tile: TileRef) => {
  const bytes = files.get(tilePath(tile));
  if (!bytes) throw new Error(`no ${tilePath(tile)}`);
  return bytes;
};

test('a tree of 70,000 leaves read out of its tiles: its proofs hold, and each reads at most two tiles a level', async () => {
  const files = new Map<string, Buffer>();
  write(files, leaves, 0, 70_000);
  const root = await rootOf(70_000, nodesFromTiles(70_000, readerOf(files)).read);
  for (const index of [0, 255, 256, 65_535, 65_536, 69_999]) {
    const nodes = nodesFromTiles(70_000, readerOf(files));
    const proof = await inclusionProof(index, 70_000, nodes.read);
    expect(verifyInclusion({ leaf: leaves[index]!, index, size: 70_000, root }, proof)).toBe(true);
    expect(nodes.tilesRead()).toBeLessThanOrEqual(6);
  }
});

test('however a tree grew, it has the same root as one that was written at once; full tiles were written once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 1, maxLength: 8 }), async (steps) => {
      const [grown, atOnce] = [new Map<string, Buffer>(), new Map<string, Buffer>()];
      const full = new Set<string>();
      let size = 0;
      for (const step of steps) {
        for (const tile of write(grown, leaves, size, size + step)) {
          if (tile.width < TILE_WIDTH || tile.level === 'entries') continue;
          expect(full.has(tilePath(tile))).toBe(false);
          full.add(tilePath(tile));
        }
        size += step;
      }
      write(atOnce, leaves, 0, size);
      const roots = await Promise.all([grown, atOnce].map((f) => rootOf(size, nodesFromTiles(size, readerOf(f)).read)));
      return roots[0]!.equals(roots[1]!);
    }),
    { numRuns: 30 },
  );
});

test('a tile that is too short is refused by its name', async () => {
  const nodes = nodesFromTiles(3, async () => Buffer.alloc(2 * HASH_BYTES));
  await expect(nodes.read(0, 2)).rejects.toThrow('tile/0/000.p/3 has 64 bytes instead of 96');
});

test('an entry bundle gives back its entries; a cut one is refused', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), (entries) => {
      const bundle = entryBundle(entries);
      expect(parseEntryBundle(bundle).map((entry) => [...entry])).toEqual(entries.map((entry) => [...entry]));
      if (bundle.length > 0 && entries.at(-1)!.length > 0) {
        expect(() => parseEntryBundle(bundle.subarray(0, -1))).toThrow('cut off');
      }
    }),
  );
  expect(() => entryBundle([Buffer.alloc(65_536)])).toThrow('fits into no bundle');
});
