// The restore drill: what was backed up comes back whole and verified, and a rollback is found.
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import { claimBatches } from '../../activities/delivery/ledger/claim-batches';
import { createPool } from '../../postgres/pool';
import { readManifest } from '../../register/backup/manifest';
import { type RestoreOptions, restoreBackup } from '../../register/backup/restore-backup';
import { writeBackup } from '../../register/backup/write-backup';
import { BackupError, OlderThanCheckpointError } from '../../register/errors';
import { readIncidentEvents } from '../../register/read-incident';
import { parseCheckpoint } from '../../register/tree/checkpoint';
import { createSigner, parseNote } from '../../register/tree/note';
import { signRotation } from '../../register/verifier/log-keys';
import { verifyRegister } from '../../register/verify';
import { createTestDatabase } from '../setup/helpers';
import { tocsin } from '../unit/cli/helpers';
import { checkpointOf, dir, filledRegister, folder, isUntouched, log, NOW, options } from './backup-helpers';
import { append, SECRET, secretive } from './closed-incident';
import { emptyDatabase, eventsOf } from './helpers';

// The migration tool is an ES module, which jest cannot load here: the real one runs, in a process of its own.
jest.mock('../../postgres/migrate', () => ({
  migrate: (url: string) => (jest.requireActual('./helpers') as typeof import('./helpers')).migrateInOwnProcess(url),
}));

let source: { url: string };
let pool: pg.Pool;
beforeAll(async () => {
  ({ pool, ...source } = await filledRegister());
});
afterAll(() => pool?.end());

