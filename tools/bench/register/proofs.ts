/** The reads of an inclusion proof in trees of some sizes: O(log n) nodes, tiles by depth; a row for each size. */
import { leafHash } from '../../../register/entry';
import { HASH_BYTES, inclusionProof, rootOf, verifyInclusion } from '../../../register/tree/merkle';
import { fullTileHash, nodesFromTiles, TILE_WIDTH, type TileRef } from '../../../register/tree/tiles';
import type { Row } from './rows';

/** A thousand entries spread over each tree. */
export async function benchProofs(sizes: number[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const size of sizes) {
    const tiles = syntheticTiles(size);
    const readTile = async ({ level, index }: TileRef) => tiles[level as number]![index]!;
    const root = await rootOf(size, nodesFromTiles(size, readTile).read);
    let [mostNodes, mostTiles] = [0, 0];
    for (let i = 0; i < 1_000; i++) {
      const index = Math.floor((i * (size - 1)) / 999);
      const nodes = nodesFromTiles(size, readTile);
      let read = 0;
      const proof = await inclusionProof(index, size, (level, at) => {
        read++;
        return nodes.read(level, at);
      });
      if (!verifyInclusion({ leaf: syntheticLeaf(index), index, size, root }, proof)) {
        throw new Error(`the proof of entry ${index + 1} of ${size} does not hold`);
      }
      mostNodes = Math.max(mostNodes, read);
      mostTiles = Math.max(mostTiles, nodes.tilesRead());
    }
    const log2 = Math.ceil(Math.log2(size));
    // A path has ceil(log2 n) hashes; those over the ragged right edge are put together of several nodes, each once.
    const [nodeBar, tileBar] = [2 * log2, 2 * Math.ceil(log2 / 8)];
    rows.push({
      name: `reads of an inclusion proof at ${size} entries`,
      figure: `${mostNodes} nodes in ${mostTiles} tiles at most`,
      bar: `≤ 2·log2(n) = ${nodeBar} nodes, ≤ 2 tiles a level = ${tileBar}`,
      holds: mostNodes <= nodeBar && mostTiles <= tileBar,
    });
  }
  return rows;
}

function syntheticLeaf(index: number): Buffer {
  return Buffer.from(leafHash(`entry ${index}`), 'hex');
}

/** All tiles of hashes of a tree, by level and index. */
function syntheticTiles(size: number): Buffer[][] {
  let hashes = Array.from({ length: size }, (_, index) => syntheticLeaf(index));
  const levels: Buffer[][] = [];
  while (hashes.length > 0) {
    const tiles: Buffer[] = [];
    for (let at = 0; at < hashes.length; at += TILE_WIDTH) tiles.push(Buffer.concat(hashes.slice(at, at + TILE_WIDTH)));
    levels.push(tiles);
    hashes = tiles.filter((tile) => tile.length === TILE_WIDTH * HASH_BYTES).map(fullTileHash);
  }
  return levels;
}
