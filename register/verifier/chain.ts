/** Checks entries one by one, in order. Needs no database, and nothing but Node. */
import { GENESIS, type Leaf, leafHash, MalformedLeaf, parseLeaf } from './leaf';
import { openingFault, parseOpenings } from './openings';

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
  /**
   * A head recorded earlier outside the database: an entry with this position and hash must be among them. The log may
   * have grown since. This is what finds a log cut short or rewritten as a whole.
   */
  expectedHead?: Head;
}

/**
 * Checks entries one by one, in order: canonical form, hash, position, both chains, numbers within each incident, and
 * every opened field against its commitment. Memory grows with the number of incidents only.
 */
export class ChainVerifier {
  /** Entries that held. */
  entries = 0;
  /** The last entry that held. */
  head: Head = { position: 0, hash: GENESIS };
  /** The leaf of the last entry that held. */
  leaf: Leaf | undefined;

  private readonly lastOf = new Map<string, { seq: number; hash: string }>();
  private expectedSeen: boolean;

  constructor(private readonly options: VerifyOptions = {}) {
    this.expectedSeen = options.expectedHead === undefined || sameHead(options.expectedHead, this.head);
  }

  /** Takes the next entry; returns what is wrong with it, or undefined when it holds. */
  next(found: FoundEntry): BadEntry | undefined {
    const { position, hash } = found;
    const leaf = readLeaf(found);
    if (typeof leaf === 'string') return { position, reason: leaf };
    const { incidentId, seq } = leaf;
    const reason = this.fault(found, leaf);
    if (reason !== undefined) return { position, incidentId, seq, reason };
    this.entries += 1;
    this.head = { position, hash };
    this.leaf = leaf;
    const last = this.lastOf.get(incidentId);
    if (last === undefined) this.lastOf.set(incidentId, { seq, hash });
    else [last.seq, last.hash] = [seq, hash];
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

  private fault(found: FoundEntry, leaf: Leaf): string | undefined {
    const { position, hash } = found;
    const { incidentId, seq } = leaf;
    if (leafHash(found.leaf!) !== hash) return 'the hash is not that of the entry: one of them was altered';
    if (leaf.position !== position) return `the entry says position ${leaf.position}, it was found at ${position}`;
    const placement = this.placementFault(leaf);
    if (placement !== undefined) return placement;
    const last = this.lastOf.get(incidentId);
    const lastSeq = last?.seq ?? 0;
    if (seq !== lastSeq + 1) return `number ${seq} of the incident follows ${lastSeq}, expected ${lastSeq + 1}`;
    if (leaf.prevInIncident !== (last?.hash ?? GENESIS)) {
      return 'it does not chain to the entry before it in its incident';
    }
    const { expectedHead } = this.options;
    if (expectedHead?.position === position && expectedHead.hash !== hash) {
      return `the expected head has another hash at this position (${expectedHead.hash}): the log was rewritten`;
    }
    return contentFault(found, leaf);
  }

  /** The whole log has no gap. One incident's entries only ascend; where two are neighbours, they chain as in the log. */
  private placementFault(leaf: Leaf): string | undefined {
    const { position, prev, incidentId } = leaf;
    const follows = position === this.head.position + 1;
    if (this.options.incidentId === undefined) {
      if (!follows) return `position ${position} follows ${this.head.position}, expected ${this.head.position + 1}`;
    } else {
      if (incidentId !== this.options.incidentId)
        return `it belongs to another incident than ${this.options.incidentId}`;
      if (position <= this.head.position) return `position ${position} follows ${this.head.position}`;
    }
    if (follows && prev !== this.head.hash) return 'it does not chain to the entry before it in the log';
    return undefined;
  }
}

function readLeaf({ leaf }: FoundEntry): Leaf | string {
  if (leaf === undefined) return 'the entry is not UTF-8: it was altered';
  try {
    return parseLeaf(leaf);
  } catch (error) {
    if (error instanceof MalformedLeaf) return `the entry was altered: ${error.message}`;
    throw error;
  }
}

function contentFault({ content }: FoundEntry, leaf: Leaf): string | undefined {
  if (content === undefined) return 'its content is not UTF-8: it was altered';
  try {
    return openingFault(leaf, parseOpenings(content));
  } catch (error) {
    if (error instanceof MalformedLeaf) return `its content was altered: ${error.message}`;
    throw error;
  }
}

/** Whether two heads are one. */
export function sameHead(a: Head, b: Head): boolean {
  return a.position === b.position && a.hash === b.hash;
}
