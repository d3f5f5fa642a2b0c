/** An object store in memory that takes what is signed as AWS says, and nothing else: worked out here apart from the client. */
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BucketSettings } from '../../activities/storage/bucket';
import { afterFile } from './helpers';

export const KEY = { keyId: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', region: 'eu-central-1' };

export interface StoreOfTests {
  settings: BucketSettings;
  objects: Map<string, Buffer>;
  /** Each request as `METHOD path`. */
  asked: string[];
  /** What it answers instead, until it is undefined again: a status, or nothing at all. */
  fails: number | 'silent' | undefined;
}

export async function startObjectStore(bucket = 'tocsin'): Promise<StoreOfTests> {
  const store: StoreOfTests = { settings: undefined as never, objects: new Map(), asked: [], fails: undefined };
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const path = request.url!;
    store.asked.push(`${request.method} ${path}`);
    const answer = (status: number, code = '') =>
      response.writeHead(status).end(code && `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`);
    if (store.fails === 'silent') return;
    if (store.fails) return answer(store.fails, 'InternalError');
    if (request.headers['x-amz-content-sha256'] !== sha256(body)) return answer(400, 'XAmzContentSHA256Mismatch');
    if (request.headers.authorization !== authorizationOf(request, body)) return answer(403, 'SignatureDoesNotMatch');
    if (!path.startsWith(`/${bucket}/`)) return answer(404, 'NoSuchBucket');
    const found = store.objects.get(path);
    if (request.method === 'PUT') store.objects.set(path, body);
    else if (request.method === 'DELETE') store.objects.delete(path);
    else return found ? response.writeHead(200).end(found) : answer(404, 'NoSuchKey');
    return answer(request.method === 'PUT' ? 200 : 204);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  afterFile(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  store.settings = { url, bucket, style: 'path', ...KEY };
  return store;
}

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
function authorizationOf({ method, url, headers }: IncomingMessage, body: Buffer): string {
  const date = String(headers['x-amz-date']);
  const names = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1] ?? '';
  const signed = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const canonical = [method, url, '', signed.join(''), names, sha256(body)].join('\n');
  const scope = `${date.slice(0, 8)}/${KEY.region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>((by, part) => hmac(by, part), `AWS4${KEY.secret}`);
  const signature = hmac(key, text).toString('hex');
  return `AWS4-HMAC-SHA256 Credential=${KEY.keyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
}
