// In a rush the register is signed over the hashes that this process appended, and published after it: what was altered
// in between is no longer what was signed.
import { readFile } from 'node:fs/promises';
import { type Anchor, checkpointOf } from '../../register/anchors/anchor';
import { createFileAnchor } from '../../register/anchors/file-anchor';
import { Appender } from '../../register/append/appender';
import { createFolderStore } from '../../register/log/log-store';
import { createSigner, parseNote } from '../../register/log/note';
import { openLog, publishedCheckpoint } from '../../register/log/open-log';
import { RecentLeaves } from '../../register/log/recent-leaves';
import { registerLeaves, registerSize } from '../../register/log/register-leaves';
import { publishSome, signLog } from '../../register/log/sign-log';
import { type SigningAlarm, SigningService } from '../../register/log/signing-service';
import { afterFile } from '../setup/helpers';
import { aLog, aWitness, signedSize, until } from './anchors.helpers';
import { dyingStore, eventsOf, rewriteOf, tamper } from './helpers';

type Register = Awaited<ReturnType<typeof aRush>>;

/** A register of ten signed entries, and an appender in the process that signs. */
async function aRush() {
  const register = await aLog(10);
  const recent = new RecentLeaves();
  const appender = new Appender(register.pool, undefined, recent);
  afterFile(() => appender.close());
  const log = await openLog(register.pool, register.settings, recent);
  await log.sign();
  let incidents = 0;
  const append = (entries: number) => appender.append(eventsOf(`INC-R${++incidents}`, entries));
  const ahead = () => log.asSigner((_keys, _sign, early) => early.sign());
  const publish = (most: number) => log.asSigner((_keys, _sign, early) => early.publish(most));
  return { ...register, log, append, ahead, publish };
}

async function stateOf({ settings }: Register) {
  return JSON.parse(await readFile(settings.stateFile, 'utf8'));
}

/** Signs the same register from its beginning, as somebody who saw nothing of it before. */
async function rootOfAll({ pool, dir, log }: Register) {
  const { root } = await signLog({
    signer: createSigner(log.origin, Buffer.alloc(32, 1)),
    stateFile: `${dir}/other.json`,
    store: createFolderStore(`${dir}/other`),
    size: () => registerSize(pool),
    leaves: registerLeaves(pool),
  });
  return root;
}

test('what was appended here is signed at once, and published afterwards as the same tree', async () => {
  const register = await aRush();
  await register.append(300);
  const first = await register.ahead();
  await register.append(500);
  const second = await register.ahead();
  expect([first!.size, second!.size]).toEqual([310, 810]);
  expect(second!.root).toEqual(await rootOfAll(register));
  expect(await signedSize(register)).toBe(10);
  expect(await register.log.signedSize()).toBe(810);
  expect(await register.ahead()).toBeUndefined();

  await register.append(5);
  const all = await register.log.sign();
  expect(all.size).toBe(815);
  expect(await signedSize(register)).toBe(815);
  expect(await stateOf(register)).not.toHaveProperty('unpublished');
});

test('it is published step by step, from one signed tree to another', async () => {
  const register = await aRush();
  const notes: string[] = [];
  for (const entries of [300, 300, 300]) {
    await register.append(entries);
    notes.push((await register.ahead())!.note);
  }
  await register.publish(700);
  expect(await publishedCheckpoint(register.log)).toBe(notes[1]);
  // One tree at least, also when it is larger.
  await register.publish(10);
  expect(await publishedCheckpoint(register.log)).toBe(notes[2]);
  expect((await register.log.sign()).note).toBe(notes[2]);
});

test('a crash at any write of publishing leaves a state from which it goes on with the same trees', async () => {
  const register = await aRush();
  await register.append(700);
  const { note } = (await register.ahead())!;
  await register.append(20);
  const last = (await register.ahead())!;
  const store = createFolderStore(register.settings.dir);
  const { pool, settings } = register;
  let died = 0;
  for (let survives = 0; ; survives++) {
    const deps = { stateFile: settings.stateFile, store: dyingStore(store, survives), leaves: registerLeaves(pool) };
    const published = await register.log.asSigner(({ signer }) =>
      publishSome({ signer, ...deps }, 700).catch(() => undefined),
    );
    if (published !== undefined) break;
    died++;
    expect(survives).toBeLessThan(50);
  }
  expect(died).toBeGreaterThan(5);
  expect([note, last.note]).toContain(await publishedCheckpoint(register.log));
  expect((await register.log.sign()).note).toBe(last.note);
});

