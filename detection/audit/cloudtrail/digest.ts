/**
 * Digest files of AWS CloudTrail: once an hour CloudTrail signs which log files it delivered, with the signature of the digest
 * before. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
 */
import { constants, createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { z } from 'zod';
import { problemsOf } from '../../../domain/kernel/problems';
import { AuditUnreadableError } from '../errors';

/** The bytes of a file are not what CloudTrail wrote, whatever reads them: gzip or JSON that is damaged. */
export class CorruptFileError extends Error {}

const HexSchema = z.string().regex(/^(?:[0-9a-f]{2})+$/i, 'must be hexadecimal');
const PeriodSchema = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'must be a time such as 2015-08-17T15:01:31Z');

/** The algorithms that CloudTrail uses; of a digest with others nothing can be said. */
export const SIGNATURE_ALGORITHM = 'SHA256withRSA';
export const HASH_ALGORITHM = 'SHA-256';

/** What is read of a digest; the signature covers all of its bytes. */
export const DigestSchema = z.object({
  digestStartTime: PeriodSchema,
  digestEndTime: PeriodSchema,
  digestS3Bucket: z.string().min(1),
  digestS3Object: z.string().min(1),
  digestPublicKeyFingerprint: z.string().min(1),
  digestSignatureAlgorithm: z.string().min(1),
  /** All null in the first digest after the validation of log files was switched on. */
  previousDigestS3Bucket: z.string().nullable(),
  previousDigestS3Object: z.string().nullable(),
  previousDigestHashValue: HexSchema.nullable(),
  previousDigestHashAlgorithm: z.string().nullable(),
  previousDigestSignature: HexSchema.nullable(),
  logFiles: z.array(
    z.object({
      s3Bucket: z.string().min(1),
      s3Object: z.string().min(1),
      hashValue: HexSchema,
      hashAlgorithm: z.string().min(1),
    }),
  ),
});
export type Digest = z.output<typeof DigestSchema>;

/** A digest with the hash of its bytes, unpacked. */
export interface ReadDigest extends Digest {
  hash: string;
}

/** @throws CorruptFileError that says what is wrong with it. */
export function readDigest(bytes: Buffer): ReadDigest {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new CorruptFileError('it is not valid JSON');
  }
  const parsed = DigestSchema.safeParse(value);
  if (!parsed.success) throw new CorruptFileError(`it is not a CloudTrail digest: ${problemsOf(parsed.error)[0]}`);
  return { ...parsed.data, hash: createHash('sha256').update(bytes).digest('hex') };
}

/** Whether CloudTrail signed the digest. `null` stands for the signature of no digest before, as CloudTrail writes it. */
export function signatureHolds(digest: ReadDigest, signature: string, key: KeyObject): boolean {
  const { digestEndTime, digestS3Bucket, digestS3Object, hash, previousDigestSignature } = digest;
  const signed = `${digestEndTime}\n${digestS3Bucket}/${digestS3Object}\n${hash}\n${previousDigestSignature}`;
  const given = Buffer.from(signature, 'hex');
  return verify('sha256', Buffer.from(signed), { key, padding: constants.RSA_PKCS1_PADDING }, given);
}

const KeysSchema = z.object({
  PublicKeyList: z.array(z.object({ Fingerprint: z.string().min(1), Value: z.base64() })).min(1),
});

/**
 * The public keys of a region by their fingerprints, as `aws cloudtrail list-public-keys` prints them: each the base64 of a PKCS #1
 * key in DER.
 *
 * @throws AuditUnreadableError for anything else.
 */
export function publicKeys(value: unknown): Map<string, KeyObject> {
  const parsed = KeysSchema.safeParse(value);
  if (!parsed.success) {
    throw new AuditUnreadableError(
      `these are not public keys as \`aws cloudtrail list-public-keys\` prints them: ${problemsOf(parsed.error)[0]}`,
    );
  }
  return new Map(
    parsed.data.PublicKeyList.map(({ Fingerprint, Value }) => {
      try {
        const key = createPublicKey({ key: Buffer.from(Value, 'base64'), format: 'der', type: 'pkcs1' });
        return [Fingerprint, key];
      } catch {
        throw new AuditUnreadableError(`the public key ${Fingerprint} is no RSA key in the form PKCS #1`);
      }
    }),
  );
}

/** As `aws s3api head-object` prints it. */
const HeadSchema = z.object({ Metadata: z.object({ signature: HexSchema }) });

/** The signature of a digest among the metadata of its object. @throws what is wrong, as a text. */
export function signatureOf(head: string): string {
  let value: unknown;
  try {
    value = JSON.parse(head);
  } catch {
    throw new Error('it is not valid JSON');
  }
  const parsed = HeadSchema.safeParse(value);
  if (!parsed.success)
    throw new Error(`it is not what \`aws s3api head-object\` prints: ${problemsOf(parsed.error)[0]}`);
  return parsed.data.Metadata.signature;
}
