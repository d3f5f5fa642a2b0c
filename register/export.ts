/** Exports of the register: a file that anybody can verify with the public key, and a record that it was handed over. */
import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Pool } from 'pg';
import type { Audience, Disclosures } from '../domain/policy/disclosure';
import { bindExport, type ExportLog } from './bind-export';
import { type DisclosedEntry, disclose, shownText } from './disclose';
import type { Head, StoredEntry } from './entry';
import { InconsistentLogError, NoFolderError, UnprovenNoticeError, UnreadableExportError } from './errors';
import { type ScopedEntries, scopedEntries } from './export-scope';
import { recordOwnEntry } from './own-entries';
import { readEntries } from './read-entries';
import { EXPORTED } from './verifier/binding';
import { entryLine } from './verifier/entry-line';
import { type ExportScope, headerLine } from './verifier/export-header';
import { NoticeFold, type NoticeStatement, openedFor } from './verifier/notice';

/** Makes another form of an export than the one that verifies by itself. */
export type FormWriter = (about: {
  scope: ExportScope;
  audience: Audience;
  /** UTC with milliseconds. */
  madeAt: string;
  /** In order of position; all entries of each incident. */
  entries: DisclosedEntry[];
}) => Promise<Uint8Array>;

export interface ExportOptions {
  scope: ExportScope;
  audience: Audience;
  /** What the audience is shown. */
  disclosures: Disclosures;
  /** Who exports: recorded, with the reason and the recipient. */
  by: string;
  reason?: string;
  recipient?: string;
  /** The log that vouches for the export; without it the file is only consistent in itself. */
  log?: ExportLog;
  /** The form, for the record; `json` is the one that verifies, and needs no writer. */
  format?: string;
  write?: FormWriter;
  /** Makes it the proof of one notice: nothing else of the incident is opened. */
  notice?: NoticeStatement;
  /** A log that refuses to sign is an error; otherwise the export goes out unsigned, as evidence of what is wrong. */
  mustBeSigned?: boolean;
  /** A notice that the entries do not prove is an error, before anything is recorded; otherwise whoever verifies finds it. */
  mustProve?: boolean;
  /** Told now and then how many entries were written. */
  onProgress?: (written: number, total: number) => void;
}

/** What was written. */
export interface Exported {
  count: number;
  /** The last entry in it. */
  head: Head;
  /** SHA-256 of the file up to its binding, in hex, as it was recorded. */
  digest: string;
  /** The register's own entry about it. */
  recordedAt: number;
  /** The size of the tree that vouches for it; absent when nobody signed. */
  signedSize?: number;
  /** Why the log refused to sign it. */
  unsigned?: string;
}

/**
 * Writes an export to a file that only its owner may read. The file appears whole or not at all, and not before the
 * export was recorded in the register and that record signed. Memory does not grow with it.
 *
 * @throws UnknownIncidentError, NothingToExportError when there is nothing under the scope; what `ExportLog` throws;
 *   UnprovenNoticeError with `mustProve`.
 */
export async function exportRegister(pool: Pool, file: string, options: ExportOptions): Promise<Exported> {
  const { scope, audience, disclosures, by, reason, recipient, log, format = 'json' } = options;
  const scoped = await scopedEntries(pool, scope);
  const { head, count } = scoped;
  const partial = `${file}.partial-${process.pid}`;
  const handle = await open(partial, 'w', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new NoFolderError(`there is no folder ${path.dirname(file)}: make it first`);
    throw error;
  });
  try {
    const digest = createHash('sha256');
    const write = async (bytes: Uint8Array) => {
      digest.update(bytes);
      await handle.writeFile(bytes);
    };
    const rotations = [...(log?.rotations ?? [])];
    for await (const bytes of content(pool, scoped, rotations, options)) await write(bytes);
    const sha256 = digest.digest('hex');
    const record = await recordOwnEntry(pool, disclosures, {
      kind: EXPORTED,
      data: {
        file: sha256,
        format,
        scope,
        audience,
        count,
        head,
        ...(reason !== undefined && { reason }),
        ...(recipient !== undefined && { recipient }),
      },
      by,
    });
    const exported = { count, head, digest: sha256, recordedAt: record.position };
    const certified = options.write ? undefined : await bindExport(pool, log, record, scoped.ends, rotations);
    if (certified?.unsigned !== undefined && options.mustBeSigned) throw new InconsistentLogError(certified.unsigned);
    if (certified) for await (const line of certified.lines) await handle.writeFile(line);
    await handle.sync();
    await handle.close();
    await rename(partial, file);
    return { ...exported, signedSize: certified?.size, unsigned: certified?.unsigned };
  } catch (error) {
    await handle.close().catch(() => {});
    await rm(partial, { force: true });
    throw error;
  }
}

