/** Verifies an export line by line: the header, the entries, the binding, the proofs. Memory grows with the number of incidents only. */
import { createHash, type Hash as Digest } from 'node:crypto';
import { UnreadableExportError } from '../errors';
import { BINDING_START, BindingError, parseBinding, parseProofLine } from './binding';
import { type BadEntry, ChainVerifier, type Head, sameHead } from './chain';
import { checkDigest, checkReceipt, isInTree } from './check-receipt';
import { entryOf } from './entry-line';
import { chainOptions, type ExportHeader, parseHeader } from './export-header';
import { LineCutter } from './lines';
import { NoticeFold, type NoticeShown } from './notice';
import { parseOpenings } from './openings';
import { openSigning, type Signing, type Trust } from './signing';
import { MalformedLeaf, utf8Text } from './text';

/** What a verification of an export checks, and against what. */
export interface ExportVerifyOptions extends Trust {
  /** The hashes of the leaves, their chains and the binding only; neither contents nor what was left out of them. */
  bytesOnly?: boolean;
  /** A head noted earlier: an entry with this position and hash must be among the entries. */
  expectedHead?: Head;
}

/** The part that does not hold. */
export interface BadPart extends Partial<BadEntry> {
  part: 'header' | 'entry' | 'binding' | 'proof' | 'notice';
  /** Counted from 1. */
  line: number;
  reason: string;
}

/** The outcome for an export. */
export interface ExportVerification {
  ok: boolean;
  level: 'full' | 'bytes';
  scope: ExportHeader['scope'];
  audience: string;
  madeAt: string;
  /** Entries that held, up to the first bad part. */
  entries: number;
  incidents: number;
  /** Fields that have no opening: withheld from this audience, or erased. Absent when contents were not looked at. */
  withheld?: number;
  /** The last entry that held. */
  head: Head;
  /** Entries that the signed tree holds, and entries of which only their own chain speaks. */
  anchored: number;
  unanchored: number;
  /**
   * Whether it is shown that nothing of its scope was left out, up to its head: the log signed it, and its scope is a chain.
   * That of `incidents` is many chains: one that is missing whole leaves no gap.
   */
  complete: boolean;
  /** The checkpoint; absent when nobody signed the export, or something before it does not hold. */
  signing?: Signing;
  /** Position of the register's own entry that recorded the export. */
  recordedAt?: number;
  /** What is shown of a notice, by a proof of one that holds; absent when contents were not looked at. */
  notice?: NoticeShown;
  /** The first part that does not hold; absent when all do. */
  firstBad?: BadPart;
}

/** Takes the bytes of an export, chunk by chunk; nothing more once it has found a bad part. */
export class ExportVerifier {
  header: ExportHeader | undefined;
  chain = new ChainVerifier();
  bad: BadPart | undefined;

  private readonly lines = new LineCutter();
  private readonly digest: Digest | undefined;
  private toDigest: Buffer[] = [];
  private notice: NoticeFold | undefined;
  private signing: Signing | undefined;
  private recordedAt: number | undefined;
  /** The last entries of all chains, by position, and how many of them were proved. */
  private ends: Head[] = [];
  private proved = 0;

  constructor(private readonly options: ExportVerifyOptions = {}) {
    if (!options.bytesOnly) this.digest = createHash('sha256');
  }

  /** Takes the next bytes. @throws UnreadableExportError naming the line, when one cannot be read at all. */
  push(chunk: Buffer): void {
    for (const line of this.lines.push(chunk)) {
      this.bad = this.take(line);
      if (this.bad !== undefined) return;
    }
    this.digestLines();
  }

  /** Call after the last bytes. @throws UnreadableExportError when the export is cut off. */
  end(): ExportVerification {
    if (this.bad === undefined) {
      this.lines.end();
      if (this.header === undefined) throw new UnreadableExportError(1, 'is missing: the file is empty');
      this.bad = this.missing();
    }
    return this.result();
  }

  /** Takes a line with its line feed: the header, an entry, the binding or a proof. */
  private take(line: Buffer): BadPart | undefined {
    const { header } = this;
    const number = this.lines.count;
    // The digest covers the header and the entries.
    if (this.digest !== undefined && number <= (header?.count ?? 0) + 1) this.toDigest.push(line);
    if (header !== undefined && number <= header.count + 1) return this.takeEntry(line, number);
    const content = line.subarray(0, -1);
    if (header === undefined) return this.begin(content);
    this.digestLines();
    const part = number === header.count + 2 ? 'binding' : 'proof';
    const text = utf8Text(content) ?? '';
    try {
      if (part === 'binding') return this.takeBinding(text);
      this.takeProof(text);
      return undefined;
    } catch (error) {
      if (!(error instanceof BindingError) && !(error instanceof MalformedLeaf)) throw error;
      return { part, line: number, reason: error.message };
    }
  }

  /** Takes the lines of a chunk at once; their memory is the caller's again after that. */
  private digestLines(): void {
    if (this.toDigest.length === 0) return;
    this.digest?.update(Buffer.concat(this.toDigest));
    this.toDigest = [];
  }

