// On a real server that asks for a new run every 100 history events: what an incident has to carry never keeps it from one.
import type { Client } from '@temporalio/client';
import { unfinishedWriters } from '../../client/entry-writers';
import { TocsinClient } from '../../client/tocsin-client';
import { INCIDENT_WORKFLOW, TASK_QUEUE } from '../../domain/incident/contract';
import { COMMAND_BYTES } from '../../domain/kernel/bytes';
import { connectTo, declaration, startDevServerWith, type TestIncident } from '../setup/workflow-harness';

/** A character of three bytes, and one of four. */
const HAN = '漢';
const EMOJI = '\u{1f6a8}';
/** The server's own bound of a run. */
const MOST_EVENTS = 51_200;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let client: Client;
let server: Awaited<ReturnType<typeof connectTo>>;
beforeAll(async () => {
  const { address } = await startDevServerWith({ 'limit.historyCount.suggestContinueAsNew': 100 });
  server = await connectTo(address);
  client = server.client;
}, 120_000);

async function declare(id: string): Promise<TestIncident> {
  const args = [{ declaration: declaration(id, Date.now() - 60_000), policy: server.world.policy }];
  await client.workflow.start(INCIDENT_WORKFLOW, { taskQueue: TASK_QUEUE, workflowId: id, args });
  return server.incident(id);
}

async function runsOf(id: string): Promise<Array<{ runId: string; events: number }>> {
  const runs = [];
  for await (const { runId, historyLength } of client.workflow.list({ query: `WorkflowId="${id}"` }))
    runs.push({ runId, events: historyLength });
  return runs;
}

async function until(what: string, met: () => Promise<boolean> | boolean, withinMs: number): Promise<void> {
  const giveUpAt = Date.now() + withinMs;
  while (!(await met())) {
    if (Date.now() > giveUpAt) throw new Error(`${what}: not within ${withinMs} ms`);
    await sleep(200);
  }
}

/** The largest payload that any run of a workflow holds. */
async function largestPayload(id: string): Promise<number> {
  let most = 0;
  for (const { runId } of await runsOf(id)) {
    const { events } = await client.workflow.getHandle(id, runId).fetchHistory();
    for (const event of events ?? []) {
      const payloads = JSON.stringify(event).match(/"data":"[^"]*"/g) ?? [];
      for (const payload of payloads) most = Math.max(most, (payload.length * 3) / 4);
    }
  }
  return most;
}

/** Between two drops: on a machine that is busy a tenth of what an answer of the incident takes, so that there is no end of drops. */
const PAUSE_MS = 40;

/** Sends numbered measures without pause until told to end; says how many. */
function rain(incident: TestIncident): { end(): Promise<number> } {
  let [sent, ended, pauseMs] = [0, false, PAUSE_MS];
  const falling = (async () => {
    while (!ended) {
      const n = ++sent;
      await incident.signal('measure', { text: `drop ${n}`, by: 'detector', commandId: `drop-${n}` });
      await sleep(pauseMs);
    }
  })();
  const pacing = (async () => {
    while (!ended) {
      const askedAt = Date.now();
      await incident.view().catch(() => undefined);
      pauseMs = Math.max(PAUSE_MS, (Date.now() - askedAt) / 10);
      await sleep(500);
    }
  })();
  return {
    end: async () => {
      ended = true;
      await Promise.all([falling, pacing]);
      return sent;
    },
  };
}

test('with the register away, alarms that cannot be sent and signals without pause new runs begin, and every entry is written once, in order', async () => {
  server.world.fail('appendEntries');
  server.world.fail('raiseAlarm');
  const incident = await declare('INC-FLOOD');
  incident.stuck = () => true;
  const drops = rain(incident);
  await until('two runs', async () => (await runsOf(incident.id)).length >= 2, 120_000);
  const sent = await drops.end();
  const runs = await runsOf(incident.id);
  expect(Math.max(...runs.map(({ events }) => events))).toBeLessThan(MOST_EVENTS / 5);
  expect(incident.register()).toEqual([]);
  server.world.repair();
  incident.stuck = () => false;
  await incident.quiet(90_000);
  expect(incident.register().map(({ seq }) => seq)).toEqual(incident.register().map((_, i) => i + 1));
  const texts = incident.entries('measure-recorded').map((entry) => entry.data.text);
  expect(new Set(texts).size).toBe(sent);
  expect(texts).toHaveLength(sent);
  await incident.check();
}, 300_000);

