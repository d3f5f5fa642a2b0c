/**
 * What happened to a log, told from its first bad line and those after it.
 *
 * The chain proves *that* the lines do not follow each other. *Which kind* of change it was is the simplest one that
 * explains what is seen; it is exact for a single change (see the tests), and a best guess for several at once.
 */
import { type AuditHead, GENESIS } from './entry';
import type { LineView } from './line-reader';

/** `truncation`: entries are missing at the end. A copy of a line put elsewhere is an insertion. */
export type DamageKind = 'edit' | 'deletion' | 'insertion' | 'reorder' | 'truncation';

export interface Damage {
  /** The first bad line, counted from 1; for what is missing, the line at which it should stand. */
  line: number;
  kind: DamageKind;
  reason: string;
}

/** The last line that held. Line 0 before the first. */
export interface Place extends AuditHead {
  line: number;
  prev: string;
}

/**
 * Looks at the first line that does not follow `last` and at the lines after it, one by one: mostly one more is enough.
 * Where a line could have been moved or copied, it looks on for its place up to the end of the log. Memory is constant.
 */
export class Diagnosis {
  private second: LineView | undefined;
  private latest: LineView;
  /** What it is unless the rest of the log shows something else. */
  private watched: { until: (view: LineView) => Damage | undefined; atEnd: () => Damage } | undefined;

  constructor(
    private readonly last: Place,
    private readonly first: LineView,
    /** The line has no newline at its end: it is the last one, and may not be whole. */
    private readonly torn: boolean,
  ) {
    this.latest = first;
  }

  /** Takes the next line; answers once it is clear what happened. */
  next(view: LineView): Damage | undefined {
    if (this.second) {
      const found = this.watched!.until(view);
      this.latest = view;
      return found;
    }
    this.second = view;
    const found = this.judge();
    if (found) return found;
    const seen = this.watched!.until(view);
    this.latest = view;
    return seen;
  }

  /** There are no more lines. */
  end(): Damage {
    if (!this.second) {
      const found = this.judge();
      if (found) return found;
    }
    return this.watched!.atEnd();
  }

  /** Judges the first bad line and the one after it. Undefined: what is `watched` for decides. */
  private judge(): Damage | undefined {
    const { first, last, second } = this;
    if (first.fault !== undefined || !first.holds) return this.notItself();
    if (first.prev === last.hash) {
      return first.seq === last.seq
        ? this.at(first, 'insertion', `it chains to the line before it and has the same number, ${first.seq}`)
        : this.at(
            first,
            'edit',
            `it chains to the line before it, but its number is ${first.seq}, not ${last.seq + 1}`,
          );
    }
    if (first.seq === last.seq + 1) {
      if (second && this.follows(second)) {
        return this.at(first, 'insertion', `it claims number ${first.seq}, which the line after it has by the chain`);
      }
      if (last.line === 0) return this.at(first, 'edit', this.strangePredecessor());
      if (second && second.prev !== first.hash && second.fault === undefined) {
        return this.at(first, 'edit', 'it chains neither to the line before it nor to the one after it');
      }
      return {
        line: last.line,
        kind: 'edit',
        reason: `its hash was computed anew: the line after it recorded another one (${first.prev})`,
      };
    }
    return this.outOfPlace();
  }

  private cameBefore(): string {
    const { seq, prev } = this.first;
    if (prev !== GENESIS) return `entry ${seq} stood before already`;
    return 'another log begins here, as its entry 1 goes on from none: verify it by itself';
  }

  private strangePredecessor(): string {
    const { seq, hash } = this.last;
    if (seq === 0) return 'it is number 1, but its "prev" is not 64 zeros';
    return `it is number ${seq + 1}, but its "prev" is not the hash ${hash} of entry ${seq}: it goes on from another log, or that entry was changed`;
  }

  /** The line is no entry, or its hash is not its own. */
  private notItself(): Damage {
    const { first, last, second, torn } = this;
    const what = first.fault ?? `its hash is not that of the entry: the line has ${first.hash}`;
    if (torn && first.fault !== undefined) {
      return this.at(
        first,
        'truncation',
        `the log ends within this line: it was cut off, or is being written (${what})`,
      );
    }
    if (second && this.follows(second)) {
      return this.at(first, 'insertion', `${what}, and the line after it follows the one before it`);
    }
    const stranger = first.fault === undefined && first.seq !== last.seq + 1 && first.prev !== last.hash;
    if (!second && stranger) return this.at(first, 'insertion', `${what}, and it does not follow the line before it`);
    return this.at(first, 'edit', what);
  }

  /** The line is an entry in itself, with another number and another predecessor than its place asks for. */
  private outOfPlace(): Damage | undefined {
    const { first, last, second } = this;
    const expected = last.seq + 1;
    if (first.seq === last.seq && first.prev === last.prev && first.hash !== last.hash) {
      // Two lines for one place: the entry after them says which one it has known.
      const forged = second?.prev === first.hash ? last : first;
      const reason = `two lines claim number ${first.seq} after the same entry`;
      return { line: forged.line, kind: 'insertion', reason };
    }
    if (second && this.follows(second)) {
      if (first.seq < expected) return this.at(first, 'insertion', `entry ${first.seq} stood before already`);
      this.watchForItsOwnPlace();
      return undefined;
    }
    this.watchForTheMissing();
    return undefined;
  }

  /** The log goes on as if the line were not there. Was it moved here from further down, or put in? */
  private watchForItsOwnPlace(): void {
    const { first } = this;
    const copied = this.at(
      first,
      'insertion',
      `entry ${first.seq} stands here, too early, and at its own place as well`,
    );
    const moved = this.at(first, 'reorder', `entry ${first.seq} stands here, before entry ${this.last.seq + 1}`);
    this.watched = {
      until: (view) => {
        if (view.fault === undefined && view.hash === first.hash) return copied;
        return view.fault === undefined && view.prev === first.hash ? moved : undefined;
      },
      atEnd: () =>
        this.latest.hash === first.prev
          ? moved
          : this.at(first, 'insertion', `entry ${first.seq} stands here and belongs nowhere in this log`),
    };
  }

  /** Another entry stands here than the one due. Does that one come later, or is it gone? */
  private watchForTheMissing(): void {
    const { first, last, second } = this;
    const expected = last.seq + 1;
    const replaced = second && second.fault === undefined && second.seq === expected + 1;
    this.watched = {
      until: (view) =>
        this.follows(view)
          ? this.at(first, 'reorder', `entry ${first.seq} stands here, entry ${expected} in line ${view.line}`)
          : undefined,
      atEnd: () => {
        if (replaced) return this.at(first, 'edit', `entry ${first.seq} stands in place of entry ${expected}`);
        if (first.seq < expected) return this.at(first, 'insertion', this.cameBefore());
        const gone =
          first.seq - 1 === expected ? `entry ${expected} is` : `entries ${expected} to ${first.seq - 1} are`;
        return this.at(first, 'deletion', `${gone} missing before this line`);
      },
    };
  }

  /** The line is, by its own words, the one that should have come. */
  private follows(view: LineView): boolean {
    return view.fault === undefined && view.seq === this.last.seq + 1 && view.prev === this.last.hash;
  }

  private at({ line }: LineView, kind: DamageKind, reason: string): Damage {
    return { line, kind, reason };
  }
}
