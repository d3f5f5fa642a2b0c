/**
 * A bucket of an object store that speaks the API of S3, with requests signed by Signature Version 4
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html). What lies in it is sealed before.
 */
import { AwsClient } from 'aws4fetch';
import { sha256Hex } from './artefacts';

/** Where a bucket is, and with which key it is read and written. */
export interface BucketSettings {
  /** `https://HOST[:PORT]` of the object store. */
  url: string;
  bucket: string;
  region: string;
  keyId: string;
  secret: string;
  /** `path`: the bucket begins the path. `host`: it begins the name of the host. */
  style: 'path' | 'host';
}

export interface Bucket {
  /** Stores bytes under a key, in place of what lay there. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** The bytes under a key; `undefined` where there are none. */
  get(key: string): Promise<Buffer | undefined>;
  /** Takes away what lies under a key, if anything does. */
  remove(key: string): Promise<void>;
}

/** An object store that did not do what it was asked, with how it answered and without the key. */
export class BucketFailed extends Error {
  override readonly name = 'BucketFailed';
}

/** Less than the workers wait for Postgres: a bucket that does not answer must not look like a database that is away. */
const ANSWER_MS = 1_500;
/** An artefact has some 10 kB; what is far larger was not written by a worker. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Every method rejects with `BucketFailed`; nothing is tried again here. */
export function createBucket(settings: BucketSettings): Bucket {
  const { keyId: accessKeyId, secret: secretAccessKey, region, bucket } = settings;
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: 0 });
  const ask = async (method: 'PUT' | 'GET' | 'DELETE', key: string, body?: Uint8Array) => {
    const failed = (how: string) => new BucketFailed(`the bucket "${bucket}" ${how}`);
    try {
      const response = await client.fetch(addressIn(settings, key), {
        method,
        // Signed with the hash of what is sent, so that nothing else is stored on the way.
        headers: { 'x-amz-content-sha256': sha256Hex(body ?? '') },
        ...(body && { body: Buffer.from(body) }),
        redirect: 'manual',
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      const { status, headers } = response;
      if (Number(headers.get('content-length') ?? 0) > MOST_BYTES) throw failed(`holds more than ${MOST_BYTES} bytes`);
      const bytes = Buffer.from(await response.arrayBuffer());
      if (response.ok) return bytes;
      const code = /<Code>(\w{1,60})<\/Code>/.exec(bytes.toString('utf8'))?.[1];
      if (status === 404 && code !== 'NoSuchBucket' && method !== 'PUT') return undefined;
      throw failed(`answers ${status}${code ? ` ${code}` : ''} to ${method}`);
    } catch (error) {
      if (error instanceof BucketFailed) throw error;
      const { name, message, cause } = error as Error & { cause?: { code?: string } };
      throw failed(
        name === 'TimeoutError'
          ? `does not answer within ${ANSWER_MS} ms`
          : `cannot be reached: ${cause?.code ?? message}`,
      );
    }
  };
  return {
    put: async (key, bytes) => void (await ask('PUT', key, bytes)),
    get: (key) => ask('GET', key),
    remove: async (key) => void (await ask('DELETE', key)),
  };
}

function addressIn({ url, bucket, style }: BucketSettings, key: string): string {
  const address = new URL(url);
  const folder = address.pathname.replace(/\/+$/, '');
  if (style === 'host') address.hostname = `${bucket}.${address.hostname}`;
  address.pathname = style === 'host' ? `${folder}/${key}` : `${folder}/${bucket}/${key}`;
  return address.toString();
}
