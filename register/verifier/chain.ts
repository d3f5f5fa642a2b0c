/** Checks entries one by one, in order. Needs no database, and nothing but Node. */
import { isUtf8 } from 'node:buffer';
import { GENESIS } from './leaf';
import { LeafReader } from './leaf-reader';
import { checkOpenings } from './openings';
import { assertHex, MalformedLeaf } from './text';
import { copyWords, digestOf, type HashWords, isDigestAt, isWordsAt, Pattern, textOf, Viewed, wordsOf } from './words';

/** Place and hash of the last entry; position 0 and 64 zeros for an empty log. The position is the log's size. */
export interface Head {
  position: number;
  hash: string;
}

/**
 * An entry as it is found, in a database or in a file; nothing in it is trusted. `bytes` hold its parts, and are
 * overwritten while it is verified.
 */
export interface FoundEntry {
  position: number;
  text: Viewed;
  /** Where its leaf hash begins, 64 characters, and where its leaf, at least one byte behind the start. */
  hashAt: number;
  leafFrom: number;
  /** What stands between the leaf and its openings, and where these end. */
  between: Pattern;
  openTo: number;
  /** Whether the leaf and the openings are UTF-8. */
  isText: boolean;
}

/** No leaf and no openings hold it. */
const NULS = Buffer.alloc(4);
const BETWEEN = new Pattern(NULS);
const GENESIS_WORDS = wordsOf(GENESIS);

/** An entry whose parts lie apart. */
export function foundEntry(position: number, hash: string, leaf: Uint8Array, open: Uint8Array): FoundEntry {
  const bytes = Buffer.concat([Buffer.from(hash), NULS, leaf, NULS, open]);
  const leafFrom = hash.length + NULS.length;
  const isText = isUtf8(leaf) && isUtf8(open);
  return { position, text: new Viewed(bytes), hashAt: 0, leafFrom, between: BETWEEN, openTo: bytes.length, isText };
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
  /** What stands before the first entry is not known; see `ChainVerifier.join`. */
  startsAnywhere?: boolean;
}

/** The last entry of an incident. */
export interface ChainEnd {
  position: number;
  seq: number;
  hash: HashWords;
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
  /** Where each incident ends, by its id. */
  readonly ends = new Map<string, ChainEnd>();

  private readonly starts: Segment['incidents'] | undefined;
  private first: Segment['first'];
  private lastId = '';
  private lastEnd: ChainEnd | undefined;
  private expectedSeen: boolean;
  private leafTo = 0;
  private last: Pick<ChainEnd, 'position' | 'hash'> = { position: 0, hash: GENESIS_WORDS };

  /** @param leaf reads the leaves, of which the last one stands in it; one that has read others knows what to expect. */
  constructor(
    private readonly options: VerifyOptions = {},
    readonly leaf = new LeafReader(),
  ) {
    this.expectedSeen = options.expectedHead === undefined || sameHead(options.expectedHead, this.head);
    this.starts = options.startsAnywhere ? new Map() : undefined;
  }

  /** The last entry that held. */
  get head(): Head {
    return headOf(this.last);
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
    if (reason !== undefined) return { position, incidentId, seq, reason };
    this.entries += 1;
    this.lastEnd = end ?? this.begin();
    this.lastId = incidentId;
    this.lastEnd.position = position;
    this.lastEnd.seq = seq;
    copyWords(found.text.view, found.hashAt, this.lastEnd.hash);
    this.last = this.lastEnd;
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
    if (this.misplaced(first.position, first.prev === this.head.hash) !== undefined) return false;
    for (const [incidentId, start] of incidents) {
      const { seq, prevInIncident } = start;
      const before = this.ends.get(incidentId);
      if (misnumbered(seq, before, prevInIncident === textOf(before?.hash ?? GENESIS_WORDS))) return false;
    }
    for (const [incidentId, { end }] of incidents) this.ends.set(incidentId, end);
    this.entries += entries;
    this.withheld += withheld;
    this.last = { position: head.position, hash: wordsOf(head.hash) };
    this.expectedSeen ||= expectedSeen;
    [this.lastId, this.lastEnd] = ['', undefined];
    return true;
  }

  /** Reads the leaf; answers why it cannot be read. */
  private read(found: FoundEntry): string | undefined {
    if (!found.isText) return 'the entry is not UTF-8: it was altered';
    const { between, openTo } = found;
    try {
      this.leafTo = this.leaf.read(found.text, found.leafFrom);
    } catch (error) {
      if (error instanceof MalformedLeaf) return `the entry was altered: ${error.message}`;
      throw error;
    }
    if (this.leafTo + between.length <= openTo && between.isAt(found.text, this.leafTo)) return undefined;
    return 'the entry was altered: its content does not follow where it ends';
  }

