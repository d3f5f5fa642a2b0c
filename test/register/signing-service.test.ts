// The register is signed at intervals by one signer at a time; what contradicts it is never signed, and is told loudly.
import { setTimeout as sleep } from 'node:timers/promises';
import { appendEntries } from '../../register/append/appender';
import type { Anchor } from '../../register/log/anchor';
import { checkpointOf } from '../../register/log/anchor';
import { openLog, publishedCheckpoint } from '../../register/log/open-log';
import { registerSize } from '../../register/log/register-leaves';
import { type SigningAlarm, SigningService, type SigningServiceDeps } from '../../register/log/signing-service';
import { afterFile } from '../setup/helpers';
import { aLog, signedSize, until } from './anchors.helpers';
import { eventsOf, tamper } from './helpers';

type Register = Awaited<ReturnType<typeof aLog>>;

function collecting(name = 'kept'): Anchor & { notes: string[] } {
  const notes: string[] = [];
  return {
    name,
    notes,
    async put(note) {
      notes.push(note);
      return 'taken';
    },
  };
}

async function service(register: Register, over: Partial<SigningServiceDeps> = {}) {
  const alarms: SigningAlarm[] = [];
  const troubles: string[] = [];
  const log = await openLog(register.pool, register.settings);
  const size = over.size ?? (() => registerSize(register.pool));
  let looks = 0;
  /** Waits until the service has looked at the register twice more from now on: whatever it would do, it has done once. */
  const twoLooks = async () => {
    const before = looks;
    await until('two more looks', () => looks >= before + 3); // the first may have begun before now
  };
  const running = new SigningService({
    log,
    anchors: [],
    everyEntries: 10,
    everyMs: 1_000,
    recordGuards: async () => [],
    onAlarm: (alarm) => alarms.push(alarm),
    onTrouble: (message) => troubles.push(message),
    ...over,
    size: () => {
      looks++;
      return size();
    },
  });
  afterFile(() => running.stop());
  return { running, alarms, troubles, twoLooks };
}

test('it signs at once, then after T seconds or N entries, and not while nothing is new', async () => {
  const register = await aLog(1);
  const anchor = collecting();
  const { running, twoLooks } = await service(register, { anchors: [anchor], everyEntries: 10, everyMs: 60_000 });
  running.start();
  await until('signed at the start', async () => anchor.notes.length === 1);
  await appendEntries(register.pool, eventsOf('INC-2', 3));
  await twoLooks();
  expect(anchor.notes).toHaveLength(1);
  await appendEntries(register.pool, eventsOf('INC-3', 7));
  await until('signed after ten entries', async () => anchor.notes.length === 2);
  await twoLooks();
  expect(anchor.notes.map((note) => checkpointOf(note).size)).toEqual([1, 11]);
  await running.stop();

  const soon = collecting();
  const timed = await service(register, { anchors: [soon], everyEntries: 1_000, everyMs: 1_000 });
  timed.running.start();
  await until('signed at the start', () => soon.notes.length === 1);
  await appendEntries(register.pool, eventsOf('INC-4', 2));
  await until('signed after a second', () => soon.notes.length === 2);
});

test('a published checkpoint that was damaged is put right', async () => {
  const register = await aLog(3);
  const { running } = await service(register);
  running.start();
  await until('signed', async () => (await signedSize(register)) === 3);
  const note = await publishedCheckpoint(register.log);
  await register.log.store.write('checkpoint', Buffer.from('x'));
  await until('signed anew', async () => (await publishedCheckpoint(register.log)) === note);
});

test('what waits when a worker ends is signed', async () => {
  const register = await aLog(1);
  const { running } = await service(register, { everyEntries: 1_000, everyMs: 60_000 });
  running.start();
  await until('signed at the start', async () => (await publishedCheckpoint(register.log)) !== undefined);
  await appendEntries(register.pool, eventsOf('INC-2', 3));
  await running.stop();
  expect(await signedSize(register)).toBe(4);
});

