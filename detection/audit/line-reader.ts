/** Reads one line of a log: its place, its hash, and whether the hash is that of the rest. */
import { Canonicaliser, NotCanonicalisable } from './canonical-bytes';
import { sha256Hex } from './entry';
import type { Mapping } from './mapping';

/** What a line says. With `fault` it is no entry, and the rest says nothing. */
export interface LineView {
  /** Counted from 1. */
  line: number;
  fault?: string;
  seq: number;
  prev: string;
  hash: string;
  /** The hash is that of the entry. */
  holds: boolean;
}

const HASH_LENGTH = 66; // 64 digits and the quotes

/** Reusable: one for a whole log. The fields hold what the last line said. */
export class LineReader {
  seq = 0;
  prev = '';
  hash = '';
  /** Why the line is no entry; then the other fields mean nothing. */
  fault: string | undefined;
  /** False when the line's bytes are another form of the same entry than RFC 8785, such as one with spaces. */
  wasCanonical = true;

  private readonly canonicaliser = new Canonicaliser();
  private readonly names: { seq: Buffer; prev: Buffer; hash: Buffer };
  /** At which members the names were found last: mostly they are there again. */
  private readonly places = { seq: 0, prev: 0, hash: 0 };

  constructor(mapping: Pick<Mapping, 'seq' | 'prev' | 'hash'>) {
    const quoted = (name: string) => Buffer.from(JSON.stringify(name));
    this.names = { seq: quoted(mapping.seq), prev: quoted(mapping.prev), hash: quoted(mapping.hash) };
  }

  /** Reads the line that lies in `text` from `start` up to `end`, without its newline. True when its hash is its own. */
  read(text: Uint8Array, start: number, end: number): boolean {
    this.fault = undefined;
    try {
      this.canonicaliser.run(text, start, end);
    } catch (error) {
      if (!(error instanceof NotCanonicalisable)) throw error;
      this.fault = end === start ? 'it is empty' : error.message;
      return false;
    }
    const { canonicaliser } = this;
    this.wasCanonical = canonicaliser.wasCanonical;
    if (canonicaliser.memberCount === 0) return this.no('it is no JSON object with fields');
    const [seq, prev, hash] = [this.find('seq'), this.find('prev'), this.find('hash')];
    if (seq < 0 || prev < 0 || hash < 0) return this.no(this.missing(seq, prev));
    this.seq = this.integer(seq);
    if (this.seq < 1) return this.no(`${this.names.seq} is no whole number from 1 on`);
    const stated = [this.hexOf(prev), this.hexOf(hash)] as const;
    if (stated[0] === undefined) return this.no(`${this.names.prev} is not a hash of 64 digits`);
    if (stated[1] === undefined) return this.no(`${this.names.hash} is not a hash of 64 digits`);
    [this.prev, this.hash] = stated;
    canonicaliser.cut(hash);
    return sha256Hex(canonicaliser.out.subarray(0, canonicaliser.length)) === this.hash;
  }

  private no(fault: string): boolean {
    this.fault = fault;
    return false;
  }

  private missing(seq: number, prev: number): string {
    return `the field ${seq < 0 ? this.names.seq : prev < 0 ? this.names.prev : this.names.hash} is missing`;
  }

  private find(field: 'seq' | 'prev' | 'hash'): number {
    const { canonicaliser, names, places } = this;
    const { memberCount } = canonicaliser;
    const name = names[field];
    const guess = places[field];
    if (guess < memberCount && canonicaliser.memberIs(guess, name)) return guess;
    for (let member = 0; member < memberCount; member++) {
      if (canonicaliser.memberIs(member, name)) {
        places[field] = member;
        return member;
      }
    }
    return -1;
  }

  /** The whole number that a member holds; 0 when it holds anything else. */
  private integer(member: number): number {
    const { out } = this.canonicaliser;
    const start = this.canonicaliser.valueStart(member);
    const end = this.canonicaliser.valueEnd(member);
    if (end - start > 15) return 0;
    let value = 0;
    for (let i = start; i < end; i++) {
      const digit = out[i]! - 0x30;
      if (digit < 0 || digit > 9) return 0;
      value = value * 10 + digit;
    }
    return value;
  }

  private hexOf(member: number): string | undefined {
    const start = this.canonicaliser.valueStart(member);
    const end = this.canonicaliser.valueEnd(member);
    if (end - start !== HASH_LENGTH || this.canonicaliser.out[start] !== 0x22) return undefined;
    return this.canonicaliser.out.latin1Slice(start + 1, end - 1);
  }
}

declare global {
  interface Buffer {
    /** Undocumented, and there since the first versions: `toString('latin1', …)` without its checks. */
    latin1Slice(start: number, end: number): string;
  }
}
