// One log over one register, whichever worker signs: workers with a folder each take turns, and each remembers for itself.
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { loadDisclosures } from '../../policy/load-disclosure';
import { createPool } from '../../postgres/pool';
import { appendEntries } from '../../register/append/appender';
import { openLog, publishedCheckpoint, type RegisterLog } from '../../register/log/open-log';
import { registerSize } from '../../register/log/register-leaves';
import { rotateKey } from '../../register/log/rotate-key';
import { LEASE_MS } from '../../register/log/signer-row';
import { type SigningAlarm, SigningService } from '../../register/log/signing-service';
import { openCheckpoint } from '../../register/tree/checkpoint';
import { parseVerifierKey } from '../../register/tree/note';
import { tilePath } from '../../register/tree/tiles';
import { unsignedOrAstray } from '../../watchdog/signing-eye';
import { afterFile, createTestDatabase, temporaryDir } from '../setup/helpers';
import { aLog, signedSize, until } from './anchors.helpers';
import { eventsOf, forgetSigner, rewriteOf, tamper } from './helpers';

type Register = Awaited<ReturnType<typeof aLog>>;

/** A worker on another host: a folder of its own, with the same signing key. */
async function elsewhere(register: Register, { withKey = true } = {}) {
  const dir = temporaryDir('log');
  const settings = {
    ...register.settings,
    keysFile: path.join(dir, 'signing-keys.json'),
    stateFile: path.join(dir, 'signer.json'),
    dir: path.join(dir, 'log'),
    guardsFile: path.join(dir, 'guards.json'),
  };
  if (withKey) cpSync(register.settings.keysFile, settings.keysFile);
  const pool = createPool(register.url);
  afterFile(() => pool.end());
  return { ...register, pool, dir, settings, log: await openLog(pool, settings) };
}

function service({ log, pool }: Pick<Register, 'log' | 'pool'>) {
  const alarms: SigningAlarm[] = [];
  const troubles: string[] = [];
  const running = new SigningService({
    log,
    size: () => registerSize(pool),
    anchors: [],
    everyEntries: 10,
    everyMs: 1_000,
    recordGuards: async () => [],
    onAlarm: (alarm) => alarms.push(alarm),
    onTrouble: (message, error) => troubles.push(`${message}: ${error.message}`),
  });
  afterFile(() => running.stop());
  running.start();
  return { running, alarms, troubles };
}

