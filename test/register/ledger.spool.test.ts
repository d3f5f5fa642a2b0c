import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type pg from 'pg';
import type { DeliveryGroup, DeliveryLedger } from '../../activities/delivery/ledger/ledger';
import { mergeSpool } from '../../activities/delivery/ledger/merge-spool';
import { PostgresLedger } from '../../activities/delivery/ledger/postgres-ledger';
import type { SpoolLedger } from '../../activities/delivery/ledger/spool-ledger';
import { createPool } from '../../postgres/pool';
import { createTestDatabase, type TestDatabase } from '../setup/helpers';

let database: TestDatabase;
let pool: pg.Pool;
let postgres: PostgresLedger;
let dir: string;

const group: DeliveryGroup = { incidentId: 'inc/1 ✓', obligationId: 'enterprise-notice', channel: 'email', round: 1 };
const now = new Date('2026-04-01T03:00:00.000Z');
const people = ['a', 'b', 'c', 'd'].map((ref) => ({ ref, address: `${ref}@example.com`, language: 'en' }));

beforeEach(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
  postgres = new PostgresLedger(pool);
  dir = path.join(await mkdtemp(path.join(tmpdir(), 'tocsin-spool-')), 'spool');
});

afterEach(async () => {
  await pool?.end();
  await rm(path.dirname(dir), { recursive: true, force: true });
});

/** A ledger in a process that was just started: it knows only what is on disk. */
function restarted(): SpoolLedger {
  let fresh: SpoolLedger | undefined;
  jest.isolateModules(() => {
    const module =
      require('../../activities/delivery/ledger/spool-ledger') as typeof import('../../activities/delivery/ledger/spool-ledger');
    fresh = new module.SpoolLedger(dir);
  });
  return fresh!;
}

async function sendNext(ledger: DeliveryLedger, size: number, status: 'sent' | 'unknown' = 'sent'): Promise<void> {
  const batch = (await ledger.claimBatches(group, size, now))[0]!;
  await ledger.settleBatch(
    batch.batchKey,
    batch.recipients.map(({ ref }) => ({ ref, status, providerMessageId: `m-${ref}` })),
    now,
  );
}

async function journal(): Promise<string> {
  const [name, ...more] = await readdir(dir);
  expect(more).toEqual([]);
  return path.join(dir, name!);
}

const statuses = async (ledger: DeliveryLedger) =>
  (await ledger.recipients(group)).map(({ ref, status }) => `${ref} ${status}`);

test('the journal holds addresses, so only its owner reads it', async () => {
  await restarted().open(group, people);
  expect((await stat(dir)).mode & 0o777).toBe(0o700);
  expect((await stat(await journal())).mode & 0o777).toBe(0o600);
});

test('after a crash the same batch is claimed with the same key', async () => {
  const before = restarted();
  await before.open(group, people);
  const claimed = (await before.claimBatches(group, 2, now))[0];
  expect((await restarted().claimBatches(group, 4, new Date()))[0]).toEqual({ ...claimed, isNew: false });
});

test('a crash at any byte of the last write loses that write only, and the next one is whole', async () => {
  const first = restarted();
  await first.open(group, people);
  await sendNext(first, 2);
  const file = await journal();
  const before = await readFile(file);
  await first.claimBatches(group, 2, now);
  const after = await readFile(file);
  for (let length = before.length; length < after.length; length++) {
    await writeFile(file, after.subarray(0, length));
    const ledger = restarted();
    expect(await statuses(ledger)).toEqual(['a sent', 'b sent', 'c pending', 'd pending']);
    await sendNext(ledger, 2);
    expect(await statuses(restarted())).toEqual(['a sent', 'b sent', 'c sent', 'd sent']);
    await writeFile(file, before);
  }
});

test('a crash while the journal is begun leaves an empty ledger that can be opened', async () => {
  await restarted().open(group, people);
  const file = await journal();
  const bytes = await readFile(file);
  for (const length of [0, 1, 20, bytes.indexOf('\n') + 1, bytes.indexOf('\n') + 10]) {
    await writeFile(file, bytes.subarray(0, length));
    expect(await restarted().open(group, people)).toEqual({ added: 4, total: 4 });
  }
});

test('a damaged line in the middle is an error that names it, never a silent loss', async () => {
  const ledger = restarted();
  await ledger.open(group, people);
  await sendNext(ledger, 2);
  const file = await journal();
  const lines = (await readFile(file, 'utf8')).split('\n');
  lines[2] = lines[2]!.slice(0, 10);
  await writeFile(file, lines.join('\n'));
  await expect(restarted().summary(group)).rejects.toThrow('line 3 of the spool');
});