describe('the drill', () => {
  test('backup, a new empty database, restore, verify; it goes on where it ended, and nobody is mailed twice', async () => {
    const backup = folder();
    const checkpoint = await checkpointOf(pool);
    const made = await writeBackup(source.url, backup, { now: NOW, log: { checkpoint, rotations: [] } });
    expect(made.head).toEqual((await verifyRegister(pool)).head);
    const target = await emptyDatabase();
    const restored = await restoreBackup(target, backup, options({ verifierKey: log.verifierKey }));
    expect(restored).toMatchObject({ entries: made.head.position, anchored: made.head.position, head: made.head });

    const there = createPool(target);
    const record = (await readIncidentEvents(there, 'REGISTER')) as unknown as Array<Record<string, unknown>>;
    expect(record).toMatchObject([
      {
        kind: 'register-restored',
        by: 'oncall',
        data: { madeAt: NOW.toISOString(), entries: made.head.position, anchored: made.head.position },
      },
    ]);
    expect(await verifyRegister(there, { expectedHead: made.head })).toMatchObject({ ok: true });
    expect((await readIncidentEvents(there, 'INC-A'))[0]!.by).toContain(SECRET);

    // The same entries again are repetitions; the next ones follow.
    const open = secretive('INC-B', 'open');
    expect(await append(there, open.events)).toMatchObject({ appended: 0, repeated: open.events.length });
    const next = open.send('measure', { text: 'Keys replaced', by: 'oncall' });
    expect(await append(there, next)).toMatchObject({ appended: next.length });
    expect(await verifyRegister(there)).toMatchObject({ ok: true, entries: made.head.position + 1 + next.length });

    // The open batch is handed out under its own key, as it was before: a provider that has it does not send it again.
    const group = { incidentId: 'INC-A', obligationId: 'gdpr-art34-individuals', channel: 'email', round: 1 };
    const [before, after] = [
      (await claimBatches(pool, group, 10, NOW))[0],
      (await claimBatches(there, group, 10, NOW))[0],
    ];
    expect(after).toEqual(before);
    expect(after).toMatchObject({ isNew: false });
    // New rows get ids that were never given.
    const { rows } = await there.query<{ id: string }>(
      `INSERT INTO tocsin.deliveries (incident_id, obligation_id, recipient_ref, channel, address, language, round)
       VALUES ('n', 'o', 'r', 'email', 'a', 'en', 1) RETURNING id`,
    );
    expect(Number(rows[0]!.id)).toBe(6);
    await there.end();
  }, 60_000);

  test('on the command line, with the log that is published', async () => {
    const [backup, published] = [folder(), folder()];
    const target = await emptyDatabase();
    cpSync(path.join(__dirname, 'helpers.ts'), path.join(published, 'helpers.ts'));
    writeFileSync(path.join(published, 'checkpoint'), await checkpointOf(pool));
    const run = (url: string, ...argv: string[]) =>
      tocsin(['register', ...argv], {}, { DATABASE_URL: url, TOCSIN_DATA_DIR: dir });
    expect((await run(source.url, 'backup', backup, '--log', path.join(dir, 'nowhere'))).exitCode).toBe(2);
    const made = await run(source.url, 'backup', backup, '--log', published);
    expect([made.exitCode, made.err]).toEqual([0, expect.stringContaining('backing up register_entries')]);
    expect(made.out).toMatch(/Manifest [0-9a-f]{64}: note it elsewhere/);
    const { sha256, head } = await readManifest(backup);
    expect((await readIncidentEvents(pool, 'REGISTER')).at(-1)).toMatchObject({
      kind: 'register-backed-up',
      by: 'oncall',
      data: { manifest: sha256, entries: head.position, head: head.hash },
    });
    expect((await run(source.url, 'backup', backup)).err).toContain('is not empty');
    expect((await run(source.url, 'backup', backup, '--keys-only')).exitCode).toBe(0);
    const { sha256: changed } = await readManifest(backup);
    expect((await readIncidentEvents(pool, 'REGISTER')).at(-1)).toMatchObject({
      kind: 'register-backup-erased',
      data: { manifest: changed, head: head.hash },
    });
    const restored = await run(target, 'restore', backup, '--key', log.verifierKey, '--by', 'oncall');
    expect(restored.exitCode).toBe(0);
    expect(restored.out).toMatch(/anchored: entries 1 to \d+; unanchored: 0/);
    const again = await run(target, 'restore', backup);
    expect([again.exitCode, again.err]).toEqual([1, expect.stringContaining('holds a register already')]);
  }, 60_000);

  test('the published checkpoint must be that of this register; --no-log backs up all the same', async () => {
    const [backup, published] = [folder(), folder()];
    const other = await filledRegister();
    mkdirSync(published);
    writeFileSync(path.join(published, 'checkpoint'), await checkpointOf(other.pool));
    const run = (...argv: string[]) =>
      tocsin(['register', 'backup', backup, ...argv], {}, { DATABASE_URL: source.url, TOCSIN_LOG_DIR: published });
    expect(await run()).toMatchObject({ exitCode: 1, err: expect.stringContaining('rolled back or rewritten') });
    expect(await run('--no-log')).toMatchObject({ exitCode: 0 });
    expect((await readManifest(backup)).log).toBeUndefined();
    await other.pool.end();
  }, 60_000);

  test('any key of the log will do, as the rotations lead from one to the other', async () => {
    const backup = folder();
    const checkpoint = await checkpointOf(pool);
    const { size, root } = parseCheckpoint(parseNote(checkpoint).text);
    const next = createSigner(log.name, randomBytes(32));
    const rotation = signRotation(size, root, log, next);
    await writeBackup(source.url, backup, { now: NOW, log: { checkpoint, rotations: [rotation] } });
    for (const { verifierKey } of [log, next]) {
      const restored = await restoreBackup(await emptyDatabase(), backup, options({ verifierKey }));
      expect(restored).toMatchObject({ anchored: size, anchors: [{ signed: true }] });
    }
    const stranger = createSigner(log.name, randomBytes(32));
    const refusal = restoreBackup(await emptyDatabase(), backup, options({ verifierKey: stranger.verifierKey }));
    await expect(refusal).rejects.toThrow('the key: no rotation leads to or from the trusted key');
  }, 60_000);

  test('without a key the checkpoint inside the backup vouches for nothing, one from outside does', async () => {
    const backup = folder();
    const note = await checkpointOf(pool);
    const { head } = await writeBackup(source.url, backup, { now: NOW, log: { checkpoint: note, rotations: [] } });
    expect(await restoreBackup(await emptyDatabase(), backup, options())).toMatchObject({ anchored: 0 });
    const outside = { checkpoint: note, rotations: [], source: 'usb/checkpoint' };
    const restored = await restoreBackup(await emptyDatabase(), backup, options({ outside }));
    expect(restored.anchored).toBe(head.position);
  }, 60_000);
});

