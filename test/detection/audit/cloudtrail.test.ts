/**
 * CloudTrail's digests by AWS's rules, on a sample made by the same rules with keys of its own: no real one, with its signatures and
 * logs, is public. Intact it verifies; every byte that is changed, what is missing, moved or signed by another is found.
 */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { runCommand } from '../../../cli/program';
import { Shell } from '../../../cli/shell';
import { publicKeys } from '../../../detection/audit/cloudtrail/digest';
import { verifyCloudTrail } from '../../../detection/audit/cloudtrail/verify';
import { AuditUnreadableError } from '../../../detection/audit/errors';
import { temporaryDir } from '../../setup/helpers';
import { inputs } from '../../setup/inputs';

const ACCOUNT = '111122223333';
const BUCKET = 'amzn-s3-demo-bucket';
const REGION = 'eu-central-1';
const FINGERPRINT = '31e8b5433410dfb61a9dc45cc65b22ff';
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const stamp = (at: string) => at.replaceAll(/[-:]/g, '');
const hour = (n: number) => `2026-11-28T${String(n).padStart(2, '0')}:01:31Z`;

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
const listed = (fingerprint: string, key: KeyObject) => ({
  Fingerprint: fingerprint,
  Value: key.export({ format: 'der', type: 'pkcs1' }).toString('base64'),
  ValidityStartTime: '2026-11-01T00:00:00Z',
  ValidityEndTime: '2026-12-31T00:00:00Z',
});
const KEYS = { PublicKeyList: [listed(FINGERPRINT, publicKey)] };

interface Previous {
  object: string;
  hash: string;
  signature: string;
}

const digestObject = (end: string, backfill = '', region = REGION) =>
  `AWSLogs/${ACCOUNT}/CloudTrail-Digest/${region}/2026/11/28/${ACCOUNT}_CloudTrail-Digest_${region}_trail_1_${REGION}_${stamp(end)}${backfill}.json.gz`;
const logObject = (end: string, n: number, region = REGION) =>
  `AWSLogs/${ACCOUNT}/CloudTrail/${region}/2026/11/28/${ACCOUNT}_CloudTrail_${region}_${stamp(end).slice(0, -3)}Z_${n}abcDEF.json.gz`;

function put(root: string, object: string, bytes: Buffer): void {
  const file = path.join(root, object);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, gzipSync(bytes));
}

interface Delivery {
  logs: number;
  backfill: string;
  key: KeyObject;
  fingerprint: string;
  region: string;
  /** Of the names of log files. */
  suffix: string;
  /** Fields of the digest that are other than CloudTrail writes them. */
  change: Record<string, unknown>;
}

/** A digest of an hour with its logs, as CloudTrail delivers them. */
function deliver(
  root: string,
  n: number,
  previous: Previous | undefined,
  {
    logs = 2,
    backfill = '',
    key = privateKey,
    fingerprint = FINGERPRINT,
    region = REGION,
    suffix = '',
    change = {},
  }: Partial<Delivery> = {},
): Previous {
  const end = hour(n + 1);
  const object = digestObject(end, backfill, region);
  const logFiles = Array.from({ length: logs }, (_, each) => {
    const s3Object = logObject(end, each + (backfill ? 100 : 0), region) + suffix;
    const bytes = Buffer.from(JSON.stringify({ Records: [{ eventID: `${n}-${each}`, eventName: 'ConsoleLogin' }] }));
    put(root, s3Object, bytes);
    return {
      s3Bucket: BUCKET,
      s3Object,
      hashValue: sha256(bytes),
      hashAlgorithm: 'SHA-256',
      newestEventTime: end,
      oldestEventTime: hour(n),
    };
  });
  const bytes = Buffer.from(
    JSON.stringify({
      awsAccountId: ACCOUNT,
      digestStartTime: hour(n),
      digestEndTime: end,
      digestS3Bucket: BUCKET,
      digestS3Object: object,
      digestPublicKeyFingerprint: fingerprint,
      digestSignatureAlgorithm: 'SHA256withRSA',
      newestEventTime: end,
      oldestEventTime: hour(n),
      previousDigestS3Bucket: previous ? BUCKET : null,
      previousDigestS3Object: previous?.object ?? null,
      previousDigestHashValue: previous?.hash ?? null,
      previousDigestHashAlgorithm: previous ? 'SHA-256' : null,
      previousDigestSignature: previous?.signature ?? null,
      logFiles,
      ...change,
    }),
  );
  put(root, object, bytes);
  const signed = `${end}\n${BUCKET}/${object}\n${sha256(bytes)}\n${previous?.signature ?? 'null'}`;
  return { object, hash: sha256(bytes), signature: sign('sha256', Buffer.from(signed), key).toString('hex') };
}

