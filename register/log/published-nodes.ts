import { NotSignedError } from '../errors';
import type { NodeReader } from '../tree/merkle';
import { nodesFromTiles, tilePath } from '../tree/tiles';
import type { LogStore } from './log-store';

/** Reads nodes of the tree of `size` leaves out of its published tiles. It throws NotSignedError for one that is missing. */
export function publishedNodes(store: LogStore, size: number): NodeReader {
  const { read } = nodesFromTiles(size, async (tile) => {
    const bytes = await store.read(tilePath(tile));
    if (bytes === undefined) throw new NotSignedError(`the published log has no ${tilePath(tile)}: it was removed`);
    return bytes;
  });
  return read;
}