async function superuser(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

/** As after the time of a signer that is gone. */
const timePasses = (url: string) =>
  superuser(url, `UPDATE tocsin.log_signer SET held_until = held_until - interval '${LEASE_MS} milliseconds'`);

const stays = (log: RegisterLog) => log.asSigner((keys, sign) => sign(keys), { waitMs: 0, stays: true });
const sizeOf = (log: RegisterLog) => signedSize({ log });

test('while one signs another waits, with the key or without, and says who signs; when its time is over another takes over', async () => {
  const one = await aLog(300);
  const two = await elsewhere(one);
  expect((await stays(one.log)).size).toBe(300);
  await appendEntries(one.pool, eventsOf('INC-2', 5));
  await expect(two.log.sign(0)).rejects.toThrow(/signs this register: sign there, or stop its worker/);
  expect(await two.log.signerElsewhere()).toMatchObject({ size: 300 });
  expect(await one.log.signerElsewhere()).toBeUndefined();
  expect((await one.log.sign(0)).size).toBe(305);

  await timePasses(one.url);
  const { note } = await stays(two.log);
  expect(openCheckpoint(note, parseVerifierKey(one.log.verifierKey)).size).toBe(305);
  expect(two.log.origin).toBe(one.log.origin);
  // All of the log is published where it is signed now, from the first entry on.
  for (const index of [0, 1])
    expect(
      await two.log.store.read(tilePath({ level: 'entries', index, width: index === 0 ? 256 : 49 })),
    ).toBeDefined();
  await expect(one.log.sign(0)).rejects.toThrow('signs this register');
});

test('one that was away in the middle of its work, while another took over, gives nothing away', async () => {
  const one = await aLog(4);
  const two = await elsewhere(one);
  await stays(one.log);
  await appendEntries(one.pool, eventsOf('INC-2', 2));
  const frozen = one.log.asSigner(
    async (keys, sign) => {
      await timePasses(one.url);
      await stays(two.log);
      return sign(keys);
    },
    { waitMs: 0, stays: true },
  );
  await expect(frozen).rejects.toMatchObject({ code: 'register-signer-busy' });
  expect(await sizeOf(one.log)).toBe(4);
  expect(await sizeOf(two.log)).toBe(6);
});

test('two new workers with a folder each make one log: the first key is the log\u2019s, the other makes none', async () => {
  for (let round = 0; round < 5; round++) {
    const { url } = await createTestDatabase();
    const pools = [createPool(url), createPool(url)];
    for (const pool of pools) afterFile(() => pool.end());
    const all = pools.map((pool) => {
      const dir = temporaryDir('log');
      const in_ = (name: string) => path.join(dir, name);
      const settings = {
        keysFile: in_('keys.json'),
        stateFile: in_('signer.json'),
        dir: in_('log'),
        guardsFile: in_('guards.json'),
      };
      return openLog(pool, { ...settings, makeKey: true }).then((log) => ({ log, ...settings }));
    });
    const logs = await Promise.all(all);
    expect(logs.filter(({ keysFile }) => existsSync(keysFile))).toHaveLength(1);
    expect(new Set(logs.map(({ log }) => log.verifierKey)).size).toBe(1);
    expect(logs.map(({ log }) => log.canSign).sort()).toEqual([false, true]);
  }
});

test('a key of another log signs nothing over this register, whoever is away', async () => {
  const [one, other] = [await aLog(3), await aLog(1)];
  await one.log.sign();
  const stranger = await elsewhere(other);
  const log = await openLog(one.pool, stranger.settings);
  await expect(log.sign(0)).rejects.toThrow(`this register is signed as the log "${one.log.origin}"`);
  expect(existsSync(path.join(stranger.settings.dir, 'checkpoint'))).toBe(false);
});

test('a key that was rotated elsewhere signs no longer; with the present key file it does', async () => {
  const one = await aLog(3);
  const two = await elsewhere(one);
  await one.log.sign();
  await rotateKey(
    { log: one.log, pool: one.pool, disclosures: loadDisclosures(), keysFile: one.settings.keysFile },
    { by: 'ops', reason: 'yearly' },
  );
  await expect(two.log.sign(0)).rejects.toThrow('it was rotated, or another one was made');
  cpSync(one.settings.keysFile, two.settings.keysFile);
  expect((await two.log.sign(0)).size).toBe(4);
});

describe('a register that was rolled back or rewritten', () => {
  const cut = (url: string) => tamper(url, 'DELETE FROM tocsin.register_entries WHERE position > 15');
  /** As a backup restores it: Postgres' own memory goes back as well. */
  const restored = async (url: string) => {
    await cut(url);
    await forgetSigner(url);
  };

  test('is not signed on another host, by what Postgres remembers', async () => {
    const one = await aLog(20);
    await one.log.sign();
    const two = await elsewhere(one);
    await cut(one.url);
    await expect(two.log.sign(0)).rejects.toThrow('has 15 entries, but 20 were signed');
    await appendEntries(one.pool, eventsOf('INC-2', 10));
    await expect(two.log.sign(0)).rejects.toThrow('the first 20 entries are not those that were signed');
    expect(existsSync(path.join(two.settings.dir, 'checkpoint'))).toBe(false);
  });

  test('is not signed by the host that signed, by what it remembers itself', async () => {
    const one = await aLog(20);
    await one.log.sign();
    await restored(one.url);
    await expect(one.log.sign(0)).rejects.toThrow('has 15 entries, but 20 were signed');
    await appendEntries(one.pool, eventsOf('INC-2', 10));
    await expect(one.log.sign(0)).rejects.toThrow('entry 20 is not the one that was signed');
  });

  test('is not signed by one that has only waited, as it remembers what the other signed', async () => {
    const one = await aLog(20);
    const two = await elsewhere(one);
    await stays(one.log);
    await two.log.follow((await two.log.signerElsewhere())!);
    expect(await two.log.signedSize()).toBe(20);
    await restored(one.url);
    await expect(two.log.sign(0)).rejects.toThrow('has 15 entries, but 20 were signed');
  });

  test('is not followed by one that has waited: neither with fewer entries nor with others', async () => {
    const one = await aLog(20);
    const two = await elsewhere(one);
    await stays(one.log);
    await two.log.follow((await two.log.signerElsewhere())!);
    // As one that was signed before signatures were kept there.
    const row = { ...(await two.log.signerElsewhere())!, note: null };
    await expect(two.log.follow({ ...row, size: 19 })).rejects.toThrow('19 entries were signed, but it were 20');
    await expect(two.log.follow({ ...row, root: Buffer.alloc(32) })).rejects.toThrow('two trees of 20 entries');
    await appendEntries(one.pool, eventsOf('INC-2', 2));
    await expect(two.log.follow({ ...row, size: 22, root: Buffer.alloc(32) })).rejects.toThrow('the first 22 entries');
    await tamper(one.url, rewriteOf(20));
    await expect(two.log.follow({ ...row, size: 22 })).rejects.toThrow('was rewritten');
    expect(await two.log.signedSize()).toBe(20);
  });

  test('is signed on another host when nothing was changed, also where that host lost all of its folder', async () => {
    const one = await aLog(20);
    await one.log.sign();
    for (const lost of [one.settings.stateFile, one.settings.dir]) rmSync(lost, { recursive: true });
    await appendEntries(one.pool, eventsOf('INC-2', 1));
    expect((await one.log.sign(0)).size).toBe(21);
  });
});

test('Postgres\u2019 memory goes forward only, also for the login that writes it', async () => {
  const one = await aLog(5);
  await one.log.sign();
  for (const change of ['size = 4', `origin = 'other.example.com/log'`, 'root = sha256(root)', 'fence = fence - 1']) {
    await expect(one.pool.query(`UPDATE tocsin.log_signer SET ${change}`)).rejects.toMatchObject({ code: '42501' });
  }
  await expect(one.pool.query('DELETE FROM tocsin.log_signer')).rejects.toMatchObject({ code: '42501' });
});

test('two workers with a folder each: one signs all, the other follows, and takes over at once when that one is stopped', async () => {
  const one = await aLog(3);
  const two = await elsewhere(one);
  const first = service(one);
  await until('signed', async () => (await publishedCheckpoint(one.log)) !== undefined);
  const second = service(two);
  await until('followed', async () => (await two.log.signedSize()) === 3);
  await appendEntries(one.pool, eventsOf('INC-2', 12));
  await until('signed by the first', async () => (await sizeOf(one.log)) === 15);
  await until('followed again', async () => (await two.log.signedSize()) === 15);
  expect(existsSync(path.join(two.settings.dir, 'checkpoint'))).toBe(false);

  await first.running.stop();
  await appendEntries(one.pool, eventsOf('INC-3', 12));
  await until('signed by the second', async () => (await two.log.signedSize()) === 27);
  await until('published by the second', async () => (await sizeOf(two.log)) === 27);
  expect(await sizeOf(one.log)).toBe(15);
  expect([...first.alarms, ...second.alarms, ...first.troubles, ...second.troubles]).toEqual([]);
});

test('a worker without the key waits in silence while another signs, and tells when nobody does', async () => {
  const one = await aLog(3);
  await stays(one.log);
  const two = await elsewhere(one, { withKey: false });
  expect(two.log.canSign).toBe(false);
  expect(two.log.verifierKey).toBe(one.log.verifierKey);
  expect(existsSync(two.settings.keysFile)).toBe(false);
  const second = service(two);
  await sleep(2_500);
  expect(second.alarms).toEqual([]);
  expect(JSON.parse(readFileSync(two.settings.stateFile, 'utf8'))).toMatchObject({ size: 3, origin: one.log.origin });
  await timePasses(one.url);
  await appendEntries(one.pool, eventsOf('INC-2', 1));
  await until('told', () => second.alarms.length === 1);
  expect(second.alarms[0]!.message).toContain('nothing can be signed here');
});

test('what is in no checkpoint is seen from outside, until it is signed', async () => {
  const register = await aLog();
  await appendEntries(register.pool, eventsOf('INC-1', 2));
  const seen = () => unsignedOrAstray(register.pool, { signedWithinMs: -1 });
  expect(await seen()).toMatchObject([{ part: 'signing' }]);
  await register.log.sign();
  expect(await seen()).toEqual([]);
});