function saveSignature(root: string, { object, signature }: Previous): void {
  const head = { ContentType: 'application/json', Metadata: { signature, 'signature-algorithm': 'SHA256withRSA' } };
  writeFileSync(path.join(root, `${object}.metadata.json`), JSON.stringify(head));
}

const original = temporaryDir('cloudtrail');
const delivered: Previous[] = [];
for (let n = 0; n < 5; n++) delivered.push(deliver(original, n, delivered.at(-1), { logs: n === 3 ? 0 : 2 }));
saveSignature(original, delivered.at(-1)!);

let copies = 0;
/** A copy to do harm to. */
function copy(): string {
  const root = path.join(temporaryDir('cloudtrail-copy'), String(++copies));
  cpSync(original, root, { recursive: true });
  return root;
}
const verify = (root: string, keys: unknown = KEYS) => verifyCloudTrail(root, publicKeys(keys));
const kinds = async (root: string, keys: unknown = KEYS) =>
  (await verify(root, keys)).damage.map(({ kind, file }) => `${kind} ${path.basename(file)}`);
const name = (object: string) => path.basename(object);
const FIRST_LOG = logObject(hour(2), 0);

test('an intact trail verifies, the hour without activity too', async () => {
  expect(await verify(original)).toEqual({
    ok: true,
    digests: 5,
    logs: 8,
    to: hour(5),
    chains: [
      {
        bucket: BUCKET,
        account: ACCOUNT,
        region: REGION,
        trail: 'trail_1',
        backfill: false,
        from: hour(0),
        to: hour(5),
        digests: 5,
        logs: 8,
      },
    ],
    gaps: [],
    before: [],
    unnamed: [],
    unsigned: [],
    missingKeys: [],
    unsupported: [],
    damage: [],
  });
});

test('a copy of what lies below a prefix verifies as well', async () => {
  expect(await verify(path.join(original, 'AWSLogs', ACCOUNT))).toMatchObject({ ok: true, digests: 5, logs: 8 });
});

/** Whether a byte lies in the digest's key or in the algorithm of its signature. */
function anotherIsNamed(bytes: Buffer, at: number): boolean {
  const text = bytes.toString('latin1');
  return [`"digestPublicKeyFingerprint":"${FINGERPRINT}`, '"digestSignatureAlgorithm":"SHA256withRSA'].some((part) => {
    const start = text.indexOf(part);
    return at >= start + part.lastIndexOf('"') && at <= start + part.length;
  });
}

test('every byte of a digest and of a log, changed: found, at its file', async () => {
  const root = copy();
  for (const object of [delivered[2]!.object, delivered[4]!.object, FIRST_LOG]) {
    const file = path.join(root, object);
    const packed = readFileSync(file);
    const bytes = gunzipSync(packed);
    for (let at = 0; at < bytes.length; at += inputs(1, 31)) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1 << (at % 8);
      writeFileSync(file, gzipSync(changed, { level: 1 }));
      const said = await verify(root).catch((error) => error);
      if (said instanceof AuditUnreadableError) {
        // Only the last digest may name a key or an algorithm that nobody knows: no other holds its hash.
        expect({ at, object, namesAnother: anotherIsNamed(bytes, at) }).toEqual({
          at,
          object: delivered[4]!.object,
          namesAnother: true,
        });
        expect(said.message).toMatch(/keys were not given|an algorithm that is not known/);
        continue;
      }
      const { ok, damage } = said;
      expect({ at, ok, found: damage.some(({ file: at }: { file: string }) => at === object) }).toEqual({
        at,
        ok: false,
        found: true,
      });
    }
    writeFileSync(file, packed);
  }
}, 600_000);