test('of what another process has appended nothing is signed ahead', async () => {
  const register = await aRush();
  const other = new Appender(register.pool);
  await other.append(eventsOf('INC-X', 3));
  await other.close();
  await register.append(5);
  expect(await register.ahead()).toBeUndefined();
  expect((await register.log.sign()).size).toBe(18);
  await register.append(5);
  expect((await register.ahead())!.size).toBe(23);
});

test.each([
  ['alters the last entry', rewriteOf(40), 'the first 40 entries are not those that were signed'],
  ['alters an entry', rewriteOf(25), 'entry 26 does not follow the entry before it'],
  ['cuts entries off', 'DELETE FROM tocsin.register_entries WHERE position > 30', 'but 40 were signed'],
])(
  'a superuser %s after they were signed ahead: nothing of it is published, and nothing more is signed',
  async (_what, sql, problem) => {
    const register = await aRush();
    const before = await publishedCheckpoint(register.log);
    await register.append(30);
    expect((await register.ahead())!.size).toBe(40);
    await tamper(register.url, sql);
    await expect(register.log.sign()).rejects.toThrow(problem);
    await expect(register.publish(1_000)).rejects.toThrow();
    expect(await publishedCheckpoint(register.log)).toBe(before);
  },
);

test('an end of the register that is not what was appended or signed is not signed over the hashes', async () => {
  const register = await aRush();
  await register.append(5);
  await tamper(register.url, rewriteOf(15));
  expect(await register.ahead()).toBeUndefined();
  await tamper(register.url, rewriteOf(10));
  expect(await register.ahead()).toBeUndefined();
  expect(await register.log.signedSize()).toBe(10);
});

test('a witness cosigns what is not yet published, and its cosignature is published with it', async () => {
  const register = await aRush();
  const { anchor, server, verifier } = await aWitness(register);
  await anchor.put((await register.log.sign()).note);
  for (const entries of [70, 300, 1]) {
    await register.append(entries);
    expect(await anchor.put((await register.ahead())!.note)).toBe('taken');
  }
  expect(server.seen.get(register.log.origin)!.size).toBe(381);
  await register.publish(1_000);
  const { note } = await register.log.sign();
  expect(await anchor.put(note)).toBe('present');
  const names = parseNote((await publishedCheckpoint(register.log))!).signatures.map(({ name }) => name);
  expect(names).toContain(verifier.name);
});

test('in a rush the service signs and anchors before it publishes, and publishes all after it', async () => {
  const register = await aRush();
  const { anchor: witness, server } = await aWitness(register);
  const file = createFileAnchor(`${register.dir}/checkpoints.txt`);
  const anchored: Array<{ size: number; published: number }> = [];
  const noting: Anchor = {
    name: 'noting',
    async put(note) {
      anchored.push({ size: checkpointOf(note).size, published: await signedSize(register) });
      return 'taken';
    },
  };
  const [alarms, troubles]: [SigningAlarm[], string[]] = [[], []];
  const service = new SigningService({
    log: register.log,
    size: () => registerSize(register.pool),
    anchors: [noting, file, witness],
    everyEntries: 10,
    everyMs: 1_000,
    recordGuards: async () => [],
    onAlarm: (alarm) => alarms.push(alarm),
    onTrouble: (message, error) => troubles.push(`${message}: ${error.message}`),
  });
  afterFile(() => service.stop());
  service.start();
  await until('signed at the start', () => anchored.length > 0);
  await register.append(4_000);
  await until('signed ahead', () => anchored.some(({ size }) => size === 4_010));
  expect(anchored.find(({ size }) => size === 4_010)!.published).toBe(10);
  await until('published', async () => (await signedSize(register)) === 4_010);
  await until('cosigned', async () => parseNote((await publishedCheckpoint(register.log))!).signatures.length === 2);
  expect(server.seen.get(register.log.origin)!.size).toBe(4_010);
  expect({ alarms, troubles }).toEqual({ alarms: [], troubles: [] });
});
