/** A copy of the bucket of a trail in a folder, as `aws s3 sync` makes it. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { AuditUnreadableError } from '../errors';
import { readLog } from '../sources';

/** As head-object prints it, beside its digest. */
export const METADATA = '.metadata.json';
const DIGEST = /_CloudTrail-Digest_.+_\d{8}T\d{6}Z(?:_backfill)?\.json\.gz$/;
const LOG = /_CloudTrail_.+\.json\.gz$/;
/** A digest names the log files of an hour. */
const LONGEST_DIGEST = 64 * 1024 * 1024;

/** Paths below the folder, with `/`. */
export interface BucketFiles {
  digests: ReadonlySet<string>;
  logs: ReadonlySet<string>;
  /** Signatures of digests that were saved beside them. */
  metadata: ReadonlySet<string>;
}

/** @throws AuditUnreadableError when the folder cannot be read. */
export async function filesOf(root: string): Promise<BucketFiles> {
  let names: string[];
  try {
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    names = entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOTDIR' ? 'it is no folder' : code === 'ENOENT' ? 'it does not exist' : (code ?? '');
    throw new AuditUnreadableError(`${path.basename(root)} cannot be read: ${why}`, { cause: error });
  }
  names.sort();
  return {
    digests: new Set(names.filter((name) => DIGEST.test(name))),
    logs: new Set(names.filter((name) => LOG.test(name))),
    metadata: new Set(names.filter((name) => name.endsWith(METADATA))),
  };
}

/** The bytes of a digest, unpacked. @throws AuditUnreadableError that says why not. */
export async function digestBytes(root: string, file: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of readLog(path.join(root, file))) {
    bytes += chunk.length;
    if (bytes > LONGEST_DIGEST) throw new AuditUnreadableError('it is longer than 64 MiB');
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}

/** The SHA-256 of a log file, unpacked, in constant memory. @throws AuditUnreadableError that says why not. */
export async function hashOf(root: string, file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of readLog(path.join(root, file))) hash.update(chunk);
  return hash.digest('hex');
}
