// Whoever starts a case with other keys than the workers' is told that no clock runs, and never that it is declared.
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { dataConverter } from '../../client/codec';
import { OtherKeys } from '../../client/errors';
import { TocsinClient } from '../../client/tocsin-client';
import { reportStarter } from '../../detection/reports/start-reports';
import { TASK_QUEUE } from '../../domain/incident/contract';
import type { SealedTemporal } from '../../stack/sealed-temporal';
import type { FakeWorld } from '../setup/fake-world';
import { afterFile } from '../setup/helpers';
import { startSealedWorld } from '../setup/sealed-world';
import { declaration, startWorker } from '../setup/workflow-harness';

let temporal: SealedTemporal;
let world: FakeWorld;
let connection: Connection;
/** The id of the key of the workers. */
let theirs: string;

const KEY = Buffer.alloc(32, 7).toString('base64');

beforeAll(async () => {
  ({ temporal, world } = await startSealedWorld(() => ({})));
  connection = await Connection.connect({ address: temporal.server.address });
  afterFile(() => connection.close());
  theirs = temporal.encryptionKeys![0]!.split(':')[0]!;
}, 120_000);

const withKeys = (keys: string[], taskQueue = TASK_QUEUE, withinMs = 10_000) =>
  new TocsinClient(new Client({ connection, dataConverter: dataConverter(keys) }), taskQueue, withinMs);
const stated = (id: string) => ({ declaration: declaration(id, Date.now()), policy: world.policy });
const failureOf = (call: Promise<unknown>) =>
  call.then(
    (value) => value as OtherKeys,
    (error: OtherKeys) => error,
  );

describe('a declaration that the workers cannot read is not declared, and the same id is free once the keys are', () => {
  test.each([
    ['without any key', () => [], () => `is not set here, and the workers seal with "${theirs}"`],
    [
      'with another key of the same name',
      () => [`${theirs}:${KEY}`],
      () => `the key "${theirs}" here is another one than the workers have under that name`,
    ],
  ])('%s', async (what, keys, problem) => {
    const id = `INC-OTHER-${what.length}`;
    const told = await failureOf(withKeys(keys()).declare(stated(id)));
    expect(told).toBeInstanceOf(OtherKeys);
    expect(told.message).toBe(`incident "${id}" is not opened: the workers cannot read what was sealed here`);
    expect(told.problems).toEqual([
      `TOCSIN_ENCRYPTION_KEYS: ${problem()}: set those of the workers`,
      'no clock runs, nothing is contained and nobody is told',
      'nothing is kept of it: do it again under the same id',
    ]);
    expect(world.register(id)).toEqual([]);
    expect(await withKeys(temporal.encryptionKeys!).declare(stated(id))).toEqual({ id, created: true });
    expect(world.register(id).length).toBeGreaterThan(0);
  });
});

describe('one that is sealed with a key of a name that the workers have not', () => {
  const id = 'INC-UNKNOWN-KEY';

  test('waits for that key: it is not declared, nor is it when it is declared again with the right keys', async () => {
    const told = await failureOf(withKeys([`mine:${KEY}`]).declare(stated(id)));
    expect(told).toBeInstanceOf(OtherKeys);
    expect(told.problems[0]).toBe(
      `TOCSIN_ENCRYPTION_KEYS: seals with "mine" here, and with "${theirs}" at the workers: set those of the workers`,
    );
    expect(told.problems[2]).toMatch(
      /^Temporal keeps it sealed, and it begins by itself once the workers have .*"mine"/,
    );
    const again = await failureOf(withKeys(temporal.encryptionKeys!).declare(stated(id)));
    expect(again.message).toMatch(`incident "${id}" is not opened: declaration: is sealed with the key "mine"`);
    expect(world.register(id)).toEqual([]);
  }, 30_000);

  test('begins by itself once the workers have it, as was said', async () => {
    const both = [...temporal.encryptionKeys!, `mine:${KEY}`];
    await workerOn('with-both-keys', both);
    const moved = 'INC-KEY-FOLLOWS';
    const waits = await withKeys([`mine:${KEY}`], 'with-both-keys').declare(stated(moved));
    // The answers are sealed with the first key of the workers: that it is opened is known all the same.
    expect(waits).toEqual({ id: moved, created: true });
    expect(world.register(moved).length).toBeGreaterThan(0);
  }, 30_000);
});

test('nor is a case said to be resumed', async () => {
  const id = 'INC-RESUMED';
  const client = withKeys(temporal.encryptionKeys!);
  await client.declare(stated(id));
  await client.terminate(id, 'by mistake');
  const start = { workflow: 'incident', id, title: 'x', severity: 'sev2', owner: 'x', status: 'declared' };
  const input = { resumed: { caseId: id, by: 'ann', found: 'terminated' as const } };
  expect(await failureOf(withKeys([]).resume({ ...start, input }) as Promise<unknown>)).toBeInstanceOf(OtherKeys);
  await client.resume({ ...start, input });
});

test('a declaration that no worker has opened yet is said to wait', async () => {
  const client = withKeys(temporal.encryptionKeys!, 'queue-of-nobody', 500);
  const id = 'INC-NOBODY';
  expect(await client.declare(stated(id))).toEqual({ id, created: true, waiting: true });
});

test('nor is a vulnerability report said to be started, which the intake would not start again', async () => {
  const receivedAt = new Date().toISOString();
  const clock = { dueAt: receivedAt, warnAt: receivedAt };
  const input = { reportId: 'VR-OTHER', via: 'form', length: 10, owner: 'a@b.example', receivedAt, clock };
  const start = reportStarter(withKeys([]));
  expect(await failureOf(start(input as never) as Promise<unknown>)).toBeInstanceOf(OtherKeys);
});

test('nor is a detection, which the intake would count as handed over', async () => {
  const start = {
    workflow: 'triage',
    id: 'TRG-OTHER',
    input: {},
    title: 'x',
    severity: 'sev2',
    owner: 'x',
    status: 'w',
  };
  const told = await failureOf(withKeys([]).signalWithStart(start, 'detected', {}));
  expect(told).toBeInstanceOf(OtherKeys);
});

async function workerOn(taskQueue: string, keys: string[]): Promise<void> {
  const native = await NativeConnection.connect({ address: temporal.server.address });
  afterFile(() => native.close());
  await startWorker(native, world, {}, { taskQueue, keys });
}
