// The log's key is made once, kept from others, and every signer of one register waits for the one before it.
import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createPool } from '../../postgres/pool';
import { appendEntries } from '../../register/append/appender';
import { openLog } from '../../register/log/open-log';
import { LogKeys } from '../../register/verifier/log-keys';
import { afterFile, createTestDatabase, temporaryDir } from '../setup/helpers';
import { eventsOf, forgetSigner } from './helpers';

async function aRegister(entries = 0) {
  const { url } = await createTestDatabase();
  const pool = createPool(url);
  afterFile(() => pool.end());
  const dir = temporaryDir('log');
  const settings = {
    keysFile: path.join(dir, 'signing-keys.json'),
    stateFile: path.join(dir, 'signer.json'),
    dir: path.join(dir, 'log'),
    guardsFile: path.join(dir, 'guards.json'),
    makeKey: true,
  };
  if (entries > 0) await appendEntries(pool, eventsOf('INC-1', entries));
  return { url, pool, settings };
}

test('a key is made once, for its owner only, by whichever process comes first', async () => {
  const { pool, settings } = await aRegister(3);
  const logs = await Promise.all(Array.from({ length: 8 }, () => openLog(pool, settings)));
  expect(new Set(logs.map(({ verifierKey }) => verifierKey)).size).toBe(1);
  expect(logs[0]!.origin).toMatch(/^tocsin\.invalid\/[0-9a-f]{16}$/);
  expect(statSync(settings.keysFile).mode & 0o777).toBe(0o600);
});

test('where a key must be configured, none is made', async () => {
  const { pool, settings } = await aRegister();
  await expect(openLog(pool, { ...settings, makeKey: false })).rejects.toThrow('the log has no signing key');
  expect(existsSync(settings.keysFile)).toBe(false);
});

test('a log keeps its name', async () => {
  const { pool, settings } = await aRegister(1);
  const named = { ...settings, origin: 'register.example.com/a' };
  expect((await openLog(pool, named)).origin).toBe('register.example.com/a');
  await expect(openLog(pool, { ...settings, origin: 'register.example.com/b' })).rejects.toThrow(
    'a log keeps its name',
  );
  const elsewhere = { ...settings, keysFile: `${settings.keysFile}2` };
  await expect(openLog(pool, { ...elsewhere, origin: 'register.example.com/b' })).rejects.toThrow(
    'a log keeps its name',
  );
  const other = await aRegister();
  await expect(openLog(other.pool, { ...other.settings, origin: 'two words' })).rejects.toThrow(
    "cannot be a signer's name",
  );
});

test('a key file that others can read, or that is damaged, is not used, and its content is not told', async () => {
  const { pool, settings } = await aRegister();
  await openLog(pool, settings);
  const content = readFileSync(settings.keysFile, 'utf8');
  const { seed } = JSON.parse(content) as { seed: string };
  chmodSync(settings.keysFile, 0o644);
  await expect(openLog(pool, settings)).rejects.toThrow('every account on this machine can read');
  chmodSync(settings.keysFile, 0o600);
  writeFileSync(settings.keysFile, content.slice(0, -10));
  const error = await openLog(pool, settings).catch((fault: Error) => fault);
  expect(String(error)).toContain('is damaged');
  expect(String(error)).not.toContain(seed);
});

test('eight signers at once: each gives a checkpoint of one growing tree', async () => {
  const { pool, settings } = await aRegister(5);
  const logs = await Promise.all(Array.from({ length: 4 }, () => openLog(pool, settings)));
  const signed = await Promise.all(
    logs.flatMap((log, i) => [log.sign(), appendEntries(pool, eventsOf(`INC-${i + 2}`, 50)).then(() => log.sign())]),
  );
  const keys = LogKeys.follow(logs[0]!.verifierKey);
  for (const { note, size } of signed) expect(keys.open(note).size).toBe(size);
  expect((await logs[0]!.sign()).size).toBe(205);
});

test('a reader without the key waits for the published checkpoint; the signer signs at once', async () => {
  const { pool, settings } = await aRegister(5);
  const signer = await openLog(pool, settings);
  expect(LogKeys.follow(signer.verifierKey).open(await signer.checkpointCovering(5, 1_000)).size).toBe(5);
  await expect(signer.checkpointCovering(6, 0)).rejects.toThrow('covers 5 entries, not yet entry 6');

  const reader = await openLog(pool, { ...settings, keysFile: `${settings.keysFile}.elsewhere`, makeKey: false });
  expect(reader.canSign).toBe(false);
  expect(reader.verifierKey).toBe(signer.verifierKey);
  await expect(reader.sign()).rejects.toThrow('nothing can be signed here');
  await appendEntries(pool, eventsOf('INC-2', 1));
  await expect(reader.checkpointCovering(6, 0)).rejects.toThrow('wait until the worker has signed it');
  const waiting = reader.checkpointCovering(6, 10_000);
  await signer.sign();
  expect(LogKeys.follow(reader.verifierKey).open(await waiting).size).toBe(6);
});

test('a checkpoint of another key is not taken for the log', async () => {
  const { url, pool, settings } = await aRegister(2);
  const log = await openLog(pool, settings);
  await log.sign();
  rmSync(settings.keysFile);
  await forgetSigner(url);
  const other = await openLog(pool, { ...settings, origin: log.origin });
  const reader = await openLog(pool, { ...settings, keysFile: `${settings.keysFile}.no`, makeKey: false });
  expect(() =>
    LogKeys.follow(other.verifierKey, other.rotations).open(
      readFileSync(path.join(settings.dir, 'checkpoint'), 'utf8'),
    ),
  ).toThrow('is not signed by');
  expect(await reader.checkpointCovering(2, 0)).toContain(log.origin);
});
