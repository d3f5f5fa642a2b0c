/** Verifies an export line by line: the header, the entries, the certificate, the proofs. Memory grows with the number of incidents only. */
import { createHash, type Hash as Digest } from 'node:crypto';
import { UnreadableExportError } from '../errors';
import {
  CERTIFICATE_START,
  CertificateError,
  checkDigest,
  checkReceipt,
  isInTree,
  openSigning,
  parseCertificate,
  parseProofLine,
  type Signing,
  type Trust,
} from './certificate';
import { type BadEntry, ChainVerifier, type Head, headOf, type Segment, sameHead } from './chain';
import { entryAt } from './entry-line';
import { chainOptions, type ExportHeader, parseHeader } from './export-header';
import { LineCutter, lineText, type Stretch } from './lines';
import { MalformedLeaf } from './text';
import { Pattern } from './words';

const CERTIFICATE = new Pattern(CERTIFICATE_START);

/** What a verification of an export checks, and against what. */
export interface ExportVerifyOptions extends Trust {
  /** The hashes of the leaves, their chains and the certificate only; neither contents nor what was left out of them. */
  bytesOnly?: boolean;
  /** A head noted earlier: an entry with this position and hash must be among the entries. */
  expectedHead?: Head;
}

/** The part that does not hold. */
export interface BadPart extends Partial<BadEntry> {
  part: 'header' | 'entry' | 'certificate' | 'proof';
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
  /** The checkpoint; absent when nobody signed the export, or something before it does not hold. */
  signing?: Signing;
  /** Position of the register's own entry that recorded the export. */
  recordedAt?: number;
  /** The first part that does not hold; absent when all do. */
  firstBad?: BadPart;
}

/** Takes the bytes of an export, chunk by chunk; nothing more once it has found a bad part. */
export class ExportVerifier {
  header: ExportHeader | undefined;
  chain = new ChainVerifier();
  bad: BadPart | undefined;

  private readonly lines = new LineCutter();
  private digest: Digest | undefined;
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
    for (const stretch of this.lines.push(chunk)) {
      if (this.bad === undefined) this.take(stretch);
    }
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

  /** Takes entries that were verified elsewhere; false when they do not follow. `goOnWith` must be called behind the last. */
  join(segment: Segment): boolean {
    const lines = this.lines.lines + segment.entries;
    if (lines > this.header!.count + 1 || !this.chain.join(segment)) return false;
    this.lines.lines = lines;
    return true;
  }

  /** Takes the digest of the file up to behind the entries that were joined. */
  goOnWith(digest: Digest): void {
    this.digest = digest;
  }

  private take(stretch: Stretch): void {
    const { ends } = stretch;
    const first = this.header === undefined ? this.begin(stretch) : 0;
    let from = first === 0 ? 0 : ends[0]! + 1;
    this.addToDigest(stretch, from, first);
    for (let i = first; i < ends.length; i++) {
      const line = this.lines.lines + 1;
      this.bad = this.takeLine(stretch, from, ends[i]!, line);
      if (this.bad !== undefined) return;
      this.lines.lines = line;
      from = ends[i]! + 1;
    }
  }

  /** The digest covers the header and the entries. Taken first, as lines are overwritten while they are verified. */
  private addToDigest({ text: { bytes }, ends }: Stretch, from: number, line: number): void {
    const left = this.header!.count + 1 - this.lines.lines;
    if (left <= 0) return;
    const to = left >= ends.length - line ? bytes.length : ends[line + left - 1]! + 1;
    this.digest?.update(bytes.subarray(from, to));
  }

  /** Takes the header, the first line of a stretch; answers how many lines that were. */
  private begin(stretch: Stretch): number {
    const end = stretch.ends[0]!;
    const line = lineText(stretch, 0, end);
    if (line === undefined) throw new UnreadableExportError(1, 'is not UTF-8: this is not an export of the register');
    this.digest?.update(stretch.text.bytes.subarray(0, end + 1));
    this.header = parseHeader(line);
    this.chain = new ChainVerifier(chainOptions(this.header.scope, this.options));
    this.lines.lines = 1;
    return 1;
  }

