/** A copy of the bucket of a trail in a folder, as `aws s3 sync` makes it. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { AuditUnreadableError } from '../errors';
import { readLog } from '../sources';
import { DIGEST_NAME } from './chains';
import { CorruptFileError } from './digest';

/** As head-object prints it, beside its digest. */
export const METADATA = '.metadata.json';
const LOG = /_CloudTrail_.+\.json\.gz$/;
/** A digest names the log files of an hour. */
const LONGEST_DIGEST_MIB = 64;
const LONGEST_METADATA_MIB = 1;

/** Paths below the folder, with `/`. */
export interface BucketFiles {
  digests: ReadonlySet<string>;
  /** What is named as a log file is. A digest may name others too. */
  logs: ReadonlySet<string>;
  /** Signatures of digests that were saved beside them. */
  metadata: ReadonlySet<string>;
  /** Every regular file. */
  all: ReadonlySet<string>;
  /** Folders, links, devices: never opened. */
  others: ReadonlySet<string>;
}

/** @throws AuditUnreadableError when the folder cannot be read, or holds a digest or its signature as anything but a file. */
export async function filesOf(root: string): Promise<BucketFiles> {
  const all: string[] = [];
  const others: string[] = [];
  try {
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
      const name = path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/');
      (entry.isFile() ? all : others).push(name);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOTDIR' ? 'it is not a folder' : code === 'ENOENT' ? 'it does not exist' : (code ?? '');
    throw new AuditUnreadableError(`${path.basename(root)} cannot be read: ${why}`, { cause: error });
  }
  const odd = others.find((name) => DIGEST_NAME.test(name) || name.endsWith(METADATA));
  if (odd !== undefined) throw notAFile(odd);
  all.sort();
  return {
    digests: new Set(all.filter((name) => DIGEST_NAME.test(name))),
    logs: new Set(all.filter((name) => LOG.test(name))),
    metadata: new Set(all.filter((name) => name.endsWith(METADATA))),
    all: new Set(all),
    others: new Set(others),
  };
}

export function notAFile(name: string): AuditUnreadableError {
  return new AuditUnreadableError(`${name} cannot be read: it is not a regular file`);
}

/** The bytes of a digest, unpacked. @throws CorruptFileError or AuditUnreadableError, which says why not. */
export function digestBytes(root: string, file: string): Promise<Buffer> {
  return bytesOf(root, file, LONGEST_DIGEST_MIB);
}

/** What was saved of the metadata of a digest. @throws CorruptFileError or AuditUnreadableError, which says why not. */
export async function metadataOf(root: string, digest: string): Promise<string> {
  return (await bytesOf(root, digest + METADATA, LONGEST_METADATA_MIB)).toString('utf8');
}

/** The SHA-256 of a log file, unpacked, in constant memory. @throws CorruptFileError or AuditUnreadableError, which says why not. */
export async function hashOf(root: string, file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunksOf(root, file)) hash.update(chunk);
  return hash.digest('hex');
}

async function bytesOf(root: string, file: string, mebibytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunksOf(root, file)) {
    bytes += chunk.length;
    if (bytes > mebibytes * 1024 * 1024)
      throw new AuditUnreadableError(`${file} cannot be read: it is longer than ${mebibytes} MiB`);
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}

async function* chunksOf(root: string, file: string): AsyncGenerator<Buffer> {
  try {
    yield* readLog(path.join(root, file));
  } catch (error) {
    const { cause, message } = error as { cause?: { code?: string }; message: string };
    if (cause?.code?.startsWith('Z_')) throw new CorruptFileError(message, { cause });
    throw error;
  }
}
