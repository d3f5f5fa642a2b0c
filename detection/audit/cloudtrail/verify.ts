/**
 * Verifies log files of AWS CloudTrail by its digest files, offline, as AWS describes it:
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html
 *
 * Each digest is signed over its bytes, its place and the signature of the one before, and holds the hashes of that one and of the
 * log files. A digest's own signature stands in the metadata of its object, which a copy of the bucket lacks: it is taken from the
 * digest after it, and for the last of a chain from a file beside it.
 */
import type { KeyObject } from 'node:crypto';
import path from 'node:path';
import type { DamageKind } from '../diagnosis';
import { AuditUnreadableError } from '../errors';
import { type BucketFiles, digestBytes, filesOf, hashOf, METADATA, metadataOf, notAFile } from './bucket';
import {
  type CloudTrailChain,
  type CloudTrailGap,
  chainName,
  chainsOf,
  isCovered,
  type LinkedChain,
  type Placed,
  placeIn,
  regionOf,
} from './chains';
import {
  CorruptFileError,
  HASH_ALGORITHM,
  type ReadDigest,
  readDigest,
  SIGNATURE_ALGORITHM,
  signatureHolds,
  signatureOf,
} from './digest';

export interface CloudTrailDamage {
  /** The file in the folder; of one that is missing, where it should lie. */
  file: string;
  /** `insertion`: a log file that no digest names, though those of its hours are here. */
  kind: Extract<DamageKind, 'edit' | 'deletion' | 'insertion' | 'reorder'>;
  reason: string;
}

export interface CloudTrailVerification {
  ok: boolean;
  /** Of which the signature holds. */
  digests: number;
  /** Named by one of those, and what they were. */
  logs: number;
  /** Up to here every chain reaches, but those of late log files. */
  to: string;
  /** What was verified: whose trails they are only the reader can tell. */
  chains: CloudTrailChain[];
  /** A chain begins anew: validation was off in between, or digests were deleted, which cannot be told. */
  gaps: CloudTrailGap[];
  /** The digest before the first one of a chain: it is not in the folder, nor is what was before. */
  before: string[];
  /** Log files of hours for which the folder has no digests: not verified. */
  unnamed: string[];
  /** Digests whose signature is not in the folder: neither they nor their log files are verified. */
  unsigned: string[];
  /** Keys that were not given. */
  missingKeys: Array<{ region: string; fingerprint: string }>;
  /** Algorithms that are not known here, and which digest says so. */
  unsupported: string[];
  damage: CloudTrailDamage[];
}

export interface CloudTrailOptions {
  onProgress?: (sofar: { digests: number; logs: number }) => void;
}

