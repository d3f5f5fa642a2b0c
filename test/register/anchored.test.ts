// How far the anchors keep the register is seen by every worker and by the watchdog, and two workers with a disk each anchor once.
import { cpSync } from 'node:fs';
import path from 'node:path';
import { loadDisclosures } from '../../policy/load-disclosure';
import { anchorMemories } from '../../register/anchors/anchor-memory';
import { createAnchors } from '../../register/anchors/create-anchors';
import { knownCheckpoints } from '../../register/anchors/known-checkpoints';
import { type CheckpointMail, createMailAnchor } from '../../register/anchors/mail-anchor';
import { appendEntries } from '../../register/append/appender';
import { openLog } from '../../register/log/open-log';
import { registerSize } from '../../register/log/register-leaves';
import { rotateKey } from '../../register/log/rotate-key';
import { SigningService } from '../../register/log/signing-service';
import { anchoringBehind, anchorsStand } from '../../watchdog/anchoring-eye';
import { afterFile, temporaryDir } from '../setup/helpers';
import { aLog, aWitness, until } from './anchors.helpers';
import { eventsOf } from './helpers';

type Register = Awaited<ReturnType<typeof aLog>>;
const DAY_MS = 86_400_000;

/** A worker with a disk of its own, the same signing key and one mailbox; `name` is that of its folder. */
async function workerOf(
  register: Register,
  of: { sent: CheckpointMail[]; witnesses?: Array<{ verifierKey: string; url: string }> },
) {
  const dir = temporaryDir('worker');
  const keysFile = path.join(dir, 'signing-keys.json');
  cpSync(register.settings.keysFile, keysFile);
  const settings = {
    ...{ keysFile, stateFile: path.join(dir, 'signer.json'), dir: path.join(dir, 'log') },
    ...{ guardsFile: path.join(dir, 'guards.json'), makeKey: false },
  };
  const anchorsAt = {
    file: path.join(dir, 'checkpoints.txt'),
    mail: { to: 'witness@example.org', everyMs: DAY_MS },
    mailStateFile: path.join(dir, 'mailed.json'),
    witnesses: of.witnesses ?? [],
    witnessDir: path.join(dir, 'witnesses'),
  };
  const log = await openLog(register.pool, settings);
  const mailer = {
    async send(mail: CheckpointMail) {
      of.sent.push(mail);
      return undefined;
    },
    wasSent: async () => undefined,
  };
  const anchors = createAnchors(anchorsAt, log, mailer);
  const put = async () => {
    const { note } = await log.sign();
    return Object.fromEntries(await Promise.all(anchors.map(async (each) => [each.name, await each.put(note)])));
  };
  return { log, settings, anchors, anchorsAt, put };
}

const written = (register: Register, id: string, count = 5) => appendEntries(register.pool, eventsOf(id, count));

test('a second worker with another disk mails no checkpoint before its time, and learns what the witness has cosigned', async () => {
  const register = await aLog(10);
  const { server, witness } = await aWitness(register);
  const sent: CheckpointMail[] = [];
  const one = await workerOf(register, { sent, witnesses: [witness] });
  expect(await one.put()).toEqual({ file: 'taken', mail: 'taken', 'witness witness.example.com/w': 'taken' });

  const two = await workerOf(register, { sent, witnesses: [witness] });
  // The same tree: the witness is not asked again, and the cosignature is published here too.
  expect(await two.put()).toEqual({ file: 'taken', mail: 'present', 'witness witness.example.com/w': 'present' });
  await written(register, 'INC-2');
  expect(await two.put()).toEqual({ file: 'taken', mail: 'waits', 'witness witness.example.com/w': 'taken' });
  expect(server.seen.get(register.log.origin)!.size).toBe(15);
  expect(sent).toHaveLength(1);
  // The first one does not go back to what it remembers itself.
  expect(await one.put()).toEqual({ file: 'taken', mail: 'waits', 'witness witness.example.com/w': 'present' });
  // And a third one, without any memory of its own, verifies against what the others were told.
  const { known } = await knownCheckpoints((await workerOf(register, { sent })).log, {
    ...one.anchorsAt,
    file: '/nowhere',
    mailStateFile: '/nowhere',
    witnessDir: '/nowhere',
  });
  expect(known.filter(({ by }) => by !== 'log').map(({ by, size }) => [by, size])).toEqual([
    ['mail', 10],
    ['witness witness.example.com/w', 15],
  ]);
});

test('a mail of which the first worker never heard is repeated by the second, as the same mail under the same key', async () => {
  const register = await aLog(3);
  const keys: string[] = [];
  const anchorOn = (send: () => Promise<undefined>) => {
    const memory = anchorMemories(register.log, [{ name: 'mail', everyMs: DAY_MS }])('mail');
    const mailer = {
      send: (_: CheckpointMail, key: string) => {
        keys.push(key);
        return send();
      },
      wasSent: async () => undefined,
    };
    const stateFile = path.join(temporaryDir('mail'), 'mailed.json');
    return createMailAnchor({ to: 'witness@example.org', everyMs: DAY_MS, stateFile, memory, mailer });
  };
  const { note } = await register.log.sign();
  await expect(
    anchorOn(async () => {
      throw new Error('timeout');
    }).put(note),
  ).rejects.toThrow('timeout');
  await written(register, 'INC-2');
  const { note: later } = await register.log.sign();
  expect(await anchorOn(async () => undefined).put(later)).toBe('waits');
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(1);
});

