/** Checks entries one by one, in order. Needs no database, and nothing but Node. */
import { GENESIS, leafHash } from './leaf';
import { LeafReader } from './leaf-reader';
import { checkOpenings } from './openings';
import { assertHex, copyOf, MalformedLeaf } from './text';

/** Place and hash of the last entry; position 0 and 64 zeros for an empty log. The position is the log's size. */
export interface Head {
  position: number;
  hash: string;
}

/** An entry as it is found, in a database or in a file; nothing in it is trusted. */
export interface FoundEntry {
  position: number;
  /** Leaf hash in lower-case hex. */
  hash: string;
  /** The leaf's text; undefined when it is not UTF-8. */
  leaf: string | undefined;
  /** The text of its openings; undefined when it is not UTF-8. */
  content: string | undefined;
}

/** The first entry that does not hold, and why. Incident and number are known when its leaf could be read. */
export interface BadEntry {
  position: number;
  incidentId?: string;
  seq?: number;
  reason: string;
}

/** What a verification checks beside the chain itself. */
export interface VerifyOptions {
  /** The entries are those of this incident only; without it they are the whole log from position 1. */
  incidentId?: string;
  /** The entries are those of several incidents, each of them from its first one on. */
  severalIncidents?: boolean;
  /**
   * A head recorded earlier outside the database: an entry with this position and hash must be among them. The log may
   * have grown since. This is what finds a log cut short or rewritten as a whole.
   */
  expectedHead?: Head;
  /** The hashes of the leaves and their chains only: neither the fields of a leaf nor the content beside it. */
  bytesOnly?: boolean;
  /** What stands before the first entry is not known; see `ChainVerifier.join`. */
  startsAnywhere?: boolean;
}

/** The last entry of an incident. */
export interface ChainEnd extends Head {
  seq: number;
}

/** Entries that hold, if what stands before them is what they say: what must still be compared with it. */
export interface Segment {
  entries: number;
  withheld: number;
  first?: { position: number; prev: string };
  head: Head;
  /** By incident: the number of its first entry here and the hash that it names; its last entry here. */
  incidents: Map<string, { seq: number; prevInIncident: string; end: ChainEnd }>;
  expectedSeen: boolean;
}

/**
 * Checks entries one by one, in order: canonical form, hash, position, both chains, numbers within each incident, and
 * every opened field against its commitment. Memory grows with the number of incidents only.
 */
export class ChainVerifier {
  /** Entries that held. */
  entries = 0;
  /** Fields of theirs without an opening. */
  withheld = 0;
  /** The last entry that held. */
  head: Head = { position: 0, hash: GENESIS };
  /** The leaf of the last entry that held. */
  readonly leaf = new LeafReader();
  /** Where each incident ends, by its id. */
  readonly ends = new Map<string, ChainEnd>();

  private readonly starts: Segment['incidents'] | undefined;
  private first: Segment['first'];
  private lastId = '';
  private lastEnd: ChainEnd | undefined;
  private expectedSeen: boolean;
  /** The hash of the last leaf that was read. Not the text that was found beside it, which is a part of a large one. */
  private hash = '';

  constructor(private readonly options: VerifyOptions = {}) {
    this.expectedSeen = options.expectedHead === undefined || sameHead(options.expectedHead, this.head);
    this.starts = options.startsAnywhere ? new Map() : undefined;
  }

  /** Takes the next entry; returns what is wrong with it, or undefined when it holds. */
  next(found: FoundEntry): BadEntry | undefined {
    const { position } = found;
    const { leaf } = this;
    const unread = this.read(found);
    if (unread !== undefined) return { position, reason: unread };
    const { incidentId, seq } = leaf;
    const end = incidentId === this.lastId ? this.lastEnd : this.ends.get(incidentId);
    const reason = this.fault(found, end);
    if (reason !== undefined) return { position, incidentId: copyOf(incidentId), seq, reason };
    const { hash } = this;
    this.entries += 1;
    this.head = { position, hash };
    this.lastEnd = end ?? this.begin();
    this.lastId = incidentId;
    [this.lastEnd.seq, this.lastEnd.hash, this.lastEnd.position] = [seq, hash, position];
    if (this.options.expectedHead?.position === position) this.expectedSeen = true;
    return undefined;
  }

  /** Call after the last entry: what is missing, or undefined. */
  end(): BadEntry | undefined {
    if (this.expectedSeen) return undefined;
    const { position, hash } = this.options.expectedHead!;
    return {
      position,
      reason:
        `the entries end at position ${this.head.position} and do not reach the expected head ` +
        `${position} (${hash}): entries were cut off, or this is another register`,
    };
  }

  /** The entries taken so far, for a verifier that knows what stands before them. */
  segment(): Segment {
    const { entries, withheld, first, head, starts, expectedSeen } = this;
    return { entries, withheld, first, head, incidents: starts!, expectedSeen };
  }