  private takeLine(stretch: Stretch, from: number, to: number, line: number): BadPart | undefined {
    const header = this.header!;
    if (line <= header.count + 1) return this.takeEntry(stretch, from, to, line);
    const text = lineText(stretch, from, to) ?? '';
    try {
      if (line === header.count + 2) return this.takeCertificate(text);
      this.takeProof(text);
      return undefined;
    } catch (error) {
      if (!(error instanceof CertificateError) && !(error instanceof MalformedLeaf)) throw error;
      const part = line === header.count + 2 ? 'certificate' : 'proof';
      return { part, line, reason: error.message };
    }
  }

  private takeEntry(stretch: Stretch, from: number, to: number, line: number): BadPart | undefined {
    const found = entryAt(stretch, from, to);
    if (found === undefined) {
      if (CERTIFICATE.isAt(stretch.text, from)) return this.tooFew(line);
      throw new UnreadableExportError(
        line,
        'is not {"position":…,"hash":"…","entry":…,"open":…} exactly as an export writes it: it was altered or damaged',
      );
    }
    const bad = this.chain.next(found);
    return bad && { part: 'entry', line, ...bad };
  }

  private tooFew(line: number): BadPart {
    const { count, head } = this.header!;
    const { entries, head: last } = this.chain;
    const position = last.position + 1;
    return { part: 'entry', line, position, reason: unannounced(count, head, entries, last) };
  }

  private takeCertificate(text: string): BadPart | undefined {
    const header = this.header!;
    const { entries, head, ends } = this.chain;
    if (!sameHead(head, header.head)) {
      return { part: 'header', line: 1, reason: unannounced(header.count, header.head, entries, head) };
    }
    if (!text.startsWith(CERTIFICATE_START)) {
      throw new CertificateError(
        `the header announces ${header.count} entries, and a certificate must follow them: there is something else`,
      );
    }
    const certificate = parseCertificate(text);
    if (certificate === undefined) {
      if (this.options.key === undefined) return undefined;
      throw new CertificateError(
        'the export is not signed: it is consistent in itself, and nothing more is known of it',
      );
    }
    const { checkpoint, receipt } = certificate;
    if (this.digest !== undefined) checkDigest(receipt, this.digest.digest('hex'));
    const signing = openSigning(checkpoint, { ...this.options, rotations: this.options.rotations ?? header.rotations });
    checkReceipt(receipt, signing, head.position);
    this.signing = signing;
    this.recordedAt = receipt.position;
    const last: Head[] = header.scope.kind === 'log' ? (entries > 0 ? [head] : []) : [...ends.values()].map(headOf);
    this.ends = last.sort((a, b) => a.position - b.position);
    return undefined;
  }

  private takeProof(text: string): void {
    const end = this.ends[this.proved];
    if (end === undefined) throw new CertificateError('nothing must follow the proofs of an export');
    const { position, proof } = parseProofLine(text);
    if (position !== end.position) {
      throw new CertificateError(`a proof of the entry at position ${end.position} must stand here`);
    }
    if (!isInTree(this.signing!, position, end.hash, proof)) {
      throw new CertificateError(`the entry at position ${position} is not in the tree that was signed`);
    }
    this.proved += 1;
  }

  /** What should still have come. */
  private missing(): BadPart | undefined {
    const { count } = this.header!;
    const line = this.lines.lines + 1;
    if (line <= count + 1) return this.tooFew(line);
    if (line === count + 2) return { part: 'certificate', line, reason: 'it is missing: the export was cut off' };
    const unproved = this.ends[this.proved];
    if (unproved !== undefined) {
      const { position } = unproved;
      return { part: 'proof', line, position, reason: `the proof of the entry at position ${position} is missing` };
    }
    const bad = this.chain.end();
    return bad && { part: 'entry', line: count + 1, ...bad };
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
      ...(signing && { signing, recordedAt }),
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