test('the watchdog and the doctor see by how many entries which anchor is behind, and since when', async () => {
  const register = await aLog(10);
  const { server, witness } = await aWitness(register);
  const one = await workerOf(register, { sent: [], witnesses: [witness] });
  expect(await anchorsStand(register.pool)).toEqual([]);
  await one.put();
  server.failWith(500);
  await written(register, 'INC-2', 1);
  await one.log.sign();
  await expect(one.put()).rejects.toThrow('answered 500');
  await until('the file has it', async () => (await anchorsStand(register.pool))[0]?.behind === 0);
  expect((await anchorsStand(register.pool)).map(({ name, keptTo, behind }) => [name, keptTo, behind])).toEqual([
    ['file', 11, 0],
    ['mail', 10, 1],
    ['witness witness.example.com/w', 10, 1],
  ]);
  // Not yet: it is tried again for ten minutes first.
  expect(await anchoringBehind(register.pool)).toEqual([]);
  // The mail waits for its day; the witness is behind.
  expect(await anchoringBehind(register.pool, -1)).toEqual([
    {
      part: 'anchoring',
      of: 'witness witness.example.com/w',
      problem: expect.stringMatching(
        /^Anchoring is behind \(witness witness\.example\.com\/w\) by 1 entry, since \d{4}-\d\d-\d\d \d\d:\d\d UTC: .* TOCSIN_WITNESSES/,
      ),
    },
  ]);
  server.failWith(undefined);
  await one.put();
  expect(await anchoringBehind(register.pool, -1)).toEqual([]);
  // An anchor that is configured no longer is none that is behind.
  const without = await workerOf(register, { sent: [] });
  await written(register, 'INC-3', 1);
  await without.put();
  expect((await anchorsStand(register.pool)).map(({ name }) => name)).toEqual(['file', 'mail']);
});

test('a witness that never took anything is behind from the first entry, and so is a register of which nothing is known', async () => {
  const register = await aLog(4);
  const { server, witness } = await aWitness(register);
  server.failWith(404);
  await register.log.sign();
  expect(await anchoringBehind(register.pool, -1)).toMatchObject([
    { of: 'no anchor', problem: expect.stringContaining('by 4 entries') },
  ]);
  const one = await workerOf(register, { sent: [], witnesses: [witness] });
  await expect(one.put()).rejects.toThrow('does not know the log');
  await until('the file has it', async () => (await anchorsStand(register.pool))[0]?.keptTo === 4);
  expect(await anchoringBehind(register.pool, -1)).toMatchObject([{ of: 'witness witness.example.com/w' }]);
});

test('what somebody without the key writes of the anchors is not believed; the next hand-over replaces it', async () => {
  const register = await aLog(4);
  const sent: CheckpointMail[] = [];
  const one = await workerOf(register, { sent });
  await one.put();
  const { rows } = await register.pool.query('SELECT statement FROM tocsin.log_anchored');
  const { statement } = rows[0] as { statement: string };
  const change = (text: string) => register.pool.query('UPDATE tocsin.log_anchored SET statement = $1', [text]);
  for (const forged of [
    statement.replace('"everyMs":0', '"everyMs":9000000000'),
    'junk',
    '',
    `${statement.slice(0, 20)}`,
  ]) {
    await change(forged);
    expect(await one.log.anchored()).toMatchObject({ anchors: [], isForged: true });
    expect(await anchoringBehind(register.pool, -1)).toMatchObject([
      { of: 'no anchor', problem: expect.stringContaining('is signed by none of the keys of the log') },
    ]);
  }
  await written(register, 'INC-2', 1);
  await one.put();
  expect((await one.log.anchored()).anchors.map(({ name }) => name)).toEqual(['file', 'mail']);
  expect(sent).toHaveLength(1);
});

test('what was remembered before the key was rotated still counts, and what a command has signed is handed over by the worker', async () => {
  const register = await aLog(4);
  const { witness, server } = await aWitness(register);
  const one = await workerOf(register, { sent: [], witnesses: [witness] });
  const running = new SigningService({
    ...{
      log: one.log,
      size: () => registerSize(register.pool),
      anchors: one.anchors,
      everyEntries: 100,
      everyMs: 60_000,
    },
    recordGuards: async () => [],
    onAlarm: () => {},
    onTrouble: () => {},
  });
  afterFile(() => running.stop());
  running.start();
  const seen = () => server.seen.get(register.log.origin)?.size;
  await until('the witness has four', () => seen() === 4);
  // A command on this host signs: the witness gets that too, though nothing new is due for a minute.
  const command = await openLog(register.pool, one.settings);
  await written(register, 'INC-2', 2);
  await command.sign();
  await until('the witness has six', () => seen() === 6);
  // The file takes it beside the witness, and is remembered after it was written.
  const keptBy = async (name: string) => (await anchorsStand(register.pool)).find((each) => each.name === name)?.keptTo;
  await until('the file has six', async () => (await keptBy('file')) === 6);
  await running.stop();
  await rotateKey(
    { log: command, pool: register.pool, disclosures: loadDisclosures(), keysFile: one.settings.keysFile },
    { by: 'ops', reason: 'yearly' },
  );
  expect((await anchorsStand(register.pool)).map(({ name, keptTo }) => [name, keptTo])).toEqual([
    ['file', 6],
    ['mail', 4],
    ['witness witness.example.com/w', 6],
  ]);
}, 60_000);