  /** Takes a whole segment; false when it does not follow, and then nothing of it was taken. */
  join({ entries, withheld, first, head, incidents, expectedSeen }: Segment): boolean {
    if (first === undefined) return true;
    if (this.misplaced(first.position, first.prev) !== undefined) return false;
    for (const [incidentId, start] of incidents) if (misnumbered(start, this.ends.get(incidentId))) return false;
    for (const [incidentId, { end }] of incidents) this.ends.set(incidentId, end);
    this.entries += entries;
    this.withheld += withheld;
    this.head = head;
    this.expectedSeen ||= expectedSeen;
    [this.lastId, this.lastEnd] = ['', undefined];
    return true;
  }

  /** Reads the leaf; answers why it cannot be read. */
  private read({ leaf }: FoundEntry): string | undefined {
    if (leaf === undefined) return 'the entry is not UTF-8: it was altered';
    try {
      if (this.options.bytesOnly) this.leaf.readPlace(leaf);
      else this.leaf.read(leaf);
      return undefined;
    } catch (error) {
      if (error instanceof MalformedLeaf) return `the entry was altered: ${error.message}`;
      throw error;
    }
  }

  private fault(found: FoundEntry, end: ChainEnd | undefined): string | undefined {
    const { position } = found;
    const { leaf } = this;
    this.hash = leafHash(found.leaf!);
    if (this.hash !== found.hash) return 'the hash is not that of the entry: one of them was altered';
    if (leaf.position !== position) return `the entry says position ${leaf.position}, it was found at ${position}`;
    const { incidentId, expectedHead, bytesOnly } = this.options;
    if (incidentId !== undefined && leaf.incidentId !== incidentId) {
      return `it belongs to another incident than ${incidentId}`;
    }
    const startsHere = this.starts !== undefined && this.first === undefined;
    const begins = this.starts !== undefined && end === undefined;
    const fault =
      (startsHere ? undefined : this.misplaced(position, leaf.prev)) ??
      (begins ? undefined : misnumbered(leaf, end)) ??
      this.unreadableHash(startsHere || position !== this.head.position + 1, begins);
    if (fault !== undefined) return fault;
    if (expectedHead?.position === position && expectedHead.hash !== this.hash) {
      return `the expected head has another hash at this position (${expectedHead.hash}): the log was rewritten`;
    }
    return bytesOnly ? undefined : this.contentFault(found);
  }

  /** Hashes that were compared with nothing must at least be hashes. */
  private unreadableHash(prev: boolean, prevInIncident: boolean): string | undefined {
    try {
      if (prev) assertHex(this.leaf.prev, 64);
      if (prevInIncident) assertHex(this.leaf.prevInIncident, 64);
      return undefined;
    } catch (error) {
      return `the entry was altered: ${(error as Error).message}`;
    }
  }

  /** The whole log has no gap. Entries of incidents only ascend; where two are neighbours, they chain as in the log. */
  private misplaced(position: number, prev: string): string | undefined {
    const { head } = this;
    const follows = position === head.position + 1;
    if (!follows) {
      if (this.options.incidentId === undefined && !this.options.severalIncidents) {
        return `position ${position} follows ${head.position}, expected ${head.position + 1}`;
      }
      if (position <= head.position) return `position ${position} follows ${head.position}`;
    } else if (prev !== head.hash) return 'it does not chain to the entry before it in the log';
    return undefined;
  }

  private contentFault({ content }: FoundEntry): string | undefined {
    if (content === undefined) return 'its content is not UTF-8: it was altered';
    try {
      const { withheld, fault } = checkOpenings(this.leaf, content);
      if (fault === undefined) this.withheld += withheld;
      return fault;
    } catch (error) {
      if (error instanceof MalformedLeaf) return `its content was altered: ${error.message}`;
      throw error;
    }
  }

  /** The first entry of an incident that is met. */
  private begin(): ChainEnd {
    const { incidentId, seq, prevInIncident, position, prev } = this.leaf;
    const end = { seq, hash: '', position };
    const id = copyOf(incidentId);
    this.ends.set(id, end);
    if (this.starts !== undefined) {
      this.first ??= { position, prev: copyOf(prev) };
      this.starts.set(id, { seq, prevInIncident: copyOf(prevInIncident), end });
    }
    return end;
  }
}

/** The numbers of an incident have no gap, and its entries are a chain of their own. */
function misnumbered(leaf: { seq: number; prevInIncident: string }, end: ChainEnd | undefined): string | undefined {
  const lastSeq = end?.seq ?? 0;
  if (leaf.seq !== lastSeq + 1) {
    return `number ${leaf.seq} of the incident follows ${lastSeq}, expected ${lastSeq + 1}`;
  }
  if (leaf.prevInIncident !== (end?.hash ?? GENESIS)) {
    return 'it does not chain to the entry before it in its incident';
  }
  return undefined;
}

/** Whether two heads are one. */
export function sameHead(a: Head, b: Head): boolean {
  return a.position === b.position && a.hash === b.hash;
}