  private begin(line: Buffer): undefined {
    const text = utf8Text(line);
    if (text === undefined) throw new UnreadableExportError(1, 'is not UTF-8: this is not an export of the register');
    this.header = parseHeader(text);
    const { scope, notice } = this.header;
    this.chain = new ChainVerifier(chainOptions(scope, this.options));
    if (notice !== undefined && !this.options.bytesOnly) this.notice = new NoticeFold(notice);
  }

  private takeEntry(line: Buffer, number: number): BadPart | undefined {
    const found = entryOf(line);
    if (found === undefined) {
      if (line.toString('latin1').startsWith(BINDING_START)) return this.tooFew(number);
      throw new UnreadableExportError(
        number,
        'is not {"position":…,"hash":"…","entry":…,"open":…} exactly as an export writes it: it was altered or damaged',
      );
    }
    const bad = this.chain.next(found);
    if (bad !== undefined) return { part: 'entry', line: number, ...bad };
    const { position } = found;
    const reason = this.notice?.take(this.chain.leaf!, parseOpenings(found.openings));
    return reason === undefined ? undefined : { part: 'notice', line: number, position, reason };
  }

  private tooFew(line: number): BadPart {
    const { count, head } = this.header!;
    const { entries, head: last } = this.chain;
    const position = last.position + 1;
    return { part: 'entry', line, position, reason: unannounced(count, head, entries, last) };
  }

  private takeBinding(text: string): BadPart | undefined {
    const header = this.header!;
    const { entries, head, ends } = this.chain;
    if (!sameHead(head, header.head)) {
      return { part: 'header', line: 1, reason: unannounced(header.count, header.head, entries, head) };
    }
    if (!text.startsWith(BINDING_START)) {
      throw new BindingError(
        `the header announces ${header.count} entries, and what binds them to the log must follow: there is something else`,
      );
    }
    const binding = parseBinding(text);
    if (binding === undefined) {
      if (this.options.key === undefined) return undefined;
      throw new BindingError('the export is not signed: it is consistent in itself, and nothing more is known of it');
    }
    const { checkpoint, receipt } = binding;
    if (this.digest !== undefined) checkDigest(receipt, this.digest.digest('hex'));
    const signing = openSigning(checkpoint, { ...this.options, rotations: this.options.rotations ?? header.rotations });
    checkReceipt(receipt, signing, head.position);
    this.signing = signing;
    this.recordedAt = receipt.position;
    const last: Head[] = header.scope.kind === 'log' ? (entries > 0 ? [head] : []) : [...ends.values()];
    this.ends = last.sort((a, b) => a.position - b.position);
    return undefined;
  }

  private takeProof(text: string): void {
    const end = this.ends[this.proved];
    if (end === undefined) throw new BindingError('nothing must follow the proofs of an export');
    const { position, proof } = parseProofLine(text);
    if (position !== end.position) {
      throw new BindingError(`a proof of the entry at position ${end.position} must stand here`);
    }
    if (!isInTree(this.signing!, position, end.hash, proof)) {
      throw new BindingError(`the entry at position ${position} is not in the tree that was signed`);
    }
    this.proved += 1;
  }

  /** What should still have come. */
  private missing(): BadPart | undefined {
    const { count } = this.header!;
    const line = this.lines.count + 1;
    if (line <= count + 1) return this.tooFew(line);
    if (line === count + 2) return { part: 'binding', line, reason: 'it is missing: the export was cut off' };
    const unproved = this.ends[this.proved];
    if (unproved !== undefined) {
      const { position } = unproved;
      return { part: 'proof', line, position, reason: `the proof of the entry at position ${position} is missing` };
    }
    const bad = this.chain.end();
    if (bad !== undefined) return { part: 'entry', line: count + 1, ...bad };
    const reason = this.notice?.fault();
    return reason === undefined ? undefined : { part: 'notice', line: 1, reason };
  }

  private result(): ExportVerification {
    const { scope, audience, madeAt } = this.header!;
    const { entries, withheld, head, ends } = this.chain;
    const { bad, signing, recordedAt } = this;
    const anchored = bad === undefined && signing !== undefined ? entries : 0;
    return {
      ok: bad === undefined,
      level: this.options.bytesOnly ? 'bytes' : 'full',
      scope,
      audience,
      madeAt,
      entries,
      incidents: ends.size,
      ...(!this.options.bytesOnly && { withheld }),
      head,
      anchored,
      unanchored: entries - anchored,
      complete: bad === undefined && signing?.signedBy !== undefined && scope.kind !== 'incidents',
      ...(signing && { signing, recordedAt }),
      ...(bad === undefined && this.notice && { notice: this.notice.shown() }),
      ...(bad && { firstBad: bad }),
    };
  }
}

function unannounced(count: number, head: Head, entries: number, last: Head): string {
  return (
    `the header announces ${count} entries up to position ${head.position} (${head.hash}), ` +
    `the file holds ${entries} up to position ${last.position} (${last.hash}): it was cut off or altered`
  );
}