test('every byte of the packed files, changed: found, or it says the same', async () => {
  const root = copy();
  for (const object of [delivered[2]!.object, FIRST_LOG]) {
    const file = path.join(root, object);
    const packed = readFileSync(file);
    for (let at = 0; at < packed.length; at += inputs(1, 31)) {
      const changed = Buffer.from(packed);
      changed[at]! ^= 1 << (at % 8);
      writeFileSync(file, changed);
      const { ok, damage } = await verify(root);
      if (ok) expect(gunzipSync(changed).equals(gunzipSync(packed))).toBe(true);
      else expect(damage.some((each) => each.file === object)).toBe(true);
    }
    writeFileSync(file, packed);
  }
}, 600_000);

test('a digest that is missing in the middle, a log that is missing', async () => {
  const root = copy();
  rmSync(path.join(root, delivered[2]!.object));
  expect(await kinds(root)).toEqual([`deletion ${name(delivered[2]!.object)}`]);
  const other = copy();
  rmSync(path.join(other, FIRST_LOG));
  expect(await kinds(other)).toEqual([`deletion ${name(FIRST_LOG)}`]);
});

test('digests in another order: each lies where another belongs', async () => {
  const root = copy();
  const [a, b] = [path.join(root, delivered[1]!.object), path.join(root, delivered[2]!.object)];
  renameSync(a, `${a}.x`);
  renameSync(b, a);
  renameSync(`${a}.x`, b);
  expect(await kinds(root)).toEqual([`reorder ${name(delivered[1]!.object)}`, `reorder ${name(delivered[2]!.object)}`]);
});

test('another key: not given, given under its name, or a trail that a stranger signed', async () => {
  const other = { PublicKeyList: [listed('ffffffffffffffffffffffffffffffff', publicKey)] };
  await expect(verify(original, other)).rejects.toThrow(
    new RegExp(`keys were not given: ${FINGERPRINT} of ${REGION}\\..*--region`),
  );
  const swapped = { PublicKeyList: [listed(FINGERPRINT, stranger.publicKey)] };
  expect((await verify(original, swapped)).damage.map(({ reason }) => reason)).toEqual(
    Array(5).fill('its signature does not hold'),
  );
  const root = copy();
  const forged = deliver(root, 4, delivered[3], { key: stranger.privateKey });
  saveSignature(root, forged);
  expect(await kinds(root)).toEqual([`edit ${name(delivered[4]!.object)}`]);
});

test('a chain rewritten from the middle on needs the key', async () => {
  const root = copy();
  let last = delivered[1]!;
  for (let n = 2; n < 5; n++) last = deliver(root, n, last, { logs: 1, key: stranger.privateKey });
  saveSignature(root, last);
  expect(await kinds(root)).toEqual([2, 3, 4].map((n) => `edit ${name(delivered[n]!.object)}`));
});

test('backfill: a chain of its own, with its own signature', async () => {
  const root = copy();
  const late = deliver(root, 1, undefined, { backfill: '_backfill' });
  await expect(verify(root)).rejects.toThrow(/the signature of .*_backfill\.json\.gz is not here/);
  saveSignature(root, late);
  expect(await verify(root)).toMatchObject({ ok: true, digests: 6, logs: 10 });
  const log = path.join(root, logObject(hour(2), 100));
  writeFileSync(log, gzipSync(Buffer.concat([gunzipSync(readFileSync(log)), Buffer.from(' ')])));
  expect(await kinds(root)).toEqual([`edit ${name(log)}`]);
  saveSignature(root, { ...late, signature: late.signature.replace(/^./, (c) => (c === '0' ? '1' : '0')) });
  expect(await kinds(root)).toContain(`edit ${name(late.object)}`);
});

test('validation that was off in between is told as a gap; what is before the first digest too', async () => {
  const root = copy();
  const anew = deliver(root, 8, undefined);
  saveSignature(root, anew);
  expect(await verify(root)).toMatchObject({
    ok: true,
    digests: 6,
    gaps: [{ chain: `account ${ACCOUNT}, trail trail_1, Region ${REGION}`, from: hour(5), to: hour(8) }],
  });
  rmSync(path.join(root, delivered[0]!.object));
  expect(await verify(root)).toMatchObject({ ok: true, digests: 5, before: [delivered[0]!.object] });
});