test('what a run cannot take along is written by a workflow of its own, and what is too much is refused by name', async () => {
  server.world.fail('appendEntries');
  const incident = await declare('INC-HAN');
  incident.stuck = () => true;
  const long = (n: number) => `${n} ${HAN.repeat(1000)}${EMOJI.repeat(490)}`;
  let sent = 0;
  const refused = async () => {
    for (let i = 0; i < 20; i++) {
      const n = ++sent;
      await incident.signal('measure', { text: long(n), by: 'detector', commandId: `long-${n}` });
    }
    const events = await client.workflow.getHandle(incident.id).query<Array<{ kind: string }>>('timeline');
    return events.some(({ kind }) => kind === 'rejected');
  };
  await until('a refusal', refused, 120_000);
  await until('a new run', async () => (await runsOf(incident.id)).length >= 2, 120_000);
  const writers: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query: 'WorkflowType="registerBacklog"' }))
    writers.push(workflowId);
  expect(writers.length).toBeGreaterThan(0);
  expect(await largestPayload(incident.id)).toBeLessThan(COMMAND_BYTES);
  server.world.repair();
  incident.stuck = () => false;
  await incident.quiet(120_000);
  expect(incident.register().map(({ seq }) => seq)).toEqual(incident.register().map((_, i) => i + 1));
  const [kept, rejected] = [incident.entries('measure-recorded'), incident.entries('rejected')];
  expect(kept.length + rejected.length).toBe(sent);
  expect(rejected[0]!.data.problems[0]).toMatch(/^message: has 6 kB, and the incident holds \d+ kB of the 450 kB/);
  await incident.assertFold();
}, 400_000);

test('a workflow of its own that somebody ended is begun again, and writes what it was given', async () => {
  server.world.fail('appendEntries');
  const incident = await declare('INC-ENDED');
  incident.stuck = () => true;
  const cases = new TocsinClient(client);
  let sent = 0;
  const writers = async () => (await unfinishedWriters(client, incident.id)).length;
  await until(
    'a workflow of its own',
    async () => {
      for (let i = 0; i < 10; i++) {
        const measure = { text: `${++sent} ${HAN.repeat(1_900)}`, by: 'detector', commandId: `ended-${sent}` };
        await incident.signal('measure', measure);
      }
      return (await writers()) > 0;
    },
    120_000,
  );
  for (const { workflowId } of await unfinishedWriters(client, incident.id))
    await cases.terminate(workflowId, 'a test');
  await until('it is ended', async () => (await unfinishedWriters(client)).some(({ running }) => !running), 20_000);
  server.world.repair();
  const again = await cases.writeAgain(incident.id);
  expect(again.length).toBeGreaterThan(0);
  expect(await cases.writeAgain(incident.id)).toEqual([]);
  incident.stuck = () => false;
  await incident.quiet(120_000);
  expect(incident.register().map(({ seq }) => seq)).toEqual(incident.register().map((_, i) => i + 1));
  expect(incident.entries('measure-recorded').length + incident.entries('rejected').length).toBe(sent);
  await incident.assertFold();
}, 400_000);

test('nobody but a case that runs has entries written for it', async () => {
  const events = [{ incidentId: 'INC-FORGED', seq: 1 }];
  const handle = await client.workflow.start('registerBacklog', {
    taskQueue: TASK_QUEUE,
    workflowId: 'INC-FORGED/register/1-1',
    args: [{ events }],
  });
  await expect(handle.result()).rejects.toMatchObject({ cause: { message: expect.stringContaining('from no case') } });
}, 60_000);
