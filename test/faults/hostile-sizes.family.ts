/**
 * As much as the edge accepts, and more: workspaces, and measures in characters of three bytes over new runs. What is too large
 * is refused; nothing stops a clock, and all that was taken is there in the end.
 */
import { COMMAND_BYTES } from '../../domain/kernel/bytes';
import { readIncidentEvents } from '../../register/read-incident';
import { injected, report, Tally } from '../setup/invariants/tally';
import { declarationOf, OWNERS, of, policy, RealWorld, type WorkerChild, wholeBreach } from '../setup/real-world';
import { quietWorkers } from '../setup/workflow-harness';
import { late } from './boundaries';
import { peopleClose } from './people';
import { rests } from './standing';

const HAN = '漢';
let world: RealWorld;
let worker: WorkerChild;

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start({ newRunAfter: 400 });
  worker = await world.startWorker();
}, 120_000);

afterAll(() => worker.stop());

/** The workspaces of the directory, and as many unknown ones as fit. */
function workspaces(bytes: number): string[] {
  const known = Array.from({ length: OWNERS }, (_, n) => `ws-${n + 1}`);
  const unknown = Array.from({ length: Math.floor((bytes - 12 * OWNERS) / 40) }, (_, n) => `${n}`.padStart(36, 'x'));
  return [...known, ...unknown];
}

/** Every incident still runs or has closed, with no payload that comes near what the server ends a workflow for. */
async function sound(id: string): Promise<void> {
  const tally = new Tally();
  for await (const { runId, status } of world.temporal.workflow.list({ query: `WorkflowId="${id}"` })) {
    const ended = ['RUNNING', 'COMPLETED', 'CONTINUED_AS_NEW'].includes(status.name);
    tally.check('silent', ended, () => `${id}: a run of it is ${status.name}`);
    const { events } = await world.temporal.workflow.getHandle(id, runId).fetchHistory();
    const largest = Math.max(...(events ?? []).map((event) => Buffer.byteLength(JSON.stringify(event))));
    // In JSON a payload is base64, a third longer than its bytes.
    tally.whole(largest < (COMMAND_BYTES * 4) / 3, () => `${id}: one event has ${largest} bytes`);
  }
  report(tally);
  expect(tally.found()).toEqual([]);
}

async function closes(id: string, audience?: Record<string, string[]>): Promise<void> {
  await peopleClose(world, id, 250_000);
  await world.expectSound(id, audience);
  await sound(id);
}

test('workspaces: as many as are taken go through the whole lifecycle; more are refused, and nothing was begun', async () => {
  const declare = (id: string, list: string[]) =>
    world.client.declare({
      declaration: declarationOf(id, { assessment: { ...wholeBreach, workspaces: list } }),
      policy,
    });
  for (const [n, list] of [
    Array.from({ length: 20_000 }, (_, i) => `${i}`.padStart(60, 'w')),
    workspaces(260_000),
  ].entries()) {
    const id = `SIZES-refused-${n + 1}`;
    await expect(declare(id, list)).rejects.toThrow();
    expect(await world.client.find(id)).toBeUndefined();
    injected('a declaration that is too large');
  }
  await declare('SIZES-workspaces', workspaces(190_000));
  injected('a declaration of 190 kB');
  await closes('SIZES-workspaces');
}, 400_000);

test('measures of two thousand characters of three bytes, past the bound of the state, over new runs', async () => {
  const id = 'SIZES-han';
  await world.client.declare({ declaration: declarationOf(id, { ...late(), assessment: wholeBreach }), policy });
  await rests(world, id);
  let taken = 0;
  let refused = 0;
  for (let n = 0; n < 200; n++) {
    const measure = { text: `${n} ${HAN.repeat(1_990)}`, by: 'oncall', commandId: `han-${n}` };
    await world.client.send(id, 'measure', measure).then(
      () => taken++,
      () => refused++,
    );
  }
  injected('measures of six kilobytes', taken);
  injected('measures that were too many', refused);
  await closes(id);
  const tally = new Tally();
  const written = of(await readIncidentEvents(world.pool, id), 'measure-recorded').map(({ data }) => data.text);
  tally.whole(written.length === taken, () => `${id}: ${taken} measures were taken, ${written.length} are written`);
  report(tally);
  expect(tally.found()).toEqual([]);
}, 400_000);
