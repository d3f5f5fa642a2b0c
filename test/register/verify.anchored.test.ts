// Whatever a superuser does to the past, also when every hash is made anew, contradicts what was anchored outside the database.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { loadDisclosures } from '../../policy/load-disclosure';
import { createPool } from '../../postgres/pool';
import { createFileAnchor } from '../../register/anchors/file-anchor';
import { claims, knownCheckpoints } from '../../register/anchors/known-checkpoints';
import { createMailAnchor } from '../../register/anchors/mail-anchor';
import { appendEntries } from '../../register/append/appender';
import { readKeys } from '../../register/log/key-file';
import { openLog } from '../../register/log/open-log';
import { rotateKey } from '../../register/log/rotate-key';
import { signCheckpoint } from '../../register/tree/checkpoint';
import { createSigner } from '../../register/tree/note';
import { LogKeys } from '../../register/verifier/log-keys';
import { verifyAnchored } from '../../register/verify';
import { createTestDatabase } from '../setup/helpers';
import { aLog, aMemory, aWitness } from './anchors.helpers';
import { eventsOf, forgetSigner, rewriteOf, tamper } from './helpers';

/** Thirty entries, anchored at ten (mail), at twenty (witness) and at twenty-five (file). */
async function anchored() {
  const register = await aLog(10);
  const { log, pool, dir } = register;
  const { anchor: witnessAnchor, witness, server } = await aWitness(register);
  const settings = {
    file: path.join(dir, 'checkpoints.txt'),
    mailStateFile: path.join(dir, 'mailed.json'),
    witnesses: [witness],
    witnessDir: register.witnessDir,
  };
  const mailer = { send: async () => undefined, wasSent: async () => undefined };
  await createMailAnchor({
    to: 'a@example.org',
    everyMs: 1,
    stateFile: settings.mailStateFile,
    memory: aMemory(),
    mailer,
  }).put((await log.sign()).note);
  await appendEntries(pool, eventsOf('INC-2', 10));
  await witnessAnchor.put((await log.sign()).note);
  await appendEntries(pool, eventsOf('INC-3', 5));
  await createFileAnchor(settings.file).put((await log.sign()).note);
  await appendEntries(pool, eventsOf('INC-4', 5));
  const verify = async (over = log) => verifyAnchored(pool, (await knownCheckpoints(over, settings)).known);
  /** What whoever restores a whole machine loses as well: the signer's memory and the published log. */
  const forget = async () => {
    await forgetSigner(register.url);
    for (const each of [register.settings.stateFile, register.settings.dir])
      rmSync(each, { recursive: true, force: true });
  };
  return { ...register, anchors: settings, verify, forget, server, witnessAnchor };
}

/** Writes the register anew from an entry on, with every hash and chain as it must be. */
async function rewrite(url: string, entries: Parameters<typeof appendEntries>[1], from: number): Promise<void> {
  await tamper(url, 'DELETE FROM tocsin.register_entries WHERE position >= $1', [from]);
  const pool = createPool(url);
  await appendEntries(pool, entries).finally(() => pool.end());
}

test('anchored and unanchored ranges are told apart, by anchor', async () => {
  const { verify } = await anchored();
  const { ok, anchoring, entries } = await verify();
  expect({ ok, entries }).toEqual({ ok: true, entries: 30 });
  expect(anchoring).toEqual({
    anchors: [
      { by: 'file', to: 25 },
      { by: 'witness witness.example.com/w', to: 20, atSeconds: expect.any(Number) },
      { by: 'mail', to: 10 },
    ],
    anchoredTo: 25,
    unanchored: { from: 26, to: 30 },
  });
});

test('what the log alone has signed counts as signed, not as anchored', async () => {
  const { log, verify } = await anchored();
  await log.sign();
  expect((await verify()).anchoring).toMatchObject({ anchoredTo: 25, unanchored: { from: 26, to: 30 } });
});

test('truncation: entries cut off the end are found, though what is left verifies in itself', async () => {
  const { url, verify, forget } = await anchored();
  await tamper(url, 'DELETE FROM tocsin.register_entries WHERE position > 22');
  await forget();
  const { ok, firstBad, anchoring } = await verify();
  expect(ok).toBe(false);
  expect(anchoring.contradiction).toEqual({
    size: 25,
    by: 'file',
    reason: '25 entries were signed, and 22 are there: entries were cut off, or an older state was restored',
  });
  expect(firstBad).toMatchObject({ position: 25 });
});

test('edit: an entry written anew with all that follows, every hash right, is found', async () => {
  const { url, verify } = await anchored();
  const edited = eventsOf('INC-3', 5);
  edited[2]!.data = { text: 'nothing happened' };
  await rewrite(url, [...edited, ...eventsOf('INC-4', 5)], 21);
  const { ok, anchoring, entries } = await verify();
  expect({ ok, entries }).toEqual({ ok: false, entries: 30 });
  expect(anchoring.contradiction).toEqual({
    size: 25,
    by: 'file',
    reason: 'the first 25 entries are not those that were signed: one was altered, moved, inserted or removed',
  });
  expect(anchoring.anchors).toMatchObject([
    { by: 'witness witness.example.com/w', to: 20 },
    { by: 'mail', to: 10 },
  ]);
});

