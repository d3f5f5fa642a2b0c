/** Nodes of trees that were signed and are not published yet: enough to prove that each of them continues the others. */
import { NotSignedError } from '../errors';
import type { CompactRange } from './compact-range';
import { type NodeReader, nodeHash } from './merkle';

export class SignedNodes {
  private readonly nodes = new Map<string, Buffer>();
  private publishedSize = 0;

  /** Takes the leaves by which a signed tree has grown. */
  add(grown: CompactRange): void {
    for (const { level, index, hash } of grown.subtrees()) this.nodes.set(`${level}/${index}`, hash);
  }

  /** A tree was published. What was published before it is forgotten: a proof may just be under way. */
  published(size: number): void {
    for (const key of this.nodes.keys()) {
      const [level, index] = key.split('/').map(Number) as [number, number];
      if (endOf(level, index) <= this.publishedSize) this.nodes.delete(key);
    }
    this.publishedSize = size;
  }

  /**
   * Reads nodes out of the published tiles of `size` leaves, and from here what lies behind them.
   *
   * The trees between which there is to be a proof must have been given to `add`, or be published. Each complete subtree
   * that such a proof names is then made of subtrees that are known.
   */
  behind(size: number, tiles: NodeReader): NodeReader {
    const read = async (level: number, index: number): Promise<Buffer> => {
      if (endOf(level, index) <= size) return tiles(level, index);
      const known = this.nodes.get(`${level}/${index}`);
      if (known !== undefined) return known;
      if (level === 0) throw new NotSignedError(`entry ${index + 1} is not yet published`);
      return nodeHash(await read(level - 1, 2 * index), await read(level - 1, 2 * index + 1));
    };
    return read;
  }
}

/** The number of leaves up to the last one of a subtree. */
function endOf(level: number, index: number): number {
  return (index + 1) * 2 ** level;
}