test('a stop survives a crash, and goes into Postgres before anybody whom it took out', async () => {
  await postgres.open(group, people);
  const spool = restarted();
  await spool.open(group, people);
  const [batch] = await spool.claimBatches(group, 1, now);
  await spool.stop(group);
  const after = restarted();
  expect(await after.claimBatches(group, 4, now)).toEqual([{ ...batch, isNew: false }]);
  await sendNext(after, 4);
  expect(await after.summary(group)).toMatchObject({ total: 1, sent: 1, pending: 0, stopped: 3 });
  await mergeSpool(dir, postgres);
  expect(await postgres.claimBatches(group, 4, now)).toEqual([]);
  expect(await postgres.summary(group)).toMatchObject({ total: 1, sent: 1, pending: 0, stopped: 3 });
});

test('whoever goes on in a spool after a stop is merged as of the later round; an older spool takes nobody out of it', async () => {
  const round2 = { ...group, round: 2 };
  await postgres.open(group, people);
  await postgres.stop(group);
  const spool = restarted();
  await spool.open(round2, people.slice(0, 2));
  await mergeSpool(dir, postgres);
  expect(await postgres.summary(group)).toMatchObject({ total: 2, pending: 2, stopped: 2 });
  const late = restarted();
  await late.open(group, people);
  await late.stop(group);
  await mergeSpool(dir, postgres);
  const [batch] = await postgres.claimBatches(round2, 4, now);
  expect(batch!.recipients.map(({ ref }) => ref)).toEqual(['a', 'b']);
});

test('when Postgres is back the spool is merged in, once, and removed', async () => {
  await postgres.open(group, people.slice(0, 2));
  const spool = restarted();
  await spool.open(group, people);
  await sendNext(spool, 3);
  const copy = await readFile(await journal());
  const file = await journal();
  expect(await mergeSpool(dir, postgres)).toEqual({ merged: 4 });
  expect(await readdir(dir)).toEqual([]);
  const merged = await postgres.recipients(group);
  expect(merged.map(({ ref, status, sentAt }) => [ref, status, sentAt])).toEqual([
    ...['a', 'b', 'c'].map((ref) => [ref, 'sent', now.toISOString()]),
    ['d', 'pending', undefined],
  ]);
  expect(merged[0]).toMatchObject({ providerMessageId: 'm-a', address: 'a@example.com' });

  // A crash between the merge and the removal: the same file again changes nothing.
  await writeFile(file, copy);
  expect(await mergeSpool(dir, postgres)).toEqual({ merged: 0 });
  expect(await postgres.recipients(group)).toEqual(merged);
  expect(await mergeSpool(dir, postgres)).toEqual({ merged: 0 });
});

test('what Postgres knows as sent stays so, whatever the spool says', async () => {
  await postgres.open(group, people);
  await sendNext(postgres, 4);
  const before = await postgres.recipients(group);
  const spool = restarted();
  await spool.open(group, people);
  await sendNext(spool, 4, 'unknown');
  await mergeSpool(dir, postgres);
  expect(await postgres.recipients(group)).toEqual(before);
});

test('a batch with an unknown outcome keeps its key through the merge', async () => {
  const spool = restarted();
  await spool.open(group, people);
  const batch = (await spool.claimBatches(group, 3, now))[0]!;
  await mergeSpool(dir, postgres);
  expect((await postgres.claimBatches(group, 2, new Date()))[0]).toEqual({ ...batch, isNew: false });
});

test('with Postgres away the merge fails and the spool stays', async () => {
  const spool = restarted();
  await spool.open(group, people);
  const gone = createPool('postgres://postgres@127.0.0.1:1/none');
  await expect(mergeSpool(dir, new PostgresLedger(gone))).rejects.toThrow('ECONNREFUSED');
  await gone.end();
  expect(await statuses(restarted())).toHaveLength(4);
});

test('no folder is an empty spool', async () => {
  expect(await mergeSpool(path.join(dir, 'nowhere'), postgres)).toEqual({ merged: 0 });
});

test('a file that is not a journal is left alone', async () => {
  await restarted().open(group, people);
  await appendFile(path.join(dir, 'README'), 'not a journal');
  expect(await mergeSpool(dir, postgres)).toEqual({ merged: 4 });
  expect(await readdir(dir)).toEqual(['README']);
});
