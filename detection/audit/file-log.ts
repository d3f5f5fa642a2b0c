/** Writes an audit log to a file: durable, one writer at a time, and only onto an end that is sound. */

import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { tocsin } from '../../domain/kernel/command-lines';
import { type HeldLock, tryLock } from '../../platform/file-lock';
import { type AuditEvent, type AuditHead, EMPTY, entryLine, MAX_LINE_BYTES, parseAuditEvent } from './entry';
import { AuditError, AuditLogInconsistentError } from './errors';
import { readLine } from './line-reader';
import { OWN_NAMES } from './mapping';

/** A log that is open for writing. */
export interface AuditFile {
  /** The last entry that is safely on disk. */
  readonly head: AuditHead;
  /** Appends an event. Resolves with its place once it is on disk for good; `at` is now when it is left out. */
  append(event: Omit<AuditEvent, 'at'> & { at?: string }): Promise<AuditHead>;
  /** Waits for what was given, and lets the next writer in. */
  close(): Promise<void>;
}

interface Waiting {
  event: ReturnType<typeof parseAuditEvent>;
  resolve: (head: AuditHead) => void;
  reject: (error: unknown) => void;
}

/**
 * Opens a log, or creates it (readable by its owner only).
 *
 * The end is checked: the last entry's hash must be its own and chain to the one before it. A line that a crash left
 * unfinished was never acknowledged: it is cut off, and an entry `audit-log.recovered` says how many bytes it had and
 * their SHA-256. Events given at once share one write and one sync.
 *
 * @throws AuditLogInconsistentError when the end is not sound (the file is left as it is), or another process is writing.
 */
export async function openAuditFile(file: string, recoveredBy = 'tocsin'): Promise<AuditFile> {
  const lock = tryLock(`${file}.lock`);
  if (!('release' in lock)) {
    throw new AuditLogInconsistentError(
      `${file} is being written by process ${lock.pid} on ${lock.host}: one writer at a time`,
    );
  }
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, constants.O_RDWR | constants.O_CREAT, 0o600);
    const end = await soundEnd(handle, file);
    const writer = new Writer(handle, lock, file, end);
    await syncFolder(path.dirname(file));
    if (end.torn.length > 0) await writer.recover(end.torn, recoveredBy);
    return writer;
  } catch (error) {
    await handle?.close();
    lock.release();
    throw error;
  }
}

class Writer implements AuditFile {
  head: AuditHead;
  private size: number;
  private waiting: Waiting[] = [];
  private writing: Promise<void> | undefined;
  private broken: Error | undefined;
  private closed = false;

  constructor(
    private readonly handle: FileHandle,
    private readonly lock: HeldLock,
    private readonly file: string,
    end: { head: AuditHead; size: number },
  ) {
    this.head = end.head;
    this.size = end.size;
  }

  append(event: Omit<AuditEvent, 'at'> & { at?: string }): Promise<AuditHead> {
    return new Promise((resolve, reject) => {
      if (this.closed) throw new AuditLogInconsistentError(`${this.file} is closed: open it again to append`);
      if (this.broken) throw this.broken;
      this.waiting.push({ event: parseAuditEvent({ at: new Date().toISOString(), ...event }), resolve, reject });
      this.writing ??= this.drain();
    });
  }

  /** Cuts off what a crash left, and says so. */
  async recover(torn: Buffer, by: string): Promise<void> {
    await this.handle.truncate(this.size);
    const data = { bytes: torn.length, sha256: createHash('sha256').update(torn).digest('hex') };
    await this.append({ actor: by, action: 'audit-log.recovered', target: path.basename(this.file), data });
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.writing;
    await this.handle.close();
    this.lock.release();
  }

