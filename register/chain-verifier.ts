import { GENESIS, type Head, leafHash, parseEntry, type RegisterEntry, type StoredEntry } from './entry';
import { RegisterError } from './errors';

/** The first entry that does not hold, and why. Incident and number are known when its bytes could be read. */
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
 * the columns against the bytes. Needs no database. Memory grows with the number of incidents only.
 */
export class ChainVerifier {
  /** Entries that held. */
  entries = 0;
  /** The last entry that held. */
  head: Head = { position: 0, hash: GENESIS };

  private readonly lastOf = new Map<string, { seq: number; hash: string }>();
  private expectedSeen: boolean;

  constructor(private readonly options: VerifyOptions = {}) {
    this.expectedSeen = options.expectedHead === undefined || sameHead(options.expectedHead, this.head);
  }

  /** Takes the next entry; returns what is wrong with it, or undefined when it holds. */
  next(stored: StoredEntry): BadEntry | undefined {
    const { position } = stored;
    const entry = readEntry(stored);
    if (typeof entry === 'string') return { position, reason: entry };
    const { incidentId, seq } = entry;
    const reason = this.fault(stored, entry);
    if (reason !== undefined) return { position, incidentId, seq, reason };
    this.entries += 1;
    this.head = { position, hash: stored.hash };
    this.lastOf.set(incidentId, { seq, hash: stored.hash });
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

  private fault(stored: StoredEntry, entry: RegisterEntry): string | undefined {
    const { position, hash } = stored;
    const { incidentId, seq } = entry;
    if (leafHash(stored.bytes) !== hash) return 'the hash is not that of the entry: one of them was altered';
    if (entry.position !== position) return `the entry says position ${entry.position}, it was found at ${position}`;
    const placement = this.placementFault(entry);
    if (placement !== undefined) return placement;
    const last = this.lastOf.get(incidentId) ?? { seq: 0, hash: GENESIS };
    if (seq !== last.seq + 1) return `number ${seq} of the incident follows ${last.seq}, expected ${last.seq + 1}`;
    if (entry.prevInIncident !== last.hash) return 'it does not chain to the entry before it in its incident';
    const { expectedHead } = this.options;
    if (expectedHead?.position === position && expectedHead.hash !== hash) {
      return `the expected head has another hash at this position (${expectedHead.hash}): the log was rewritten`;
    }
    return columnFault(stored, entry);
  }

  /** The whole log has no gap. One incident's entries only ascend; where two are neighbours, they chain as in the log. */
  private placementFault(entry: RegisterEntry): string | undefined {
    const { position, prev, incidentId } = entry;
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

function readEntry(stored: StoredEntry): RegisterEntry | string {
  try {
    return parseEntry(stored.bytes);
  } catch (error) {
    if (error instanceof RegisterError) return error.message;
    throw error;
  }
}

function columnFault({ columns }: StoredEntry, entry: RegisterEntry): string | undefined {
  if (columns === undefined) return undefined;
  for (const column of ['incidentId', 'seq', 'kind', 'at'] as const) {
    if (columns[column] !== entry[column]) {
      return `its column says ${column} ${columns[column]}, its bytes say ${entry[column]}: the column was altered`;
    }
  }
  return undefined;
}

/** Whether two heads are one. */
export function sameHead(a: Head, b: Head): boolean {
  return a.position === b.position && a.hash === b.hash;
}
