// A delivery that went into a spool goes on where that spool is; a worker that is gone with it is named, and holds up nothing.
import { Context } from '@temporalio/activity';
import { Worker } from '@temporalio/worker';
import type { Activities, SpoolPlace } from '../../activities/types';
import { TASK_QUEUE } from '../../domain/incident/contract';
import { spoolQueue } from '../../domain/kernel/spool-queue';
import { afterFile } from '../setup/helpers';
import { assessment, stored, WorkflowHarness } from '../setup/workflow-harness';

const HERE: SpoolPlace = { id: 'a'.repeat(16), host: 'worker-a' };
const GONE: SpoolPlace = { id: 'b'.repeat(16), host: 'worker-b' };
const ID = 'enterprise-notice';

let harness: WorkflowHarness;
/** In whose spool the next delivery is opened. */
let opensIn: SpoolPlace | undefined;
/** Which step was done by which worker: of the queue of all, or of that of one spool. */
let steps: string[] = [];

beforeAll(async () => {
  let activities: Partial<Activities> = {};
  harness = await WorkflowHarness.start((_, world) => {
    const fake = world.activities();
    const noted =
      <I, O>(name: string, act: (input: I) => Promise<O>) =>
      (input: I) => {
        steps.push(`${name} ${Context.current().info.taskQueue.replace(TASK_QUEUE, '')}`.trim());
        return act(input);
      };
    activities = {
      openDelivery: noted('open', async (input) => {
        const spool = opensIn;
        opensIn = undefined;
        const opened = await fake.openDelivery(input);
        return spool ? { ...opened, ledger: 'spool', spool } : opened;
      }),
      sendBatches: noted('send', fake.sendBatches),
      mergeSpool: noted('merge', fake.mergeSpool),
      summariseDelivery: noted('count', fake.summariseDelivery),
    };
    return activities;
  });
  const taskQueue = spoolQueue(TASK_QUEUE, HERE.id);
  const worker = await Worker.create({ connection: harness.connection, taskQueue, activities });
  const running = worker.run();
  afterFile(async () => {
    worker.shutdown();
    await running;
  });
}, 120_000);
beforeEach(() => {
  steps = [];
});
afterEach(() => harness.endOfScenario(), 60_000);

const drafted = () => harness.declare({ assessment: assessment({ dataSets: [stored()], workspaces: ['ws-1'] }) });

async function approved() {
  const incident = await drafted();
  await incident.send('approve', { obligation: ID });
  await harness.sleep(1_000);
  return incident;
}

test('every step is done by the worker of that disk, until all of it is in Postgres', async () => {
  opensIn = HERE;
  const incident = await approved();
  const there = `/spool-${HERE.id}`;
  expect(await incident.obligation(ID)).toMatchObject({ status: 'fulfilled' });
  expect(steps).toEqual(['open', `send ${there}`, expect.stringMatching(/merge|count/), expect.anything(), 'send']);
  expect(steps.slice(2, 4).sort()).toEqual([`count ${there}`, `merge ${there}`]);
  expect(incident.mails(ID)).toHaveLength(1);
}, 60_000);

test('without an outage nothing is bound to a worker', async () => {
  const incident = await approved();
  expect(await incident.obligation(ID)).toMatchObject({ status: 'fulfilled' });
  expect(steps).toEqual(['open', 'send', 'count']);
}, 60_000);

test('a worker that is gone with its spool is alarmed by its host, and others go on', async () => {
  opensIn = GONE;
  const incident = await drafted();
  incident.stuck = (key) => key.startsWith('dispatch');
  await incident.send('approve', { obligation: ID });
  // The server's time stands still while a step waits for a worker, so this is half a real minute.
  const until = Date.now() + 90_000;
  while (steps.length < 2 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 500));
  incident.stuck = () => false;
  await harness.sleep(1_000);
  expect(await incident.obligation(ID)).toMatchObject({ status: 'fulfilled' });
  expect(steps.filter((step) => step.startsWith('open'))).toHaveLength(2);
  const alarms = incident.about('alarm-raised', ID).map(({ data }) => JSON.stringify(data));
  expect(alarms.filter((alarm) => alarm.includes('the worker of worker-b is gone, with the spool'))).toHaveLength(1);
  expect(incident.mails(ID)).toHaveLength(1);
}, 150_000);