test('a log file that no digest names, among hours that have theirs, was put there; a later one is not verified yet', async () => {
  const root = copy();
  const later = logObject(hour(6), 7);
  put(root, later, Buffer.from('{"Records":[]}'));
  expect(await verify(root)).toMatchObject({ ok: true, logs: 8, unnamed: [later] });
  put(root, logObject(hour(3), 7), Buffer.from('{"Records":[]}'));
  expect(await verify(root)).toMatchObject({
    ok: false,
    logs: 8,
    unnamed: [later],
    damage: [{ file: logObject(hour(3), 7), kind: 'insertion' }],
  });
});

const FAR = 'us-west-2';
const FAR_FINGERPRINT = '00e8b5433410dfb61a9dc45cc65b22ff';
const far = generateKeyPairSync('rsa', { modulusLength: 2048 });
const FAR_KEYS = { PublicKeyList: [listed(FAR_FINGERPRINT, far.publicKey)] };
const FROM_FAR = { region: FAR, key: far.privateKey, fingerprint: FAR_FINGERPRINT };

/** The trail in a second Region too, up to an hour. */
function withFarRegion(hours: number): { root: string; all: Previous[] } {
  const root = copy();
  const all: Previous[] = [];
  for (let n = 0; n < hours; n++) all.push(deliver(root, n, all.at(-1), FROM_FAR));
  saveSignature(root, all.at(-1)!);
  return { root, all };
}
const bothKeys = new Map([...publicKeys(KEYS), ...publicKeys(FAR_KEYS)]);

test('a trail of several Regions: a key of each, or it says which is missing; the earliest end counts', async () => {
  const { root } = withFarRegion(3);
  await expect(verify(root)).rejects.toThrow(AuditUnreadableError);
  await expect(verify(root)).rejects.toThrow(`${FAR_FINGERPRINT} of ${FAR}`);
  expect(await verifyCloudTrail(root, bothKeys)).toMatchObject({
    ok: true,
    digests: 8,
    to: hour(3),
    chains: [
      { region: REGION, from: hour(0), to: hour(5), digests: 5, logs: 8 },
      { region: FAR, from: hour(0), to: hour(3), digests: 3, logs: 6 },
    ],
  });
});

test('what is damaged hides no digest without its signature, and each of them is named', async () => {
  const { root, all } = withFarRegion(2);
  const last = [delivered.at(-1)!.object, all.at(-1)!.object];
  for (const object of last) rmSync(path.join(root, `${object}.metadata.json`));
  const said = await verifyCloudTrail(root, bothKeys).catch((error) => error);
  expect(said).toBeInstanceOf(AuditUnreadableError);
  for (const object of last) expect(said.message).toContain(object);
  rmSync(path.join(root, FIRST_LOG));
  const { damage, unsigned } = await verifyCloudTrail(root, bothKeys);
  expect(damage).toMatchObject([{ kind: 'deletion', file: FIRST_LOG }]);
  expect(unsigned).toEqual(last);
});

test('what cannot be read is not told as changed', async () => {
  const folder = copy();
  rmSync(path.join(folder, FIRST_LOG));
  mkdirSync(path.join(folder, FIRST_LOG));
  await expect(verify(folder)).rejects.toThrow(AuditUnreadableError);
  const link = copy();
  renameSync(path.join(link, delivered[2]!.object), path.join(link, 'elsewhere'));
  symlinkSync(path.join(link, 'elsewhere'), path.join(link, delivered[2]!.object));
  await expect(verify(link)).rejects.toThrow(/not a regular file/);
  const other = copy();
  const signed = deliver(other, 5, delivered[4], { change: { digestSignatureAlgorithm: 'Ed25519' } });
  saveSignature(other, signed);
  await expect(verify(other)).rejects.toThrow(/signed by Ed25519/);
  const hashed = copy();
  saveSignature(hashed, deliver(hashed, 5, delivered[4], { change: { previousDigestHashAlgorithm: 'SHA-512' } }));
  await expect(verify(hashed)).rejects.toThrow(/by SHA-512/);
  const long = copy();
  writeFileSync(path.join(long, `${delivered[4]!.object}.metadata.json`), ' '.repeat(1024 * 1024 + 1));
  await expect(verify(long)).rejects.toThrow(/longer than 1 MiB/);
});