test('re-ordering: the same entries in another order, every hash right, are found', async () => {
  const { url, verify } = await anchored();
  await rewrite(url, [...eventsOf('INC-3', 5), ...eventsOf('INC-2', 10), ...eventsOf('INC-4', 5)], 11);
  expect((await verify()).anchoring.contradiction).toMatchObject({ size: 20, by: 'witness witness.example.com/w' });
});

test('insertion: an entry put in between, every hash right, is found', async () => {
  const { url, verify } = await anchored();
  await rewrite(
    url,
    [...eventsOf('INC-9', 1), ...eventsOf('INC-2', 10), ...eventsOf('INC-3', 5), ...eventsOf('INC-4', 5)],
    11,
  );
  expect((await verify()).anchoring).toMatchObject({ contradiction: { size: 20 }, anchoredTo: 10 });
});

test('removal: an incident left out, every hash right, is found', async () => {
  const { url, verify } = await anchored();
  await rewrite(url, [...eventsOf('INC-3', 5), ...eventsOf('INC-4', 20)], 11);
  expect((await verify()).anchoring.contradiction).toMatchObject({ size: 20 });
});

test('rollback: an older backup of the database, also written on until it is longer, is found', async () => {
  const { pool, verify, forget, url } = await anchored();
  await tamper(url, 'DELETE FROM tocsin.register_entries WHERE position > 12');
  await forget();
  expect((await verify()).anchoring.contradiction).toMatchObject({
    size: 20,
    reason: expect.stringContaining('and 12 are there'),
  });
  await appendEntries(pool, eventsOf('INC-8', 40));
  const { ok, anchoring } = await verify();
  expect(ok).toBe(false);
  expect(anchoring.contradiction).toMatchObject({
    size: 20,
    reason: expect.stringContaining('are not those that were signed'),
  });
  expect(anchoring.anchoredTo).toBe(10);
});

test('split view: two trees of one size, both signed with the log\u2019s key, are found and named so', async () => {
  const { pool, log, anchors, settings } = await anchored();
  const { signer } = (await readKeys(settings.keysFile))!;
  await createFileAnchor(anchors.file).put(signCheckpoint(25, Buffer.alloc(32, 7), signer));
  const { known } = await knownCheckpoints(log, anchors);
  const { ok, anchoring } = await verifyAnchored(pool, known);
  expect(ok).toBe(false);
  expect(anchoring.contradiction).toEqual({
    size: 25,
    by: 'file',
    reason: 'two different trees of 25 entries were signed: a split view, each of them shown to somebody',
  });
});

test('split view: what another reader was shown is found by that reader\u2019s checkpoint', async () => {
  const { settings, log } = await anchored();
  const other = await aLog(25);
  await forgetSigner(other.url);
  const { note } = await (await openLog(other.pool, { ...other.settings, keysFile: settings.keysFile })).sign();
  const shown = claims('given.txt', LogKeys.follow(log.verifierKey).open(note));
  const register = await anchored();
  const { anchoring } = await verifyAnchored(register.pool, shown);
  expect(anchoring.contradiction).toMatchObject({ size: 25, by: 'given.txt' });
});

test('a checkpoint that does not verify is passed over and told, and vouches for nothing', async () => {
  const { log, anchors, pool } = await anchored();
  const stranger = createSigner(log.origin, Buffer.alloc(32, 66));
  await createFileAnchor(anchors.file).put(signCheckpoint(30, Buffer.alloc(32, 7), stranger));
  const { known, unreadable } = await knownCheckpoints(log, anchors);
  expect(unreadable).toEqual([expect.stringContaining('file: the checkpoint is not signed by')]);
  expect(await verifyAnchored(pool, known)).toMatchObject({ ok: true, anchoring: { anchoredTo: 25 } });
});

test('checkpoints of keys that were rotated since are followed', async () => {
  const { log, pool, settings, verify, anchors } = await anchored();
  const first = log.verifierKey;
  await rotateKey(
    { log, pool, disclosures: loadDisclosures(), keysFile: settings.keysFile },
    { by: 'ops', reason: 'yearly' },
  );
  await createFileAnchor(anchors.file).put((await log.sign()).note);
  expect(await verify()).toMatchObject({ ok: true, anchoring: { anchoredTo: 31 } });
  const { known } = await knownCheckpoints(log, anchors, first);
  expect(await verifyAnchored(pool, known)).toMatchObject({ ok: true, anchoring: { anchoredTo: 31 } });
});

test('a register whose chain breaks is not also said to be cut off, and one without checkpoints is not anchored', async () => {
  const { url, verify } = await anchored();
  await tamper(url, rewriteOf(15));
  const { firstBad, anchoring } = await verify();
  expect(firstBad).toMatchObject({ position: 15 });
  expect(anchoring).toEqual({ anchors: [{ by: 'mail', to: 10 }], anchoredTo: 10, unanchored: { from: 11, to: 14 } });
  const { url: fresh } = await createTestDatabase();
  const pool = createPool(fresh);
  expect(await verifyAnchored(pool, [])).toMatchObject({ ok: true, anchoring: { anchors: [], anchoredTo: 0 } });
  await pool.end();
});
