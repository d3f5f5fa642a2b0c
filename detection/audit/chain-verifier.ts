/** Verifies a log line by line: each entry's own hash, its number, and its chain to the one before it. */
import { type Damage, Diagnosis, type Place } from './diagnosis';
import { type AuditHead, GENESIS, MAX_LINE_BYTES } from './entry';
import { isAsWritten, type LineView, noEntry, type ReadLine, readLine } from './line-reader';
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
  /**
   * An entry that held before: the lines given start with it, and it must still be what it was. Of line 0 it stands in a file
   * before, and the lines given go on after it.
   */
  from?: Resume;
  /** The log is being written: a last line without a newline is not part of it yet. */
  growing?: boolean;
  /** Told of each entry that held, in order. The bytes of its line are good during the call only. */
  onEntry?: (entry: AuditHead, line: Uint8Array) => void;
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
  /** No line so far has a hash of its own by these rules, though each names that of the line before: other rules made them. */
  private isForeign: boolean;
  /** The hash that the line before claims. */
  private before: string | undefined;
  private zero: 'no' | 'maybe' | 'yes' = 'no';

  constructor(private readonly options: ChainOptions = {}) {
    const { from, head } = options;
    this.last = { line: from?.line ?? 0, seq: from?.seq ?? 0, hash: from?.hash ?? GENESIS, prev: '' };
    this.resumes = this.last.line > 0;
    this.line = this.resumes ? this.last.line - 1 : 0;
    this.isLog = this.resumes;
    this.offset = from?.offset ?? 0;
    this.bytes = this.offset;
    this.headSeen = head === undefined || head.hash === this.last.hash;
    // What held before, was noted, or was written by Tocsin was made by these rules.
    this.isForeign = from === undefined && head === undefined && !options.canonical;
  }

  /** How many lines were taken. */
  get lines(): number {
    return this.line;
  }

  /** Takes a line, without its newline. False once it is clear what is wrong. */
  next(text: Uint8Array, start: number, end: number, ended: boolean): boolean {
    if (!ended && this.options.growing) return true;
    this.line++;
    const read = this.read(text.subarray(start, end));
    if (this.line === 1 && !this.options.mapping && isAsWritten(text.subarray(start, end))) this.isForeign = false;
    this.lookAtTheRules(read);
    if (this.damage) return this.isForeign;
    return this.take(read, text, start, end, ended) || this.isForeign;
  }

  private take(read: ReadLine, text: Uint8Array, start: number, end: number, ended: boolean): boolean {
    const { last } = this;
    if (this.diagnosis) return this.look(this.diagnosis.next(this.view(read)));
    if (this.resumes) return this.resume(read, end - start + (ended ? 1 : 0));
    if (read.holds && read.seq === last.seq + 1 && read.prev === last.hash) {
      if (!read.isCanonical) this.reformatted++;
      last.prev = last.hash;
      last.hash = read.hash;
      last.seq = read.seq;
      last.line = this.line;
      this.offset = this.bytes;
      this.bytes += end - start + (ended ? 1 : 0);
      this.options.onEntry?.({ seq: last.seq, hash: last.hash }, text.subarray(start, end));
      return this.options.head === undefined || this.checkHead(this.options.head);
    }
    this.diagnosis = new Diagnosis(last, this.view(read), !ended);
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

  /**
   * Why it is a log of other rules than these, where it is one: then nothing is known of its damage. A log of other software in
   * which every entry was changed and no hash looks the same.
   */
  get otherRules(): string | undefined {
    if (this.zero === 'yes' || (this.zero === 'maybe' && this.line === 1))
      return 'its entries are numbered from 0: it is numbered from 1 here';
    if (this.isForeign && this.line > 1)
      return 'its entries are chained, but the hash of none is the SHA-256 of its RFC 8785 form';
    return undefined;
  }

  private lookAtTheRules({ fault, holds, seq, prev, hash, fromZero }: ReadLine): void {
    if (this.line === 1 && fromZero !== undefined && this.isForeign) this.zero = 'maybe';
    else if (this.line === 2 && this.zero === 'maybe') this.zero = seq === 1 && prev === this.before ? 'yes' : 'no';
    if (fault !== undefined || holds || (this.before !== undefined && prev !== this.before)) this.isForeign = false;
    this.before = fromZero ?? hash;
  }

  /** The first line is the entry to go on from. */
  private resume(read: ReadLine, bytes: number): boolean {
    const { last } = this;
    this.resumes = false;
    if (!read.holds || read.seq !== last.seq || read.hash !== last.hash) {
      const reason = `entry ${last.seq} held before with the hash ${last.hash}, and is not here any more`;
      return this.look({ line: last.line, kind: 'edit', reason });
    }
    last.prev = read.prev;
    this.bytes += bytes;
    return true;
  }

  private look(found: Damage | undefined): boolean {
    this.damage = found;
    return found === undefined;
  }

  private read(line: Uint8Array): ReadLine {
    if (line.length > MAX_LINE_BYTES) return noEntry('it is longer than 16 MiB');
    const { mapping = OWN_NAMES, canonical } = this.options;
    const read = readLine(line, mapping);
    if (read.fault === undefined) this.isLog = true;
    if (!canonical || read.isCanonical) return read;
    return noEntry('its bytes are not those that the writer wrote, though it is the same entry');
  }

  private view({ isCanonical: _, ...read }: ReadLine): LineView {
    return { line: this.line, ...read };
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
