/** Verifies a log line by line: each entry's own hash, its number, and its chain to the one before it. */
import { type Damage, Diagnosis, type Place } from './diagnosis';
import { type AuditHead, GENESIS, MAX_LINE_BYTES } from './entry';
import { LineReader, type LineView } from './line-reader';
import { type Mapping, OWN_NAMES } from './mapping';

/** A head noted earlier. Without `seq` it may be any entry's hash. */
export interface KnownHead {
  seq?: number;
  hash: string;
}

/** Where to go on: the last entry that held, its line, and how many bytes of the log stand before that line. */
export interface Resume extends AuditHead {
  line: number;
  offset: number;
}

export interface ChainOptions {
  mapping?: Mapping;
  /** A head noted earlier, outside of the log: the log must hold it. It may have grown since. */
  head?: KnownHead;
  /** An entry that held before: the lines given start with it, and it must still be what it was. */
  from?: Resume;
  /** The log is being written: a last line without a newline is not part of it yet. */
  growing?: boolean;
  /** The lines must be RFC 8785 themselves, byte for byte, as Tocsin's own writer leaves them. */
  canonical?: boolean;
}

/** Takes the lines of a log in order. Memory is constant. */
export class ChainVerifier {
  /** The last entry that held. */
  last: Place;
  /** How many bytes stand before the last line that held. */
  offset: number;
  /** Lines that were another form of their entry than RFC 8785: the same entry, but not as Tocsin writes it. */
  reformatted = 0;
  damage: Damage | undefined;
  /** True once a line was an entry at all. */
  private isLog: boolean;
  private line: number;
  private headSeen: boolean;
  /** The entry to go on from is to come first. */
  private resumes: boolean;
  private bytes: number;
  private diagnosis: Diagnosis | undefined;
  private readonly reader: LineReader;

  constructor(private readonly options: ChainOptions = {}) {
    const { from, head } = options;
    this.last = { line: from?.line ?? 0, seq: from?.seq ?? 0, hash: from?.hash ?? GENESIS, prev: '' };
    this.resumes = this.last.line > 0;
    this.line = this.resumes ? this.last.line - 1 : 0;
    this.isLog = this.resumes;
    this.offset = from?.offset ?? 0;
    this.bytes = this.offset;
    this.headSeen = head === undefined || head.hash === this.last.hash;
    this.reader = new LineReader(options.mapping ?? OWN_NAMES);
  }

  /** Takes a line, without its newline. False once it is clear what is wrong. */
  next(text: Uint8Array, start: number, end: number, ended: boolean): boolean {
    if (!ended && this.options.growing) return true;
    this.line++;
    const { reader, last } = this;
    const holds = end - start > MAX_LINE_BYTES ? this.tooLong() : reader.read(text, start, end);
    if (this.diagnosis) return this.look(this.diagnosis.next(this.view(holds)));
    if (this.resumes) return this.resume(holds, end - start + (ended ? 1 : 0));
    if (holds && reader.seq === last.seq + 1 && reader.prev === last.hash && !this.isForbidden()) {
      if (!reader.wasCanonical) this.reformatted++;
      last.prev = last.hash;
      last.hash = reader.hash;
      last.seq = reader.seq;
      last.line = this.line;
      this.offset = this.bytes;
      this.bytes += end - start + (ended ? 1 : 0);
      this.isLog = true;
      return this.options.head === undefined || this.checkHead(this.options.head);
    }
    this.diagnosis = new Diagnosis(last, this.view(holds), !ended);
    return true;
  }

  /** After the last line: what is wrong, or undefined. */
  end(): Damage | undefined {
    if (this.damage) return this.damage;
    if (this.diagnosis) this.damage = this.diagnosis.end();
    else if (this.resumes) this.damage = this.cutOff(this.last);
    else if (!this.headSeen) this.damage = this.cutOff(this.options.head!);
    return this.damage;
  }

  /**
   * Whether it is an audit log at all: some line was an entry, or it is empty, or a head is known that it must hold. Else it
   * is something else, or its fields have other names.
   */
  get looksLikeALog(): boolean {
    return this.isLog || this.line === 0 || this.options.head !== undefined;
  }

  /** The first line is the entry to go on from. */
  private resume(holds: boolean, bytes: number): boolean {
    const { reader, last } = this;
    this.resumes = false;
    if (!holds || reader.seq !== last.seq || reader.hash !== last.hash || this.isForbidden()) {
      const reason = `entry ${last.seq} held before with the hash ${last.hash}, and is not here any more`;
      return this.look({ line: last.line, kind: 'edit', reason });
    }
    last.prev = reader.prev;
    this.bytes += bytes;
    return true;
  }

  private look(found: Damage | undefined): boolean {
    this.damage = found;
    return found === undefined;
  }

  private view(holds: boolean): LineView {
    const { fault, seq, prev, hash, wasCanonical } = this.reader;
    if (fault !== undefined) return { line: this.line, fault, seq: 0, prev: '', hash: '', holds };
    this.isLog = true;
    if (this.options.canonical && !wasCanonical) {
      const reason = 'its bytes are not those that the writer wrote, though it is the same entry';
      return { line: this.line, fault: reason, seq: 0, prev: '', hash: '', holds: false };
    }
    return { line: this.line, seq, prev, hash, holds };
  }

  private isForbidden(): boolean {
    return this.options.canonical === true && !this.reader.wasCanonical;
  }

  private tooLong(): boolean {
    this.reader.fault = 'it is longer than 16 MiB';
    return false;
  }

  private checkHead({ seq, hash }: KnownHead): boolean {
    const { last } = this;
    if (last.hash === hash) this.headSeen = true;
    else if (last.seq === seq) {
      return this.look({
        line: last.line,
        kind: 'edit',
        reason: `entry ${seq} had the hash ${hash} when it was noted: this entry or one before it was changed, and all hashes since computed anew`,
      });
    }
    return true;
  }

  private cutOff({ seq, hash }: KnownHead): Damage {
    const { last } = this;
    const line = this.resumes ? last.line : last.line + 1;
    const which = seq === undefined ? 'the entry' : `entry ${seq}`;
    const orElse = seq === undefined ? '; or entries were changed and all hashes since computed anew' : '';
    return {
      line,
      kind: 'truncation',
      reason: `the log ends after line ${line - 1} and does not hold ${which} with the known hash ${hash}: its end was cut off${orElse}`,
    };
  }
}
