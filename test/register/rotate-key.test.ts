// A signing key is rotated without a gap in trust: the old key attests the new one over a tree that records the rotation.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadDisclosures } from '../../policy/load-disclosure';
import { createPool } from '../../postgres/pool';
import { appendEntries } from '../../register/append/appender';
import { openLog } from '../../register/log/open-log';
import { rotateKey } from '../../register/log/rotate-key';
import { readIncidentEvents } from '../../register/read-incident';
import { LogKeys } from '../../register/verifier/log-keys';
import { splitNotes } from '../../register/verifier/notes';
import { afterFile, createTestDatabase, temporaryDir } from '../setup/helpers';
import { eventsOf, tamper } from './helpers';

async function aLog(entries: number) {
  const { url } = await createTestDatabase();
  const pool = createPool(url);
  afterFile(() => pool.end());
  const dir = temporaryDir('rotate');
  const settings = {
    keysFile: path.join(dir, 'signing-keys.json'),
    stateFile: path.join(dir, 'signer.json'),
    dir: path.join(dir, 'log'),
    guardsFile: path.join(dir, 'guards.json'),
    makeKey: true,
  };
  await appendEntries(pool, eventsOf('INC-1', entries));
  const log = await openLog(pool, settings);
  const rotate = () =>
    rotateKey(
      { log, pool, disclosures: loadDisclosures(), keysFile: settings.keysFile },
      { by: 'ops', reason: 'yearly' },
    );
  return { url, pool, settings, log, rotate };
}

test('a verifier who trusts only the first key follows the published rotations to the present one', async () => {
  const { pool, settings, log, rotate } = await aLog(4);
  const first = log.verifierKey;
  const before = (await log.sign()).note;
  const { size } = await rotate();
  await appendEntries(pool, eventsOf('INC-2', 3));
  await rotate();
  const { note } = await log.sign();
  expect(log.verifierKey).not.toBe(first);
  expect(size).toBe(5);

  const published = splitNotes(readFileSync(path.join(settings.dir, 'rotations'), 'utf8'));
  const keys = LogKeys.follow(first, published);
  expect(keys.openUnproved(before)).toMatchObject({ size: 4, unproved: { size: 9 } });
  expect(keys.open(note).size).toBe(9);
  expect(keys.current).toBe(readFileSync(path.join(settings.dir, 'vkey'), 'utf8').trim());
  expect(() => LogKeys.follow(first).open(note)).toThrow('is not signed by');
});

test('the register records who rotated which key and why, within the tree that the old key signed', async () => {
  const { pool, log, rotate } = await aLog(2);
  const oldKey = log.verifierKey;
  const { newKey } = await rotate();
  expect(await readIncidentEvents(pool, 'REGISTER')).toEqual([
    expect.objectContaining({ kind: 'signing-key-rotated', by: 'ops', data: { oldKey, newKey, reason: 'yearly' } }),
  ]);
});

test('the retired key is not kept, and another process signs with the new one', async () => {
  const { pool, settings, log, rotate } = await aLog(2);
  const elsewhere = await openLog(pool, settings);
  const before = JSON.parse(readFileSync(settings.keysFile, 'utf8'));
  await rotate();
  expect(readFileSync(settings.keysFile, 'utf8')).not.toContain(before.seed);
  const { note } = await elsewhere.sign();
  expect(elsewhere.verifierKey).toBe(log.verifierKey);
  expect(LogKeys.follow(elsewhere.verifierKey, elsewhere.rotations).open(note).size).toBe(3);
});

test('a register that was rolled back gets no new key', async () => {
  const { url, settings, log, rotate } = await aLog(5);
  await log.sign();
  await tamper(url, 'DELETE FROM tocsin.register_entries WHERE position > 3');
  const before = readFileSync(settings.keysFile, 'utf8');
  await expect(rotate()).rejects.toThrow('it was rolled back or cut short');
  expect(readFileSync(settings.keysFile, 'utf8')).toBe(before);
});

test('a rotation broken off at any point goes on with the same key when it is repeated', async () => {
  const { pool, settings, log } = await aLog(2);
  const disclosures = loadDisclosures();
  for (let at = 1; at <= 3; at++) {
    const first = log.verifierKey;
    let signings = 0;
    const dying = {
      ...log,
      asSigner: ((work, waitMs) =>
        log.asSigner((keys, sign) => {
          const mortal: typeof sign = async (by) => {
            if (++signings === at) throw new Error('killed');
            return sign(by);
          };
          return work(keys, mortal);
        }, waitMs)) as typeof log.asSigner,
    };
    const deps = { log: dying, pool, disclosures, keysFile: settings.keysFile };
    await expect(rotateKey(deps, { by: 'ops', reason: 'lost' })).rejects.toThrow('killed');
    const { note } = await log.sign();
    expect(LogKeys.follow(first, log.rotations).open(note).note).toBe(note);
    await rotateKey({ ...deps, log }, { by: 'ops', reason: 'lost' });
    expect(LogKeys.follow(first, log.rotations).open((await log.sign()).note).origin).toBe(log.origin);
  }
});
