/** What the writer's login writes into the signer's row holds nobody up: it is refused, or ends by itself. */
import pg from 'pg';
import { appendEntries } from '../../register/append/appender';
import { registerSize } from '../../register/log/register-leaves';
import { SigningService } from '../../register/log/signing-service';
import { createTestDatabase } from '../setup/helpers';
import { aLog, signedSize, until } from './anchors.helpers';
import { eventsOf } from './helpers';

const FORBIDDEN = { code: '42501' };

test('a turn of a minute is the longest that can be written', async () => {
  const one = await aLog(3);
  await one.log.sign();
  const until = (seconds: number) =>
    one.pool.query(`UPDATE tocsin.log_signer SET held_until = clock_timestamp() + interval '${seconds} seconds'`);
  for (const never of ["'infinity'", "'9999-01-01'"])
    await expect(one.pool.query(`UPDATE tocsin.log_signer SET held_until = ${never}`)).rejects.toMatchObject(FORBIDDEN);
  await expect(until(62)).rejects.toMatchObject(FORBIDDEN);
  await until(58);
});

test('signers are counted one by one, so that numbers never run out', async () => {
  const one = await aLog(3);
  await one.log.sign();
  const more = (by: string) => one.pool.query(`UPDATE tocsin.log_signer SET fence = fence + ${by}`);
  await more('1');
  for (const by of ['2', '9000000000000000000']) await expect(more(by)).rejects.toMatchObject(FORBIDDEN);
});

test('no more can be said to be signed than the register holds', async () => {
  const one = await aLog(3);
  await one.log.sign();
  await appendEntries(one.pool, eventsOf('INC-2', 2));
  const say = (size: number) => one.pool.query(`UPDATE tocsin.log_signer SET size = ${size}, root = sha256(root)`);
  await expect(say(6)).rejects.toMatchObject(FORBIDDEN);
  await say(5);
});

test('the row cannot be filled with text, nor the key with which the log began be exchanged', async () => {
  const one = await aLog(3);
  await one.log.sign();
  for (const change of [
    `holder = repeat('x', 501)`,
    `verifier_key = repeat('x', 1001)`,
    `rotations = ARRAY[repeat('x', 1000001)]`,
    `note = repeat('x', 10001)`,
    `bound_key = 'other'`,
  ]) {
    await expect(one.pool.query(`UPDATE tocsin.log_signer SET ${change}`)).rejects.toMatchObject(FORBIDDEN);
  }
  expect((await one.log.sign()).size).toBe(3);
});

test('a log begins with nothing, whoever begins it; the owner restores what a backup has', async () => {
  const { url } = await createTestDatabase();
  const client = new pg.Client(url);
  await client.connect();
  const begin = (size: number, until: string) =>
    client.query(
      `INSERT INTO tocsin.log_signer (origin, verifier_key, rotations, holder, held_until, fence, size, root)
       VALUES ('log', 'key', '{}', '', $2, 0, $1, sha256(''))`,
      [size, until],
    );
  await client.query('BEGIN; SET LOCAL ROLE tocsin_writer; SAVEPOINT one');
  for (const [size, until] of [[1, '-infinity'] as const, [0, 'infinity'] as const]) {
    await expect(begin(size, until)).rejects.toMatchObject(FORBIDDEN);
    await client.query('ROLLBACK TO one');
  }
  await begin(0, '-infinity');
  await client.query('ROLLBACK');
  await begin(7, '2020-01-01');
  await client.end();
});

test('one who took the turn with the writer\u2019s login is followed by a signer within that minute', async () => {
  const one = await aLog(3);
  await one.log.sign();
  await one.pool.query(
    `UPDATE tocsin.log_signer SET holder = 'nobody 1', fence = fence + 1, held_until = clock_timestamp() + interval '2 seconds'`,
  );
  await appendEntries(one.pool, eventsOf('INC-2', 2));
  await expect(one.log.sign(0)).rejects.toMatchObject({ code: 'register-signer-busy' });
  expect((await one.log.sign(5_000)).size).toBe(5);
  expect(await signedSize(one)).toBe(5);
});

test('what no key of the log has signed is not believed to be signed: the log goes on, is told so, and remembers again', async () => {
  const one = await aLog(3);
  const { note } = await one.log.sign();
  await appendEntries(one.pool, eventsOf('INC-2', 2));
  // As large as the register, so that nothing larger comes before the next entry.
  await one.pool.query(
    `UPDATE tocsin.log_signer SET size = 5, root = sha256(''), note = $1, verifier_key = 'junk', rotations = '{junk}'`,
    [note.replace('—', '— x')],
  );
  const signed = await one.log.sign();
  expect(signed).toMatchObject({ size: 5, wasForged: true });
  expect(await one.log.sign()).not.toHaveProperty('wasForged');
  await appendEntries(one.pool, eventsOf('INC-3', 1));
  expect((await one.log.sign()).size).toBe(6);
  expect(await signedSize(one)).toBe(6);
});

test('a tree beside the true note is not believed either', async () => {
  const one = await aLog(3);
  await one.log.sign();
  await appendEntries(one.pool, eventsOf('INC-2', 2));
  await one.pool.query(`UPDATE tocsin.log_signer SET size = 5, root = sha256('')`);
  expect((await one.log.sign()).size).toBe(5);
  expect(await signedSize(one)).toBe(5);
});

test('who holds the turn and does not sign is told, with what to do about it', async () => {
  const one = await aLog(3);
  await one.log.sign();
  const alarms: string[] = [];
  const running = new SigningService({
    log: one.log,
    size: () => registerSize(one.pool),
    anchors: [],
    everyEntries: 1,
    everyMs: 100,
    recordGuards: async () => [],
    onAlarm: ({ code, message }) => alarms.push(`${code}: ${message}`),
    onTrouble: () => {},
    lateMs: 1_000,
  });
  const take = () =>
    one.pool.query(
      `UPDATE tocsin.log_signer SET holder = 'nobody 1', fence = fence + 1, held_until = clock_timestamp() + interval '30 seconds'`,
    );
  await take();
  await appendEntries(one.pool, eventsOf('INC-2', 2));
  running.start();
  await until('told', () => alarms.length > 0);
  expect(alarms[0]).toMatch(
    /^register-signing-late: entries after 3 are not signed, and nobody has the turn .*migrate --logins FOLDER --renew/,
  );
  await one.pool.query('UPDATE tocsin.log_signer SET held_until = clock_timestamp()');
  await running.stop();
  expect(await signedSize(one)).toBe(5);
});