describe('a rollback', () => {
  let backup: string;
  let later: { checkpoint: string; rotations: string[]; source: string };

  beforeAll(async () => {
    const database = await createTestDatabase();
    const rolled = createPool(database.url);
    await append(rolled, secretive('INC-R').events.slice(0, 10));
    backup = folder();
    await writeBackup(database.url, backup, { now: NOW });
    await append(rolled, secretive('INC-R').events);
    later = { checkpoint: await checkpointOf(rolled), rotations: [], source: 'later' };
    await rolled.end();
  });

  test('an older backup than the checkpoint is refused, saying how many signed entries are missing', async () => {
    const target = await emptyDatabase();
    const refusal = restoreBackup(target, backup, options({ outside: later, verifierKey: log.verifierKey }));
    await expect(refusal).rejects.toThrow(OlderThanCheckpointError);
    await expect(refusal).rejects.toThrow(/holds 10 entries, later signs \d+: \d+ are missing/);
    expect(await isUntouched(target)).toBe(true);
    writeFileSync(path.join(dir, 'later'), later.checkpoint);
    const argv = ['register', 'restore', backup, '--checkpoint', path.join(dir, 'later')];
    expect((await tocsin(argv, {}, { DATABASE_URL: target })).exitCode).toBe(1);
  }, 30_000);

  test('a person may accept it, which the register then says', async () => {
    const target = await emptyDatabase();
    const restored = await restoreBackup(target, backup, options({ outside: later, acceptOlder: true }));
    expect(restored).toMatchObject({ entries: 10, anchored: 0, missing: { source: 'later' } });
    const there = createPool(target);
    const [record] = (await readIncidentEvents(there, 'REGISTER')) as unknown as Array<{ data: object }>;
    expect(record!.data).toMatchObject({ acceptedOlderThan: { size: restored.missing!.size } });
    // The log of before refuses to go on: another one may begin.
    expect((await there.query('SELECT FROM tocsin.log_signer')).rowCount).toBe(0);
    await there.end();
  }, 30_000);

  test("another tree of the same size, another log's signature, and a note that is none are refused", async () => {
    const other = await createTestDatabase();
    const theirs = createPool(other.url);
    await append(theirs, secretive('INC-R').events.slice(0, 10));
    const note = await checkpointOf(theirs);
    const restore = (over: Partial<RestoreOptions>) =>
      emptyDatabase().then((url) => restoreBackup(url, backup, options(over)));
    await expect(restore({ outside: { checkpoint: note, rotations: [], source: 'theirs' } })).rejects.toThrow(
      'theirs signs another tree of 10',
    );
    const foreign = createSigner('example.com/log', randomBytes(32));
    const mine = await checkpointOf(theirs, foreign);
    await expect(
      restore({ outside: { checkpoint: mine, rotations: [], source: 'forged' }, verifierKey: log.verifierKey }),
    ).rejects.toThrow('forged: the checkpoint is not signed by example.com/log');
    await expect(restore({ outside: { checkpoint: 'hello', rotations: [], source: 'x' } })).rejects.toThrow(
      BackupError,
    );
    await theirs.end();
  }, 60_000);
});

describe('one snapshot', () => {
  test('a backup made while the register grows is that of one moment', async () => {
    const database = await createTestDatabase();
    const growing = createPool(database.url);
    await append(growing, eventsOf('grows', 50) as never);
    let stop = false;
    const writer = (async () => {
      for (let seq = 51; !stop; seq++) await append(growing, eventsOf('grows', 1, seq) as never);
    })();
    const backup = folder();
    const made = await writeBackup(database.url, backup, { now: NOW });
    stop = true;
    await writer;
    await growing.end();
    const entries = made.tables.find(({ name }) => name === 'register_entries')!;
    expect(entries.rows).toBe(made.head.position);
    expect(await restoreBackup(await emptyDatabase(), backup, options())).toMatchObject({ entries: entries.rows });
  }, 30_000);

  test('a backup that fails leaves no folder that looks like one', async () => {
    const nothing = await emptyDatabase();
    const backup = folder();
    await expect(writeBackup(nothing, backup, { now: NOW })).rejects.toThrow('holds no register');
    expect(readdirSync(dir).filter((name) => name.startsWith(path.basename(backup)))).toEqual([]);
    await expect(restoreBackup(nothing, dir, options())).rejects.toThrow('manifest.json cannot be read');
  });
});