  /** Everything that waits, in one write and one sync, until nothing waits. Never rejects. */
  private async drain(): Promise<void> {
    await Promise.resolve(); // whoever appends in the same turn comes along
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, 1_000);
      try {
        await this.write(batch);
      } catch (error) {
        // How much of it is on disk is unknown: only opening the log anew finds out.
        this.broken = error as Error;
        for (const { reject } of [...batch, ...this.waiting.splice(0)]) reject(error);
      }
    }
    this.writing = undefined;
  }

  private async write(batch: Waiting[]): Promise<void> {
    const { size } = await this.handle.stat();
    if (size !== this.size) {
      throw new AuditLogInconsistentError(
        `${this.file} has ${size} bytes, not the ${this.size} that were written: something else writes to it. Verify it, then open it again`,
      );
    }
    let { head } = this;
    const lines: Buffer[] = [];
    const written: Array<() => void> = [];
    for (const { event, resolve, reject } of batch) {
      try {
        const entry = entryLine(event, head);
        head = entry.head;
        lines.push(entry.bytes);
        const place = entry.head;
        written.push(() => resolve(place));
      } catch (error) {
        if (!(error instanceof AuditError)) throw error;
        reject(error); // this one cannot be an entry; the others can
      }
    }
    const bytes = Buffer.concat(lines);
    for (let done = 0; done < bytes.length; ) {
      done += (await this.handle.write(bytes, done, bytes.length - done, this.size + done)).bytesWritten;
    }
    await this.handle.datasync();
    this.size += bytes.length;
    this.head = head;
    for (const tell of written) tell();
  }
}

/** The last entry, where it ends, and what stands behind it without a newline. */
async function soundEnd(handle: FileHandle, file: string): Promise<{ head: AuditHead; size: number; torn: Buffer }> {
  const { size } = await handle.stat();
  const tail = await lastLines(handle, size);
  const torn = tail.rest;
  const sound = size - torn.length;
  if (tail.lines.length === 0) return { head: EMPTY, size: sound, torn };
  const refuse = (why: string) =>
    new AuditLogInconsistentError(
      `${file} does not end as a log does: ${why}. Nothing was written; run \`${tocsin('audit verify', { file })}\` and keep it as it is`,
    );
  // The chain to the first of two lines cannot be judged; a single line must be the first entry.
  const first = tail.lines.length === 1;
  let before: AuditHead | undefined = first ? EMPTY : undefined;
  for (const [i, line] of tail.lines.entries()) {
    const name = i === tail.lines.length - 1 ? 'the last line' : 'the line before the last one';
    const { fault, holds, seq, prev, hash } = readLine(line, OWN_NAMES);
    if (fault !== undefined) throw refuse(`${name} is not an entry (${fault})`);
    if (!holds) throw refuse(`the hash of ${name} is not its own`);
    if (before && (prev !== before.hash || seq !== before.seq + 1)) {
      throw refuse(first ? 'its only line is not entry 1' : 'the last line does not chain to the one before it');
    }
    before = { seq, hash };
  }
  return { head: before!, size: sound, torn };
}

/** The last two lines of a file that end with a newline, and what stands after the last newline. */
async function lastLines(handle: FileHandle, size: number): Promise<{ lines: Buffer[]; rest: Buffer }> {
  let tail: Buffer = Buffer.alloc(0);
  let start = size;
  const newlines = () => {
    const found: number[] = [];
    for (
      let at = tail.lastIndexOf(0x0a);
      at >= 0 && found.length < 3;
      at = at === 0 ? -1 : tail.lastIndexOf(0x0a, at - 1)
    ) {
      found.push(at);
    }
    return found;
  };
  while (start > 0 && newlines().length < 3) {
    if (tail.length > 3 * MAX_LINE_BYTES) {
      throw new AuditLogInconsistentError('the file has lines longer than 16 MiB at its end: this is not an audit log');
    }
    const length = Math.min(start, Math.max(64 * 1024, tail.length));
    const piece = Buffer.alloc(length);
    start -= length;
    let done = 0;
    while (done < length) {
      const { bytesRead } = await handle.read(piece, done, length - done, start + done);
      if (bytesRead === 0) throw new AuditLogInconsistentError('the file became shorter while it was read');
      done += bytesRead;
    }
    tail = Buffer.concat([piece, tail]);
  }
  const [last, before, third] = newlines();
  if (last === undefined) return { lines: [], rest: tail };
  const rest = tail.subarray(last + 1);
  if (before === undefined) return { lines: [tail.subarray(0, last)], rest };
  const lines = [tail.subarray((third ?? -1) + 1, before), tail.subarray(before + 1, last)];
  return { lines, rest };
}

/** Makes a new file's name durable; where folders cannot be synced, the system does without. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch (error) {
    if (!['EISDIR', 'EPERM', 'EINVAL', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
