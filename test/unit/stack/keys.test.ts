/** The keys of a stack on this machine: made with its Temporal, and never put under one that ran without. */
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encryptionKeyOf } from '../../../platform/encryption-key';
import { sealingKeys, sessionKey } from '../../../stack/keys';
import { temporaryDir } from '../../setup/helpers';

const files = () => {
  const dir = temporaryDir('keys');
  return { keys: path.join(dir, 'keys'), database: path.join(dir, 'temporal.db') };
};

test('are made once, usable, for the owner only', () => {
  const at = files();
  const made = sealingKeys(at, {});
  expect(made!.every(encryptionKeyOf)).toBe(true);
  expect(statSync(at.keys).mode & 0o077).toBe(0);
  writeFileSync(at.database, '');
  expect(sealingKeys(at, {})).toEqual(made);
});

test('a folder from before payloads were sealed has none, until its database is deleted', () => {
  const at = files();
  writeFileSync(at.database, '');
  expect(sealingKeys(at, {})).toBeUndefined();
  expect(existsSync(at.keys)).toBe(false);
  rmSync(at.database);
  expect(sealingKeys(at, {})).toHaveLength(1);
});

test('those that are set count before those of the folder', () => {
  const set = `k:${Buffer.alloc(32).toString('base64')}`;
  const at = files();
  writeFileSync(at.database, '');
  expect(sealingKeys(at, { TOCSIN_ENCRYPTION_KEYS: set })).toEqual([set]);
});

test('the key of the session stays until its file is deleted', () => {
  const file = path.join(temporaryDir('keys'), 'session-key');
  const key = sessionKey(file);
  expect(sessionKey(file)).toBe(key);
  rmSync(file);
  expect(sessionKey(file)).not.toBe(key);
});
