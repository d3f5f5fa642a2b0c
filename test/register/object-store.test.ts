/**
 * Artefacts in a bucket: what our client needs of an object store, from one that checks signatures, from the emulator of other
 * people (`emulate`, by Vercel), and from any that TOCSIN_TEST_OBJECT_STORE names; and the store of the workers over it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import type pg from 'pg';
import { sha256Hex } from '../../activities/storage/artefacts';
import { type Bucket, type BucketSettings, createBucket } from '../../activities/storage/bucket';
import { createKeptArtefacts } from '../../activities/storage/kept-artefacts';
import { createPostgresArtefacts } from '../../activities/storage/postgres-artefacts';
import { freePort } from '../../platform/free-port';
import { packageRoot } from '../../platform/package-root';
import { createPool } from '../../postgres/pool';
import { afterFile, createTestDatabase, temporaryDir } from '../setup/helpers';
import { KEY, type StoreOfTests, startObjectStore } from '../setup/object-store';
import { until } from '../setup/until';
import { destroyKeys } from './helpers';

const NAMED = process.env.TOCSIN_TEST_OBJECT_STORE;

/** It looks at who asks, and takes any signature. */
const SIGNED_BY_ANYBODY = `AWS4-HMAC-SHA256 Credential=${KEY.keyId}/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0`;

async function emulator(): Promise<BucketSettings> {
  const port = await freePort();
  const program = path.join(packageRoot(), 'node_modules', 'emulate', 'dist', 'index.js');
  const child: ChildProcess = spawn(process.execPath, [program, 'start', '--service', 'aws', '--port', String(port)], {
    stdio: 'ignore',
    env: { PATH: process.env.PATH },
  });
  afterFile(() => void child.kill('SIGKILL'));
  const url = `http://127.0.0.1:${port}`;
  const settings: BucketSettings = { url, bucket: 'tocsin', style: 'path', ...KEY, region: 'us-east-1' };
  const made = () => fetch(`${url}/tocsin`, { method: 'PUT', headers: { authorization: SIGNED_BY_ANYBODY } });
  await until('the emulator has a bucket', async () => (await made()).ok, 30_000);
  return settings;
}

/** `{"url", "bucket", "region", "keyId", "secret"}` of a server that somebody started. */
const named = async (): Promise<BucketSettings> => ({ style: 'path', ...JSON.parse(NAMED!) });

const STORES: Array<[string, () => Promise<BucketSettings>]> = [
  ['one that checks signatures', async () => (await startObjectStore()).settings],
  ['emulate', emulator],
  ...(NAMED ? [['the one that is named', named] as [string, () => Promise<BucketSettings>]] : []),
];

describe.each(STORES)('an object store (%s)', (_name, start) => {
  let bucket: Bucket;
  let settings: BucketSettings;
  beforeAll(async () => {
    settings = await start();
    bucket = createBucket(settings);
  }, 60_000);

  test('gives back any bytes, the latest under a key, and none once they were taken away', async () => {
    const all = Buffer.from(Array.from({ length: 70_000 }, (_, n) => n % 256));
    const key = `artefacts/${sha256Hex(all)}/${sha256Hex('INC-1')}`;
    expect(await bucket.get(key)).toBeUndefined();
    await bucket.put(key, Buffer.from('before'));
    await bucket.put(key, all);
    expect((await bucket.get(key))!.equals(all)).toBe(true);
    await bucket.remove(key);
    await bucket.remove(key);
    expect(await bucket.get(key)).toBeUndefined();
  });

  test('says of a bucket that is not there that it failed, and not that there is no object', async () => {
    const other = createBucket({ ...settings, bucket: 'not-there' });
    await expect(other.put('a', Buffer.from('b'))).rejects.toMatchObject({ name: 'BucketFailed' });
  });
});

describe('the client', () => {
  let store: StoreOfTests;
  beforeAll(async () => {
    store = await startObjectStore();
  });
  afterEach(() => {
    store.fails = undefined;
  });

  test('tells a wrong key, another region, an error and silence apart, and never the secret', async () => {
    const problems: string[] = [];
    const get = (over: Partial<BucketSettings>) =>
      createBucket({ ...store.settings, ...over })
        .get('a')
        .catch((error) => problems.push(error.message));
    await get({ secret: 'another-secret' });
    await get({ region: 'us-east-1' });
    await get({ url: `http://127.0.0.1:${await freePort()}` });
    store.fails = 503;
    await get({});
    store.fails = 'silent';
    await get({});
    expect(problems).toEqual([
      'the bucket "tocsin" answers 403 SignatureDoesNotMatch to GET',
      'the bucket "tocsin" answers 403 SignatureDoesNotMatch to GET',
      'the bucket "tocsin" cannot be reached: ECONNREFUSED',
      'the bucket "tocsin" answers 503 InternalError to GET',
      'the bucket "tocsin" does not answer within 1500 ms',
    ]);
    expect(problems.join()).not.toContain('secret');
  });
});

