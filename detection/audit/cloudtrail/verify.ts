/**
 * Verifies log files of AWS CloudTrail by its digest files, offline, as AWS describes it:
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html
 *
 * Each digest is signed over its bytes, its place and the signature of the one before, and holds the hashes of that one and of the
 * log files. A digest's own signature stands in the metadata of its object, which a copy of the bucket lacks: it is taken from the
 * digest after it, and for the last of a chain from a file beside it.
 */
import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { DamageKind } from '../diagnosis';
import { AuditUnreadableError } from '../errors';
import { type BucketFiles, digestBytes, filesOf, hashOf, METADATA } from './bucket';
import { type ReadDigest, readDigest, signatureHolds, signatureOf } from './digest';

export interface CloudTrailDamage {
  /** The file in the folder; of one that is missing, where it should lie. */
  file: string;
  kind: Extract<DamageKind, 'edit' | 'deletion' | 'reorder'>;
  reason: string;
}

export interface CloudTrailVerification {
  ok: boolean;
  /** Of which the signature holds. */
  digests: number;
  /** Named by one of those, and what they were. */
  logs: number;
  /** The hours that the digests are about. */
  from: string;
  to: string;
  /** Digests that say themselves that none was before them, though there are earlier ones: the validation was off in between. */
  gaps: Array<{ from: string; to: string }>;
  /** The digest before the first one of a chain: it is not in the folder, nor is what was before. */
  before: string[];
  /** Log files that no digest names: delivered after the last one, or by nobody known. */
  unnamed: string[];
  damage: CloudTrailDamage[];
}

export interface CloudTrailOptions {
  onProgress?: (sofar: { digests: number; logs: number }) => void;
}

interface Placed {
  file: string;
  digest: ReadDigest;
}

/**
 * @param root a folder with digests and logs, in the folders that they have in the bucket.
 * @throws AuditUnreadableError when there is no digest, or the signature of the last one is not there.
 */
