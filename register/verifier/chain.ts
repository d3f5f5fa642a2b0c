/** Checks entries one by one, in order. Needs no database, and nothing but Node. */
import { GENESIS, type Leaf, leafHash, parseLeaf } from './leaf';
import { openingFault, parseOpenings } from './openings';
import { MalformedLeaf } from './text';

/** Place and hash of the last entry; position 0 and 64 zeros for an empty log. The position is the log's size. */
export interface Head {
  position: number;
  hash: string;
}

/** An entry as it is found, in a database or in a file; nothing in it is trusted. */
export interface FoundEntry extends Head {
  leaf: string;
  openings: string;
  /** Whether its bytes were UTF-8. */
  isText: boolean;
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
  /** The leaves, their hashes and their chains only, not the content beside them. */
  bytesOnly?: boolean;
  /** The entry stands by itself: what is before it is not known. */
  startsAnywhere?: boolean;
}

/** The last entry of an incident. */
export interface ChainEnd extends Head {
  seq: number;
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
  /** Where each incident ends, by its id. */
  readonly ends = new Map<string, ChainEnd>();
  /** The last entry that held. */
  head: Head = { position: 0, hash: GENESIS };
  /** Its leaf. */
  leaf: Leaf | undefined;

  private expectedSeen: boolean;

  constructor(private readonly options: VerifyOptions = {}) {
    this.expectedSeen = options.expectedHead === undefined || sameHead(options.expectedHead, this.head);
  }

  /** Takes the next entry; returns what is wrong with it, or undefined when it holds. */
  next(found: FoundEntry): BadEntry | undefined {
    const { position } = found;
    if (!found.isText) return { position, reason: 'the entry is not UTF-8: it was altered' };
    let leaf: Leaf;
    try {
      leaf = parseLeaf(found.leaf);
    } catch (error) {
      if (error instanceof MalformedLeaf) return { position, reason: `the entry was altered: ${error.message}` };
      throw error;
    }
    const { incidentId, seq } = leaf;
    const hash = leafHash(found.leaf);
    const reason = this.fault(leaf, hash, found) ?? this.contentFault(leaf, found.openings);
    if (reason !== undefined) return { position, incidentId, seq, reason };
    this.entries += 1;
    this.leaf = leaf;
    this.head = { position, hash };
    this.ends.set(incidentId, { position, seq, hash });
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

  private fault(leaf: Leaf, hash: string, { position, hash: stated }: FoundEntry): string | undefined {
    if (hash !== stated) return 'the hash is not that of the entry: one of them was altered';
    if (leaf.position !== position) return `the entry says position ${leaf.position}, it was found at ${position}`;
    const { incidentId, expectedHead, startsAnywhere } = this.options;
    if (incidentId !== undefined && leaf.incidentId !== incidentId) {
      return `it belongs to another incident than ${incidentId}`;
    }
    const fault =
      startsAnywhere && this.entries === 0
        ? undefined
        : (this.misplaced(leaf) ?? misnumbered(leaf, this.ends.get(leaf.incidentId)));
    if (fault !== undefined) return fault;
    if (expectedHead?.position === position && expectedHead.hash !== hash) {
      return `the expected head has another hash at this position (${expectedHead.hash}): the log was rewritten`;
    }
    return undefined;
  }

  /** The whole log has no gap. Entries of incidents only ascend; where two are neighbours, they chain as in the log. */
  private misplaced({ position, prev }: Leaf): string | undefined {
    const { head, options } = this;
    if (position === head.position + 1) {
      return prev === head.hash ? undefined : 'it does not chain to the entry before it in the log';
    }
    if (options.incidentId === undefined && !options.severalIncidents) {
      return `position ${position} follows ${head.position}, expected ${head.position + 1}`;
    }
    return position <= head.position ? `position ${position} follows ${head.position}` : undefined;
  }

  private contentFault(leaf: Leaf, text: string): string | undefined {
    if (this.options.bytesOnly) return undefined;
    try {
      const openings = parseOpenings(text);
      const fault = openingFault(leaf, openings);
      if (fault === undefined) this.withheld += leaf.fields.size - openings.length;
      return fault;
    } catch (error) {
      if (error instanceof MalformedLeaf) return `its content was altered: ${error.message}`;
      throw error;
    }
  }
}

/** The numbers of an incident have no gap, and its entries are a chain of their own. */
function misnumbered({ seq, prevInIncident }: Leaf, last: ChainEnd | undefined): string | undefined {
  const lastSeq = last?.seq ?? 0;
  if (seq !== lastSeq + 1) return `number ${seq} of the incident follows ${lastSeq}, expected ${lastSeq + 1}`;
  if (prevInIncident !== (last?.hash ?? GENESIS)) return 'it does not chain to the entry before it in its incident';
  return undefined;
}

/** Whether two heads are one. */
export function sameHead(a: Head, b: Head): boolean {
  return a.position === b.position && a.hash === b.hash;
}
