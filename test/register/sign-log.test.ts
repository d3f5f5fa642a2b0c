// The signer remembers, outside Postgres, what it signed: whatever a superuser does to the database, it signs no other past.
import { rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Pool } from 'pg';
import { createPool } from '../../postgres/pool';
import { appendEntries } from '../../register/append/appender';
import { leafHash } from '../../register/entry';
import { createFolderStore, type LogStore } from '../../register/log/log-store';
import { registerLeaves, registerSize } from '../../register/log/register-leaves';
import { signLog } from '../../register/log/sign-log';
import { readEntries } from '../../register/read-entries';
import { openCheckpoint } from '../../register/tree/checkpoint';
import { inclusionProof, verifyInclusion } from '../../register/tree/merkle';
import { createSigner, parseVerifierKey } from '../../register/tree/note';
import { nodesFromTiles, tilePath } from '../../register/tree/tiles';
import { afterFile, createTestDatabase, temporaryDir } from '../setup/helpers';
import { dyingStore, eventsOf, rewriteOf, tamper } from './helpers';

const signer = createSigner('register.example.com/test', Buffer.alloc(32, 4));
const log = parseVerifierKey(signer.verifierKey);

async function aRegister(entries: number) {
  const { url } = await createTestDatabase();
  const pool = createPool(url);
  afterFile(() => pool.end());
  const dir = temporaryDir('log');
  const store = createFolderStore(path.join(dir, 'log'));
  const stateFile = path.join(dir, 'signer.json');
  const sign = (over: { store?: LogStore; stateFile?: string } = {}) =>
    signLog({ signer, stateFile, store, size: () => registerSize(pool), leaves: registerLeaves(pool), ...over });
  if (entries > 0) await appendEntries(pool, eventsOf('INC-1', entries));
  return { url, pool, dir, store, stateFile, sign };
}

async function leafAt(pool: Pool, position: number): Promise<Buffer> {
  for await (const { bytes } of readEntries(pool, { from: position, to: position })) {
    return Buffer.from(leafHash(bytes), 'hex');
  }
  throw new Error(`no entry ${position}`);
}

test('a checkpoint is published last, over tiles that prove every entry', async () => {
  const { pool, store, sign } = await aRegister(300);
  const { note, size, root } = await sign();
  expect(String(await store.read('checkpoint'))).toBe(note);
  expect(openCheckpoint(note, log)).toMatchObject({ size: 300, origin: 'register.example.com/test' });
  const nodes = nodesFromTiles(300, async (tile) => (await store.read(tilePath(tile)))!);
  for (const position of [1, 256, 257, 300]) {
    const proof = await inclusionProof(position - 1, size, nodes.read);
    const leaf = await leafAt(pool, position);
    expect(verifyInclusion({ leaf, index: position - 1, size, root }, proof)).toBe(true);
  }
});

test('signing again, after more entries or none, extends the same tree', async () => {
  const { pool, dir, sign } = await aRegister(2);
  const first = await sign();
  expect((await sign()).note).toBe(first.note);
  await appendEntries(pool, eventsOf('INC-1', 600, 3));
  const grown = await sign();
  expect(grown.size).toBe(602);

  const atOnce = await sign({
    stateFile: path.join(dir, 'other.json'),
    store: createFolderStore(path.join(dir, 'other')),
  });
  expect(atOnce.root.equals(grown.root)).toBe(true);
});

test('an empty register is signed too', async () => {
  const { sign } = await aRegister(0);
  expect(openCheckpoint((await sign()).note, log).size).toBe(0);
});

test('a crash at any write leaves a state from which the next signing gives the same tree', async () => {
  const { dir, sign, store } = await aRegister(700);
  const expected = await sign({
    stateFile: path.join(dir, 'other.json'),
    store: createFolderStore(path.join(dir, 'other')),
  });
  for (let survives = 0; ; survives++) {
    const done = await sign({ store: dyingStore(store, survives) }).catch(() => undefined);
    if (done) break;
    expect(survives).toBeLessThan(50);
  }
  expect((await sign()).note).toBe(expected.note);
});

const DELETE_LAST = 'DELETE FROM tocsin.register_entries WHERE position > 15';

test.each([
  ['truncation', DELETE_LAST, [], 'was rolled back or cut short'],
  [
    'deletion in the middle',
    'DELETE FROM tocsin.register_entries WHERE position = 22',
    [],
    'does not follow the entry',
  ],
  ['an edit of a new entry', rewriteOf(23), [], 'does not follow the entry before it'],
  ['an edit of the last signed entry', rewriteOf(20), [], 'is not the one that was signed'],
  [
    'an edit of an earlier signed entry of the same tile, hashed again',
    rewriteOf(12),
    [],
    'entry 13 does not follow the entry before it',
  ],
])('a superuser does %s: nothing is signed any more', async (_name, sql, values, problem) => {
  const { url, pool, store, sign } = await aRegister(20);
  const { note } = await sign();
  await appendEntries(pool, eventsOf('INC-1', 5, 21));
  await tamper(url, sql, values as unknown[]);
  await expect(sign()).rejects.toThrow(problem);
  expect(String(await store.read('checkpoint'))).toBe(note);
});

test('a database rolled back to an older backup and written anew is not signed', async () => {
  const signed = await aRegister(20);
  await signed.sign();
  const restored = await aRegister(15);
  await appendEntries(restored.pool, eventsOf('INC-2', 10));
  const again = () =>
    signLog({
      signer,
      stateFile: signed.stateFile,
      store: signed.store,
      size: () => registerSize(restored.pool),
      leaves: registerLeaves(restored.pool),
    });
  await expect(again()).rejects.toThrow('entry 20 is not the one that was signed: it was rewritten');
});

test('the last signed entry is looked at also when nothing is new, and when it ends a tile', async () => {
  for (const entries of [20, 256]) {
    const { url, sign } = await aRegister(entries);
    await sign();
    await tamper(url, rewriteOf(entries));
    await expect(sign()).rejects.toThrow(`entry ${entries} is not the one that was signed`);
  }
});

test('a signer that has lost its memory signs nothing that its published checkpoint contradicts', async () => {
  const { url, pool, store, stateFile, sign } = await aRegister(20);
  const { note } = await sign();
  rmSync(stateFile);
  await appendEntries(pool, eventsOf('INC-1', 2, 21));
  expect((await sign()).size).toBe(22);

  rmSync(stateFile);
  await tamper(url, 'DELETE FROM tocsin.register_entries WHERE position > 21');
  await expect(sign()).rejects.toThrow('the register has 21 entries, but 22 were signed');
  await appendEntries(pool, eventsOf('INC-1', 3, 22));
  await expect(sign()).rejects.toThrow('the first 22 entries are not those that were signed');

  await store.write('checkpoint', Buffer.from(note.replace('20', 'x')));
  await expect(sign()).rejects.toThrow("the signer's memory is gone, and the published checkpoint is not one of");
});

test('a damaged memory stops the signer, and says why', async () => {
  const { stateFile, sign } = await aRegister(3);
  await sign();
  const state = JSON.parse(await readFile(stateFile, 'utf8'));
  writeFileSync(stateFile, JSON.stringify({ ...state, root: '0'.repeat(64) }));
  await expect(sign()).rejects.toThrow("the signer's memory is damaged (its root is not that of its edge)");
  writeFileSync(stateFile, 'x');
  await expect(sign()).rejects.toThrow("the signer's memory is damaged");
});