describe('the artefacts of the workers', () => {
  let pool: pg.Pool;
  let store: StoreOfTests;
  const warned: string[] = [];
  const log = { info() {}, warn: ({ problem }: { problem: string }) => void warned.push(problem), error() {} } as never;

  beforeAll(async () => {
    pool = createPool((await createTestDatabase()).url);
    store = await startObjectStore();
  }, 120_000);
  afterAll(() => pool.end());
  beforeEach(() => {
    store.fails = undefined;
    warned.length = 0;
  });

  const worker = (bucket: Bucket | undefined = createBucket(store.settings), dir = temporaryDir('artefacts')) =>
    createKeptArtefacts({ pool, dir, log, restMs: 0, bucket });
  const rowsOf = async (sha256: string) =>
    (await pool.query('SELECT length(content) AS bytes FROM tocsin.artefacts WHERE sha256 = $1', [sha256])).rows;

  test('lie in the bucket once, sealed, under a name that says nothing; another worker finds them', async () => {
    const sha256 = await worker().put(Buffer.from('kanarie of the notice '.repeat(40)), 'INC-kanarie');
    await worker().put(Buffer.from('kanarie of the notice '.repeat(40)), 'INC-kanarie');
    expect(await rowsOf(sha256)).toEqual([{ bytes: 0 }]);
    expect(store.asked.filter((each) => each.startsWith('PUT') && each.includes(sha256))).toHaveLength(1);
    expect(store.asked.join()).not.toContain('kanarie');
    for (const bytes of store.objects.values()) expect(bytes.toString('latin1')).not.toContain('kanarie');
    expect((await worker().get(sha256)).toString()).toContain('kanarie of the notice');
  });

  test('that belong to no incident are not sealed, and stay in Postgres', async () => {
    const before = store.objects.size;
    const sha256 = await worker().put(Buffer.from('{"a":"policy"}'));
    expect(store.objects.size).toBe(before);
    expect((await worker().get(sha256)).toString()).toBe('{"a":"policy"}');
  });

  test('are stored in Postgres while the bucket fails, and what lies there is waited for', async () => {
    const there = await worker().put(Buffer.from('before'), 'INC-away');
    store.fails = 503;
    const during = await worker().put(Buffer.from('during'), 'INC-away');
    expect(warned).toEqual(['the bucket "tocsin" answers 503 InternalError to PUT']);
    expect((await worker(undefined).get(during)).toString()).toBe('during');
    for (const [without, says] of [
      [worker(), 'is in the object store, which cannot be read'],
      [createPostgresArtefacts(pool), 'Check TOCSIN_ARTEFACTS_URL'],
    ] as const)
      await expect(without.get(there)).rejects.toMatchObject({
        type: 'ArtefactsAway',
        nonRetryable: false,
        message: expect.stringContaining(says),
      });
    store.fails = undefined;
    expect((await worker().get(there)).toString()).toBe('before');
  });

  test('a bucket that does not answer is no Postgres that is away: marks are seen, and a copy serves', async () => {
    const one = worker();
    const sha256 = await one.put(Buffer.from('hangs'), 'INC-hangs');
    await worker().mark('page/hangs');
    store.fails = 'silent';
    expect((await one.get(sha256)).toString()).toBe('hangs');
    expect(await one.isMarked('page/hangs')).toBe(true);
  });

  test('that were changed, lost or exchanged in the bucket are damaged, and stored anew when they come again', async () => {
    const sha256 = await worker().put(Buffer.from('as it was'), 'INC-changed');
    const other = await worker().put(Buffer.from('another'), 'INC-changed');
    const keyOf = (hash: string) => [...store.objects.keys()].find((key) => key.includes(hash))!;
    const true_ = store.objects.get(keyOf(sha256))!;
    for (const wrong of [Buffer.from('forged'), store.objects.get(keyOf(other))!, undefined]) {
      const key = keyOf(sha256) ?? `/tocsin/artefacts/${sha256}/${sha256Hex('INC-changed')}`;
      if (wrong) store.objects.set(key, wrong);
      else store.objects.delete(key);
      await expect(worker().get(sha256)).rejects.toMatchObject({ type: 'ArtefactFault' });
      await worker().put(Buffer.from('as it was'), 'INC-changed');
      expect((await worker().get(sha256)).toString()).toBe('as it was');
      expect(store.objects.get(key)!.length).toBe(true_.length);
    }
    expect(await rowsOf(sha256)).toEqual([{ bytes: 0 }]);
  });

  test('go with their incident: nobody reads them from then on, and the bucket lets go of them; others stay', async () => {
    const one = worker();
    const gone = await one.put(Buffer.from('goes'), 'INC-goes');
    const shared = await one.put(Buffer.from('shared'), 'INC-goes');
    await one.put(Buffer.from('shared'), 'INC-stays');
    await destroyKeys(pool, new Date().toISOString(), 'INC-goes');
    await expect(worker().get(gone)).rejects.toMatchObject({
      message: expect.stringContaining('erased with its incident'),
    });
    store.fails = 503;
    await worker().forgetErased();
    store.fails = undefined;
    expect([...store.objects.keys()].filter((key) => key.includes(sha256Hex('INC-goes')))).toHaveLength(2);
    await one.forgetErased();
    expect([...store.objects.keys()].filter((key) => key.includes(sha256Hex('INC-goes')))).toEqual([]);
    expect((await worker().get(shared)).toString()).toBe('shared');
    const asked = store.asked.length;
    await worker().forgetErased();
    expect(store.asked.slice(asked)).toEqual([]);
  });
});
