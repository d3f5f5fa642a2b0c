/** Which digests are of one chain, and where in the folder the objects of the bucket lie. */
import type { ReadDigest } from './digest';

/**
 * ACCOUNT_CloudTrail-Digest_REGION_TRAIL_HOME-REGION_END.json.gz; late log files stand in digests that end in `_backfill`.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
 */
export const DIGEST_NAME =
  /(?:^|\/)([^_/]+)_CloudTrail-Digest_([a-z0-9-]+)_([^/]+)_([a-z0-9-]+)_\d{8}T\d{6}Z(_backfill)?\.json\.gz$/;
/** ACCOUNT_CloudTrail_REGION_DELIVERED_RANDOM.json.gz, to the minute. */
const LOG_NAME = /(?:^|\/)([^_/]+)_CloudTrail_([a-z0-9-]+)_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z_[^/]+\.json\.gz$/;
/** A log file is named by the digest of the hour of its delivery, and its name's time is a little before that. */
const HOUR = 3_600_000;

/** A digest and the file that it was read from. */
export interface Placed {
  file: string;
  digest: ReadDigest;
}

/** One account, Region and trail; its backfill is another chain. Times are those of the digests: ISO 8601, to the second, in UTC. */
export interface CloudTrailChain {
  bucket: string;
  account: string;
  region: string;
  trail: string;
  backfill: boolean;
  /** The hours that its digests are about. */
  from: string;
  to: string;
  /** Of which the signature holds. */
  digests: number;
  /** Named by one of those, and what they were. */
  logs: number;
}

/** A stretch for which a chain has no digests. */
export interface CloudTrailGap {
  /** The chain, in words. */
  chain: string;
  from: string;
  to: string;
}

/** The oldest digest first; at least one. */
export interface LinkedChain {
  chain: CloudTrailChain;
  placed: Placed[];
}

export function chainName({ account, trail, region, backfill }: CloudTrailChain): string {
  return `account ${account}, trail ${trail}, Region ${region}${backfill ? ', backfill' : ''}`;
}

/** The Region in which a digest was made: its key is one of that Region. */
export function regionOf(file: string): string {
  return DIGEST_NAME.exec(file)?.[2] ?? 'unknown';
}

export function chainsOf(placed: readonly Placed[]): LinkedChain[] {
  const chains = new Map<string, Placed[]>();
  for (const each of placed) {
    const name = JSON.stringify([each.digest.digestS3Bucket, ...DIGEST_NAME.exec(each.file)!.slice(1)]);
    chains.set(name, [...(chains.get(name) ?? []), each]);
  }
  return [...chains.values()].map((chain) => {
    chain.sort((a, b) => (a.digest.digestEndTime < b.digest.digestEndTime ? -1 : 1));
    const { file, digest } = chain[0]!;
    const [, account, region, trail, , backfill] = DIGEST_NAME.exec(file)!;
    return {
      placed: chain,
      chain: {
        bucket: digest.digestS3Bucket,
        account: account!,
        region: region!,
        trail: trail!,
        backfill: backfill !== undefined,
        from: chain.map((each) => each.digest.digestStartTime).sort()[0]!,
        to: chain.at(-1)!.digest.digestEndTime,
        digests: 0,
        logs: 0,
      },
    };
  });
}

/**
 * Where the objects of the bucket lie: the folder may be the bucket, or what is below a prefix of it, the same for all. Most digests
 * say which.
 */
export function placeIn(placed: readonly Placed[]): { fileOf(bucket: string, object: string): string | undefined } {
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

/**
 * Whether a digest that is here and holds would have named a log file, had CloudTrail delivered it: digests of its account and Region are about
 * the time in its name, an hour before and an hour after.
 */
export function isCovered(log: string, chains: readonly LinkedChain[], holds: (digest: string) => boolean): boolean {
  const [, account, region, year, month, day, hour, minute] = LOG_NAME.exec(log) ?? [];
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:00Z`);
  if (Number.isNaN(at)) return false;
  return chains.some(
    ({ chain, placed }) =>
      !chain.backfill &&
      chain.account === account &&
      chain.region === region &&
      [at - HOUR, at, at + HOUR].every((time) =>
        placed.some(
          ({ file, digest }) =>
            time >= Date.parse(digest.digestStartTime) && time <= Date.parse(digest.digestEndTime) && holds(file),
        ),
      ),
  );
}