/**
 * @param root a folder with digests and logs, in the folders that they have in the bucket.
 * @param keys of every Region of the trail, by fingerprint.
 * @throws AuditUnreadableError when there is no digest or a file cannot be read; and, where nothing is damaged, when a signature or a
 * key is missing.
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
  const chains = chainsOf(there);
  const result: CloudTrailVerification = {
    ok: false,
    digests: 0,
    logs: 0,
    to: reach(chains),
    chains: chains.map(({ chain }) => chain),
    gaps: [],
    before: [],
    unnamed: [],
    unsigned: [],
    missingKeys: [],
    unsupported: [],
    damage: [],
  };

  const signatures = new Map<string, string>();
  const missingKeys = new Map<string, { region: string; fingerprint: string }>();
  const named = new Set<string>();
  for (const linked of chains) linkChain(linked);
  for (const { chain, placed } of chains) {
    for (const { file, digest } of placed) {
      for (const { s3Bucket, s3Object } of digest.logFiles) named.add(place.fileOf(s3Bucket, s3Object) ?? s3Object);
      const signature = await signatureFor(file);
      if (signature === undefined) result.unsigned.push(file);
      else if (isSigned(file, digest, signature)) {
        if (!found.has(file)) {
          chain.digests++;
          result.digests++;
        }
        const logs = await checkLogs(file, digest);
        chain.logs += logs;
        result.logs += logs;
      }
      onProgress?.({ digests: result.digests, logs: result.logs });
    }
  }
  const broken = new Set(found.keys());
  for (const log of files.logs) {
    if (named.has(log)) continue;
    if (isCovered(log, chains, (digest) => !broken.has(digest)))
      damaged(log, 'insertion', 'the digests of its hours are here, and none names it');
    else result.unnamed.push(log);
  }
  result.missingKeys = [...missingKeys.values()];
  result.damage = [...found.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
  result.ok = result.damage.length === 0;
  if (result.ok) assertReadable(result);
  return result;

  /** What each digest says of the one before it. */
  function linkChain({ chain, placed }: LinkedChain): void {
    for (const [index, { file, digest }] of placed.entries()) {
      const { previousDigestS3Bucket: bucket, previousDigestS3Object: object, previousDigestSignature } = digest;
      const earlier = placed[index - 1];
      if (bucket === null || object === null) {
        if (earlier)
          result.gaps.push({ chain: chainName(chain), from: earlier.digest.digestEndTime, to: digest.digestStartTime });
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
      if (digest.previousDigestHashAlgorithm !== HASH_ALGORITHM) continue; // told once it is known to be signed
      if (previous.hash !== digest.previousDigestHashValue?.toLowerCase()) {
        damaged(before, 'edit', `its hash is not the one that the digest after it, ${file}, holds`);
      }
    }
  }

  async function signatureFor(file: string): Promise<string | undefined> {
    const known = signatures.get(file);
    if (known !== undefined || !files.metadata.has(file + METADATA)) return known;
    try {
      return signatureOf(await metadataOf(root, file));
    } catch (error) {
      if (error instanceof AuditUnreadableError) throw error;
      throw new AuditUnreadableError(`${file}${METADATA} cannot be used: ${(error as Error).message}`);
    }
  }

  function isSigned(file: string, digest: ReadDigest, signature: string): boolean {
    const { digestPublicKeyFingerprint, digestSignatureAlgorithm, previousDigestHashAlgorithm } = digest;
    if (digestSignatureAlgorithm !== SIGNATURE_ALGORITHM) {
      result.unsupported.push(`${file} says that it is signed by ${digestSignatureAlgorithm.slice(0, 64)}`);
      return false;
    }
    const key = keys.get(digestPublicKeyFingerprint);
    if (!key) {
      const fingerprint = digestPublicKeyFingerprint.slice(0, 64);
      const region = regionOf(file);
      missingKeys.set(`${region} ${fingerprint}`, { region, fingerprint });
      return false;
    }
    if (!signatureHolds(digest, signature, key)) {
      damaged(file, 'edit', 'its signature does not hold');
      return false;
    }
    if (previousDigestHashAlgorithm !== null && previousDigestHashAlgorithm !== HASH_ALGORITHM)
      result.unsupported.push(
        `${file} holds the hash of the digest before by ${previousDigestHashAlgorithm.slice(0, 64)}`,
      );
    return true;
  }

  /** How many hold. */
  async function checkLogs(file: string, digest: ReadDigest): Promise<number> {
    let hold = 0;
    for (const { s3Bucket, s3Object, hashValue, hashAlgorithm } of digest.logFiles) {
      const log = place.fileOf(s3Bucket, s3Object);
      if (log !== undefined && files.others.has(log)) throw notAFile(log);
      if (log === undefined || !files.all.has(log)) {
        damaged(log ?? s3Object, 'deletion', `the digest ${file} names it, and it is not here`);
        continue;
      }
      if (hashAlgorithm !== HASH_ALGORITHM) {
        result.unsupported.push(`${file} holds the hash of a log file by ${hashAlgorithm.slice(0, 64)}`);
        continue;
      }
      try {
        if ((await hashOf(root, log)) === hashValue.toLowerCase()) hold++;
        else damaged(log, 'edit', `its hash is not the one that the digest ${file} holds`);
      } catch (error) {
        if (!(error instanceof CorruptFileError)) throw error;
        damaged(log, 'edit', error.message);
      }
    }
    return hold;
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
      if (!(error instanceof CorruptFileError)) throw error;
      damaged(file, 'edit', error.message);
    }
  }
  return read;
}

/** The earliest end of a chain. Late log files come when they come. */
function reach(chains: readonly LinkedChain[]): string {
  const ends = (backfill: boolean) =>
    chains
      .filter(({ chain }) => chain.backfill === backfill)
      .map(({ chain }) => chain.to)
      .sort();
  return ends(false)[0] ?? ends(true)[0] ?? '';
}

/** Nothing is damaged: then what could not be verified stands in the way of saying so. */
function assertReadable({ unsigned, missingKeys, unsupported }: CloudTrailVerification): void {
  if (missingKeys.length > 0) {
    const which = missingKeys.map(({ region, fingerprint }) => `${fingerprint} of ${region}`).join(', ');
    throw new AuditUnreadableError(
      `these keys were not given: ${which}. Each Region has its own: save what \`aws cloudtrail list-public-keys --region REGION\` prints of each, from the time of the first digest on, and give all of the files`,
    );
  }
  if (unsupported.length > 0)
    throw new AuditUnreadableError(
      `an algorithm that is not known here, so nothing can be said: ${unsupported.join('; ')}`,
    );
  if (unsigned.length > 0) {
    const one = unsigned.length === 1;
    const names = unsigned.map((file) => `${path.posix.basename(file)}${METADATA}`).join(', ');
    throw new AuditUnreadableError(
      `the ${one ? 'signature' : 'signatures'} of ${unsigned.join(', ')} ${one ? 'is' : 'are'} not here: ${one ? 'it stands in the metadata of its object' : 'they stand in the metadata of their objects'}. Save what \`aws s3api head-object\` prints of ${one ? 'it beside it' : 'each beside it'}, as ${names}`,
    );
  }
}