test('a file that the machine cannot read is not told as changed', async () => {
  const failing = Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
  for (const unreadable of [FIRST_LOG, delivered[2]!.object]) {
    const real = fs.open;
    const open = jest.spyOn(fs, 'open');
    open.mockImplementation((file, ...rest) =>
      String(file).endsWith(unreadable) ? Promise.reject(failing) : real(file, ...rest),
    );
    await expect(verify(original)).rejects.toThrow(AuditUnreadableError);
    open.mockRestore();
  }
});

test('a log file that a digest names is there, whatever its name', async () => {
  const root = copy();
  saveSignature(root, deliver(root, 5, delivered[4], { suffix: '.renamed' }));
  expect(await verify(root)).toMatchObject({ ok: true, digests: 6, logs: 10 });
});

test('without the signature of the last digest, or without a digest, nothing is said', async () => {
  const root = copy();
  rmSync(path.join(root, `${delivered[4]!.object}.metadata.json`));
  await expect(verify(root)).rejects.toThrow(/is not here: it stands in the metadata/);
  await expect(verify(temporaryDir('empty'))).rejects.toThrow(/no digest file/);
  expect(() => publicKeys({ PublicKeyList: [{ Fingerprint: 'a', Value: 'AAAA' }] })).toThrow(/no RSA key/);
  expect(() => publicKeys([])).toThrow(/list-public-keys/);
});

test('the command: 0 intact, 1 damaged with the file, 2 not readable', async () => {
  const keys = path.join(temporaryDir('cloudtrail-keys'), 'keys.json');
  writeFileSync(keys, JSON.stringify(KEYS));
  const run = async (...argv: string[]) => {
    let text = '';
    const sink = { write: (part: string) => (text += part) };
    return { code: await runCommand(['audit', 'verify', ...argv], new Shell({}, sink, { write: () => true })), text };
  };
  expect(await run(original, '--cloudtrail', keys)).toEqual({
    code: 0,
    text: expect.stringContaining(
      `✓ 5 digests and 8 log files, intact up to ${hour(5)}\n  bucket ${BUCKET}, account ${ACCOUNT}, trail trail_1\n    ${REGION}: 5 digests and 8 log files, ${hour(0)} to ${hour(5)}\n  Compare these`,
    ),
  });
  const root = copy();
  writeFileSync(path.join(root, FIRST_LOG), gzipSync('{"Records":[]}'));
  expect(await run(root, '--cloudtrail', keys)).toEqual({
    code: 1,
    text: expect.stringMatching(/✗ edit: AWSLogs\/.*abcDEF\.json\.gz[\s\S]*its hash is not the one/),
  });
  const json = await run(root, '--cloudtrail', keys, '--json');
  expect(JSON.parse(json.text)).toMatchObject({ ok: false, logs: 7 });
  const farKeys = path.join(temporaryDir('cloudtrail-keys'), 'far.json');
  writeFileSync(farKeys, JSON.stringify(FAR_KEYS));
  const { root: wide } = withFarRegion(3);
  expect(await run(wide, '--cloudtrail', keys)).toMatchObject({ code: 2 });
  const both = await run(wide, '--cloudtrail', keys, '--cloudtrail', farKeys);
  expect(both).toEqual({ code: 0, text: expect.stringContaining(`intact up to ${hour(3)}\n`) });
  saveSignature(wide, deliver(wide, 8, undefined));
  const anew = await run(wide, '--cloudtrail', keys, '--cloudtrail', farKeys);
  expect(anew.text.replaceAll(/\s+/g, ' ')).toContain(
    `trail trail_1, Region ${REGION}: a chain begins anew at ${hour(8)}. What lay between ${hour(5)} and then cannot be told: validation was off, or digests were deleted`,
  );
  expect(await run(temporaryDir('empty'), '--cloudtrail', keys)).toMatchObject({ code: 2 });
  expect(await run(original, '--cloudtrail', keys, '--head', 'a'.repeat(64))).toMatchObject({ code: 2 });
});