export async function verifyCloudTrail(
  root: string,
  keys: ReadonlyMap<string, KeyObject>,
  { onProgress }: CloudTrailOptions = {},
): Promise<CloudTrailVerification> {
  const files = await filesOf(root);
  if (files.digests.size === 0) throw new AuditUnreadableError('there is no digest file of CloudTrail in this folder');
  const found = new Map<string, CloudTrailDamage>();
  const damaged = (file: string, kind: CloudTrailDamage['kind'], reason: string) => {
    if (!found.has(file)) found.set(file, { file, kind, reason });
  };

  const placed = await readDigests(root, files, damaged);
  const place = placeIn(placed);
  const there = placed.filter(({ file, digest }) => {
    if (place.fileOf(digest.digestS3Bucket, digest.digestS3Object) === file) return true;
    damaged(file, 'reorder', `it belongs to ${digest.digestS3Object}: it was moved, or renamed`);
    return false;
  });
  const byFile = new Map(there.map((each) => [each.file, each.digest]));
  const result: CloudTrailVerification = {
    ok: false,
    digests: 0,
    logs: 0,
    ...periodOf(there),
    gaps: [],
    before: [],
    unnamed: [],
    damage: [],
  };

  const signatures = new Map<string, string>();
  for (const chain of chainsOf(there)) linkChain(chain);
  const unsigned: string[] = [];
  const named = new Set<string>();
  for (const { file, digest } of there) {
    const signature = await signatureFor(file);
    if (signature === undefined) unsigned.push(file);
    else if (isSigned(file, digest, signature)) {
      if (!found.has(file)) result.digests++;
      await checkLogs(file, digest);
    }
    for (const { s3Bucket, s3Object } of digest.logFiles) named.add(place.fileOf(s3Bucket, s3Object) ?? s3Object);
    onProgress?.({ digests: result.digests, logs: result.logs });
  }
  result.unnamed = [...files.logs].filter((file) => !named.has(file));
  result.damage = [...found.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
  if (unsigned.length > 0 && result.damage.length === 0) {
    throw new AuditUnreadableError(
      `the signature of ${unsigned.at(-1)} is not here: it stands in the metadata of its object. Save what \`aws s3api head-object\` prints of it beside it, as ${path.posix.basename(unsigned.at(-1)!)}${METADATA}`,
    );
  }
  result.ok = result.damage.length === 0;
  return result;

  /** What each digest says of the one before it. */
  function linkChain(chain: Placed[]): void {
    for (const [index, { file, digest }] of chain.entries()) {
      const { previousDigestS3Bucket: bucket, previousDigestS3Object: object, previousDigestSignature } = digest;
      const earlier = chain[index - 1];
      if (bucket === null || object === null) {
        if (earlier) result.gaps.push({ from: earlier.digest.digestEndTime, to: digest.digestStartTime });
        continue;
      }
      const before = place.fileOf(bucket, object);
      const previous = before === undefined ? undefined : byFile.get(before);
      if (before === undefined || !previous) {
        const where = before ?? object;
        if (files.digests.has(where)) continue; // told already
        if (earlier) damaged(where, 'deletion', `the digest after it, ${file}, names it, and it is not here`);
        else result.before.push(where);
        continue;
      }
      if (previousDigestSignature !== null) signatures.set(before, previousDigestSignature);
      if (previous.hash !== digest.previousDigestHashValue?.toLowerCase()) {
        damaged(before, 'edit', `its hash is not the one that the digest after it, ${file}, holds`);
      }
    }
  }

  async function signatureFor(file: string): Promise<string | undefined> {
    const known = signatures.get(file);
    if (known !== undefined || !files.metadata.has(file + METADATA)) return known;
    try {
      return signatureOf(await readFile(path.join(root, file + METADATA), 'utf8'));
    } catch (error) {
      throw new AuditUnreadableError(`${file}${METADATA} cannot be used: ${(error as Error).message}`);
    }
  }

  function isSigned(file: string, digest: ReadDigest, signature: string): boolean {
    const key = keys.get(digest.digestPublicKeyFingerprint);
    if (!key) {
      const which = digest.digestPublicKeyFingerprint.slice(0, 64);
      damaged(file, 'edit', `it says that it is signed by the key ${which}, which is none of those given`);
      return false;
    }
    if (signatureHolds(digest, signature, key)) return true;
    damaged(file, 'edit', 'its signature does not hold');
    return false;
  }

  async function checkLogs(file: string, digest: ReadDigest): Promise<void> {
    for (const { s3Bucket, s3Object, hashValue } of digest.logFiles) {
      const log = place.fileOf(s3Bucket, s3Object);
      if (log === undefined || !files.logs.has(log)) {
        damaged(log ?? s3Object, 'deletion', `the digest ${file} names it, and it is not here`);
        continue;
      }
      try {
        if ((await hashOf(root, log)) === hashValue.toLowerCase()) result.logs++;
        else damaged(log, 'edit', `its hash is not the one that the digest ${file} holds`);
      } catch (error) {
        if (!(error instanceof AuditUnreadableError)) throw error;
        damaged(log, 'edit', error.message);
      }
    }
  }
}

async function readDigests(
  root: string,
  { digests }: BucketFiles,
  damaged: (file: string, kind: 'edit', reason: string) => void,
): Promise<Placed[]> {
  const read: Placed[] = [];
  for (const file of digests) {
    try {
      read.push({ file, digest: readDigest(await digestBytes(root, file)) });
    } catch (error) {
      damaged(file, 'edit', (error as Error).message);
    }
  }
  return read;
}

/**
 * Where the objects of the bucket lie: the folder may be the bucket, or what is below a prefix of it, the same for all. Most digests
 * say which.
 */
function placeIn(placed: Placed[]): { fileOf(bucket: string, object: string): string | undefined } {
  const votes = new Map<string, number>();
  for (const { file, digest } of placed) {
    if (!digest.digestS3Object.endsWith(file)) continue;
    const prefix = `${digest.digestS3Bucket}/${digest.digestS3Object.slice(0, -file.length)}`;
    votes.set(prefix, (votes.get(prefix) ?? 0) + 1);
  }
  const [most] = [...votes].sort((a, b) => b[1] - a[1]);
  const prefix = most?.[0];
  return {
    fileOf(bucket, object) {
      const whole = `${bucket}/${object}`;
      if (prefix === undefined || !whole.startsWith(prefix)) return undefined;
      const file = whole.slice(prefix.length);
      return file.split('/').includes('..') ? undefined : file;
    },
  };
}

/** Of each account, region and trail one chain, and one of what was delivered late; the oldest digest first. */
function chainsOf(placed: Placed[]): Placed[][] {
  const chains = new Map<string, Placed[]>();
  for (const each of placed) {
    const [, trail, backfill = ''] = /([^/]+)_\d{8}T\d{6}Z(_backfill)?\.json\.gz$/.exec(each.file)!;
    const name = trail! + backfill;
    chains.set(name, [...(chains.get(name) ?? []), each]);
  }
  const order = ({ digest }: Placed) => digest.digestEndTime;
  return [...chains.values()].map((chain) => chain.sort((a, b) => (order(a) < order(b) ? -1 : 1)));
}

function periodOf(placed: Placed[]): { from: string; to: string } {
  const starts = placed.map(({ digest }) => digest.digestStartTime).sort();
  const ends = placed.map(({ digest }) => digest.digestEndTime).sort();
  return { from: starts[0] ?? '', to: ends.at(-1) ?? '' };
}
