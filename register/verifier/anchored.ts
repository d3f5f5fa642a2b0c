/**
 * Compares the tree of the entries with checkpoints that were signed and kept elsewhere: each must be the tree that the
 * first entries make. That finds what a chain alone cannot: entries cut off the end, and a past that was rewritten whole.
 */
import { CompactRange } from '../tree/compact-range';

/** A checkpoint whose signature holds, and who keeps it. */
export interface KnownCheckpoint {
  size: number;
  root: Buffer;
  /** `file`, `mail`, `witness NAME`, the name of a file that was given; `log` for what the log itself publishes. */
  by: string;
  /** When a witness saw it; seconds since 1970. */
  atSeconds?: number;
}

/** The log's own word: it is no anchor, as whoever changes the entries may reach it too. */
export const BY_LOG = 'log';

/** How far one anchor covers the entries. */
export interface Coverage {
  by: string;
  /** The entries from 1 to here are those that it vouches for. */
  to: number;
  atSeconds?: number;
}

/** A checkpoint that the entries contradict: the smallest one. */
export interface Contradiction {
  size: number;
  by: string;
  reason: string;
}

export interface Anchoring {
  /** One for each anchor, furthest first. */
  anchors: Coverage[];
  /** The entries from 1 to here are covered by an anchor; 0 when none is. */
  anchoredTo: number;
  /** The entries that no anchor covers yet; absent when all are. */
  unanchored?: { from: number; to: number };
  contradiction?: Contradiction;
}

/** Takes the entries in order, and says at the end which of them are anchored. */
export class AnchorCheck {
  private readonly known: readonly KnownCheckpoint[];
  private readonly tree = new CompactRange();
  private readonly reached = new Map<string, Coverage>();
  private contradiction: Contradiction | undefined;
  private at = 0;

  constructor(known: readonly KnownCheckpoint[]) {
    // An anchor's word comes before the log's own about the same tree.
    this.known = [...known].sort((a, b) => a.size - b.size || Number(a.by === BY_LOG) - Number(b.by === BY_LOG));
    this.compare();
  }

  /** Takes the leaf hash (hex) of the next entry. */
  next(hash: string): void {
    this.tree.push(Buffer.from(hash, 'hex'));
    this.compare();
  }

  /**
   * What is anchored.
   *
   * @param complete whether all entries were given; else checkpoints that were not reached say nothing.
   */
  end(complete: boolean): Anchoring {
    const entries = this.tree.size;
    const beyond = this.known[this.at];
    if (complete && beyond !== undefined) {
      this.contradiction ??= {
        size: beyond.size,
        by: beyond.by,
        reason: `${beyond.size} entries were signed, and ${entries} are there: entries were cut off, or an older state was restored`,
      };
    }
    const anchors = [...this.reached.values()].filter(({ by }) => by !== BY_LOG).sort((a, b) => b.to - a.to);
    const anchoredTo = anchors[0]?.to ?? 0;
    return {
      anchors,
      anchoredTo,
      ...(anchoredTo < entries && { unanchored: { from: anchoredTo + 1, to: entries } }),
      ...(this.contradiction && { contradiction: this.contradiction }),
    };
  }

  private compare(): void {
    const { size } = this.tree;
    if (this.known[this.at]?.size !== size) return;
    const root = this.tree.root();
    const here: KnownCheckpoint[] = [];
    for (; this.known[this.at]?.size === size; this.at++) here.push(this.known[this.at]!);
    const held = here.filter((each) => each.root.equals(root));
    for (const { by, atSeconds } of held) this.reached.set(by, { by, to: size, ...(atSeconds && { atSeconds }) });
    const other = here.find((each) => !each.root.equals(root));
    if (other === undefined) return;
    this.contradiction ??= {
      size,
      by: other.by,
      reason:
        held.length > 0
          ? `two different trees of ${size} entries were signed: a split view, each of them shown to somebody`
          : `the first ${size} entries are not those that were signed: one was altered, moved, inserted or removed`,
    };
  }
}