const WRITE_BYTES = 256 * 1024;

/** What was asked for, up to the binding. */
async function* content(
  pool: Pool,
  scoped: ScopedEntries,
  rotations: string[],
  options: ExportOptions,
): AsyncGenerator<Uint8Array> {
  const { scope, audience, disclosures, notice, mustProve } = options;
  const fold = notice && mustProve ? new NoticeFold(notice) : undefined;
  const { head, count, range } = scoped;
  const madeAt = new Date().toISOString();
  let written = 0;
  const stored = async function* () {
    for await (const entry of readEntries(pool, range)) {
      yield entry;
      written += 1;
      options.onProgress?.(written, count);
    }
  };
  if (options.write) {
    const entries: DisclosedEntry[] = [];
    for await (const entry of stored()) entries.push(disclose(entry, audience, disclosures));
    yield await options.write({ scope, audience, madeAt, entries });
    return;
  }
  let lines: Uint8Array[] = [
    Buffer.from(headerLine({ scope, audience, count, head, madeAt, rotations, ...(notice && { notice }) })),
  ];
  let size = 0;
  for await (const entry of stored()) {
    const line = lineOf(entry, audience, disclosures, notice?.obligation);
    if (fold) refuseUnproven(fold, entry, options);
    lines.push(line);
    size += line.length;
    if (size < WRITE_BYTES) continue;
    yield Buffer.concat(lines);
    [lines, size] = [[], 0];
  }
  const fault = fold?.fault();
  if (fault) throw new UnprovenNoticeError(`the register does not prove ${notice!.obligation}: ${fault}`);
  yield Buffer.concat(lines);
}

function refuseUnproven(fold: NoticeFold, stored: StoredEntry, { audience, disclosures, notice }: ExportOptions): void {
  const { position, leaf, shown } = disclose(stored, audience, disclosures);
  const fault = fold.take(leaf, openedFor(notice!.obligation, leaf.kind, shown));
  if (!fault) return;
  throw new UnprovenNoticeError(`the register does not prove ${notice!.obligation}: entry ${position}: ${fault}`);
}

/** An entry's line. One that was altered in the database goes out as it is: the verifier of the export is to judge it. */
function lineOf(stored: StoredEntry, audience: Audience, disclosures: Disclosures, notice?: string): Buffer {
  const { position, hash, bytes } = stored;
  let open: Uint8Array;
  try {
    const entry = disclose(stored, audience, disclosures);
    const { shown, leaf } = entry;
    open = Buffer.from(
      shownText(notice === undefined ? entry : { ...entry, shown: openedFor(notice, leaf.kind, shown) }),
    );
  } catch {
    // What cannot be read cannot be judged: nobody but an internal reader is shown it.
    open = audience === 'internal' && notice === undefined ? stored.content : Buffer.from('{}');
  }
  const [before, after] = entryLine(position, hash, '\n', '\n').split('\n');
  const whole = Buffer.concat([Buffer.from(before!), bytes, Buffer.from(after!), open, Buffer.from('}\n')]);
  if (whole.indexOf(0x0a) === whole.length - 1) return whole;
  throw new UnreadableExportError(
    position + 1,
    `cannot be written: entry ${position} contains a line feed, so it has been altered; verify the register in the database`,
  );
}