test('four workers sign one tree, each round once', async () => {
  const register = await aLog(1);
  const anchors = Array.from({ length: 4 }, (_, i) => collecting(`of worker ${i}`));
  const anchored = () => anchors.flatMap(({ notes }) => notes.map((note) => checkpointOf(note).size));
  for (const anchor of anchors) (await service(register, { anchors: [anchor], everyEntries: 5 })).running.start();
  await until('signed at the start', async () => (await signedSize(register)) === 1);
  for (let i = 2; i < 8; i++) {
    await appendEntries(register.pool, eventsOf(`INC-${i}`, 5));
    // What is signed is given to the anchors after that.
    await until('anchored', () => anchored().includes((i - 1) * 5 + 1));
  }
  const sizes = anchored().sort((a, b) => a - b);
  // At the start each may sign the same tree; after that whoever sees it first.
  expect(new Set(sizes)).toEqual(new Set([1, 6, 11, 16, 21, 26, 31]));
  expect(sizes.filter((size) => size > 1).length).toBeLessThan(12);
});

test('what contradicts the signer\u2019s memory is told once and not signed, until it is mended', async () => {
  const register = await aLog(12);
  const { running, alarms, twoLooks } = await service(register, { everyMs: 100 });
  running.start();
  await until('signed', async () => (await signedSize(register)) === 12);
  const before = await publishedCheckpoint(register.log);
  const { rows } = await register.pool.query(
    'SELECT * FROM tocsin.register_entries WHERE position > 10 ORDER BY position',
  );
  await tamper(register.url, 'DELETE FROM tocsin.register_entries WHERE position > 10');
  await until('told', () => alarms.length > 0);
  await twoLooks();
  expect(alarms).toEqual([
    { code: 'register-inconsistent', message: expect.stringContaining('rolled back or cut short') },
  ]);
  expect(await publishedCheckpoint(register.log)).toBe(before);

  for (const { position, incident_id, seq, kind, bytes, content, sealed } of rows) {
    await register.pool.query(
      'INSERT INTO tocsin.register_entries (position, incident_id, seq, kind, bytes, content, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7)',
      [position, incident_id, seq, kind, bytes, content, sealed],
    );
  }
  await appendEntries(register.pool, eventsOf('INC-2', 10));
  await until('signed again', async () => (await signedSize(register)) === 22);
});

test('an anchor that fails or hangs hinders neither the others nor the signing, and gets the newest later', async () => {
  const register = await aLog(1);
  const good = collecting();
  let failing = true;
  const taken: string[] = [];
  const bad: Anchor = {
    name: 'bad',
    async put(note) {
      if (failing) throw new Error('its disk is full');
      taken.push(note);
      return 'taken';
    },
  };
  const hanging: Anchor = { name: 'hanging', put: () => sleep(8_000, 'taken' as const, { ref: false }) };
  const { running, troubles } = await service(register, { anchors: [bad, hanging, good], everyEntries: 1 });
  running.start();
  await until('anchored at the start', () => good.notes.length === 1);
  await appendEntries(register.pool, eventsOf('INC-2', 3));
  await until('anchored again', () => good.notes.length === 2);
  failing = false;
  await until('the other one too', () => taken.length > 0);
  expect(taken).toEqual([good.notes[1]]);
  expect(troubles).toContain('a checkpoint was not anchored (bad); it is tried again');
}, 30_000);

test('an outage of Postgres is told once, and signing goes on after it', async () => {
  const register = await aLog(2);
  let away = false;
  const size = async () => {
    if (away) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    return registerSize(register.pool);
  };
  const { running, troubles, alarms, twoLooks } = await service(register, { size, everyMs: 100 });
  running.start();
  await until('signed', async () => (await signedSize(register)) === 2);
  away = true;
  await until('told', () => troubles.length > 0);
  await twoLooks();
  expect(troubles).toEqual(['Postgres cannot be used: nothing is signed until it is back']);
  away = false;
  await appendEntries(register.pool, eventsOf('INC-2', 10));
  await until('signed again', async () => (await signedSize(register)) === 12);
  expect(alarms).toEqual([]);
});

test('changed guards are recorded before anything is signed, and told', async () => {
  const register = await aLog(2);
  let changes: string[] = [];
  let looked = 0;
  const { running, alarms } = await service(register, {
    recordGuards: async () => {
      looked++;
      return changes.splice(0);
    },
  });
  running.start();
  await until('looked at', () => looked > 0);
  changes = ['trigger x was dropped'];
  await until('told', () => alarms.length > 0);
  expect(alarms).toEqual([
    { code: 'register-guards-changed', message: 'a guard of the register was changed: trigger x was dropped' },
  ]);
});