  private fault(found: FoundEntry, end: ChainEnd | undefined): string | undefined {
    const { position, text, leafFrom, hashAt } = found;
    const { bytes, view } = text;
    const { leaf, last } = this;
    // RFC 6962: SHA-256(0x00 ‖ leaf).
    bytes[leafFrom - 1] = 0;
    if (!isDigestAt(view, hashAt, digestOf(text, leafFrom - 1, this.leafTo))) {
      return 'the hash is not that of the entry: one of them was altered';
    }
    if (leaf.position !== position) return `the entry says position ${leaf.position}, it was found at ${position}`;
    const { incidentId, expectedHead, bytesOnly } = this.options;
    if (incidentId !== undefined && leaf.incidentId !== incidentId) {
      return `it belongs to another incident than ${incidentId}`;
    }
    const startsHere = this.starts !== undefined && this.first === undefined;
    const begins = this.starts !== undefined && end === undefined;
    const fault =
      (startsHere ? undefined : this.misplaced(position, isWordsAt(view, leaf.prevAt, last.hash))) ??
      (begins
        ? undefined
        : misnumbered(leaf.seq, end, isWordsAt(view, leaf.prevInIncidentAt, end?.hash ?? GENESIS_WORDS))) ??
      this.unreadableHash(startsHere || position !== last.position + 1, begins);
    if (fault !== undefined) return fault;
    if (expectedHead?.position === position && !isWordsAt(view, hashAt, wordsOf(expectedHead.hash))) {
      return `the expected head has another hash at this position (${expectedHead.hash}): the log was rewritten`;
    }
    return bytesOnly ? undefined : this.contentFault(found);
  }

  /** Hashes that were compared with nothing must at least be hashes. */
  private unreadableHash(prev: boolean, prevInIncident: boolean): string | undefined {
    try {
      if (prev) assertHex(this.leaf.text.bytes, this.leaf.prevAt, 64);
      if (prevInIncident) assertHex(this.leaf.text.bytes, this.leaf.prevInIncidentAt, 64);
      return undefined;
    } catch (error) {
      return `the entry was altered: ${(error as Error).message}`;
    }
  }

  /** The whole log has no gap. Entries of incidents only ascend; where two are neighbours, they chain as in the log. */
  private misplaced(position: number, chains: boolean): string | undefined {
    const { last } = this;
    const follows = position === last.position + 1;
    if (!follows) {
      if (this.options.incidentId === undefined && !this.options.severalIncidents) {
        return `position ${position} follows ${last.position}, expected ${last.position + 1}`;
      }
      if (position <= last.position) return `position ${position} follows ${last.position}`;
    } else if (!chains) return 'it does not chain to the entry before it in the log';
    return undefined;
  }

  private contentFault({ between, openTo }: FoundEntry): string | undefined {
    try {
      const { withheld, fault } = checkOpenings(this.leaf, this.leafTo + between.length, openTo);
      if (fault === undefined) this.withheld += withheld;
      return fault;
    } catch (error) {
      if (error instanceof MalformedLeaf) return `its content was altered: ${error.message}`;
      throw error;
    }
  }

  /** The first entry of an incident that is met. */
  private begin(): ChainEnd {
    const { leaf } = this;
    const { incidentId, seq, position } = leaf;
    const end = { position, seq, hash: new Int32Array(16) };
    this.ends.set(incidentId, end);
    if (this.starts !== undefined) {
      this.first ??= { position, prev: leaf.hashAt(leaf.prevAt) };
      this.starts.set(incidentId, { seq, prevInIncident: leaf.hashAt(leaf.prevInIncidentAt), end });
    }
    return end;
  }
}

/** The numbers of an incident have no gap, and its entries are a chain of their own. */
function misnumbered(seq: number, end: ChainEnd | undefined, chains: boolean): string | undefined {
  const lastSeq = end?.seq ?? 0;
  if (seq !== lastSeq + 1) return `number ${seq} of the incident follows ${lastSeq}, expected ${lastSeq + 1}`;
  if (!chains) return 'it does not chain to the entry before it in its incident';
  return undefined;
}

/** The place and the hash of an entry, the hash in hex. */
export function headOf({ position, hash }: Pick<ChainEnd, 'position' | 'hash'>): Head {
  return { position, hash: textOf(hash) };
}

/** Whether two heads are one. */
export function sameHead(a: Head, b: Head): boolean {
  return a.position === b.position && a.hash === b.hash;
}
