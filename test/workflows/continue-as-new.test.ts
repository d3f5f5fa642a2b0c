// On a real server that asks for a new run every 60 history events, under a rain of signals: nothing is lost or doubled.

import type { Client } from '@temporalio/client';
import { TOLD_SINGLY } from '../../domain/case/turned-away';
import { INCIDENT_WORKFLOW, TASK_QUEUE } from '../../domain/incident/contract';
import { HOUR_MS, toMs } from '../../domain/kernel/time';
import { connectTo, declaration, ONCALL, startDevServerWith, type TestIncident } from '../setup/workflow-harness';

const IE = 'gdpr-art33-authority:ie-dpc';
const OPC = 'pipeda-opc-report:opc';
const OTHERS = 'pipeda-other-organisations';
type World = Awaited<ReturnType<typeof connectTo>>;

let client: Client;
let server: World;
beforeAll(async () => {
  const { address } = await startDevServerWith({ 'limit.historyCount.suggestContinueAsNew': 60 });
  server = await connectTo(address);
  client = server.client;
}, 120_000);

async function declare(id: string, minutesAgo: number): Promise<TestIncident> {
  const detectedMs = Date.now() - minutesAgo * 60_000;
  const args = [{ declaration: declaration(id, detectedMs), policy: server.world.policy }];
  await client.workflow.start(INCIDENT_WORKFLOW, { taskQueue: TASK_QUEUE, workflowId: id, args });
  return server.incident(id);
}

async function runsOf(id: string): Promise<number> {
  let runs = 0;
  for await (const execution of client.workflow.list({ query: `WorkflowId="${id}"` })) runs += execution ? 1 : 0;
  return runs;
}

async function until(what: string, met: () => Promise<boolean> | boolean, withinMs = 60_000): Promise<void> {
  const giveUpAt = Date.now() + withinMs;
  while (!(await met())) {
    if (Date.now() > giveUpAt) throw new Error(`${what}: not within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Sends numbered measures, one after the other, until told to end, and as many that nobody can take as are each told; says how many. */
function rain(incident: TestIncident, everyMs = 30): { end(): Promise<number> } {
  let sent = 0;
  let ended = false;
  const falling = (async () => {
    while (!ended) {
      sent++;
      await incident.signal('measure', { text: `drop ${sent}`, by: 'detector', commandId: `drop-${sent}` });
      if (sent % 5 === 0)
        await incident.signal('measure', { text: `drop ${sent}`, by: 'detector', commandId: `drop-${sent}` });
      if (sent % 7 === 0 && sent <= 7 * TOLD_SINGLY) await incident.signal('measure', { malformed: true });
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  })();
  return {
    end: async () => {
      ended = true;
      await falling;
      return sent;
    },
  };
}

/** Sends an update again when it met the end of a run; the command id makes that harmless. */
async function insist(
  incident: TestIncident,
  name: Parameters<TestIncident['send']>[0],
  message: Record<string, unknown>,
) {
  const giveUpAt = Date.now() + 120_000;
  for (;;) {
    try {
      return await incident.send(name, { ...message, commandId: `${name} ${JSON.stringify(message)}` });
    } catch (error) {
      if (Date.now() > giveUpAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

test('a lifecycle under a rain of signals: every event once, in order, over several runs', async () => {
  // Six seconds before the status notices go out by themselves.
  const incident = await declare('INC-RAIN', 90 - 0.1);
  const drops = rain(incident);
  await until('status mails on silence', () => incident.mails('status-subscribers').length === 2);
  await insist(incident, 'status', { status: 'contained', by: ONCALL });
  await until('a draft', async () => (await incident.obligation('enterprise-notice')).status === 'drafted');
  await insist(incident, 'approve', { obligation: 'enterprise-notice' });
  await insist(incident, 'filed', { obligation: IE, reference: 'IN-1' });
  await insist(incident, 'filed', { obligation: OPC, reference: 'PB-1' });
  await insist(incident, 'approve', { obligation: 'gdpr-art34-individuals' });
  await insist(incident, 'approve', { obligation: 'pipeda-individuals' });
  await insist(incident, 'told', {
    obligation: OTHERS,
    channel: 'phone',
    organisations: ['Bank of Montreal'],
    rest: true,
  });
  await until('the individuals', () => incident.mails('pipeda-individuals').length === 1);
  await until('five runs', async () => (await runsOf(incident.id)) >= 5);
  const sent = await drops.end();

  await insist(incident, 'status', { status: 'resolved', by: ONCALL });
  await insist(incident, 'review', { rootCause: 'x', controls: ['y'], shareSummary: false });
  await insist(incident, 'close', {});
  const result = (await incident.handle.result()) as { entries: number };

  const texts = incident.entries('measure-recorded').map((entry) => entry.data.text);
  expect(texts).toEqual(Array.from({ length: sent }, (_, i) => `drop ${i + 1}`));
  expect(incident.entries('rejected')).toHaveLength(Math.min(Math.floor(sent / 7), TOLD_SINGLY));
  expect(result.entries).toBe(incident.register().length);
  await incident.check();
  expect(await runsOf(incident.id)).toBeGreaterThanOrEqual(5);

  const first = incident.mails().filter((mail) => mail.round === 1);
  expect(first.map((mail) => mail.to).sort()).toEqual([
    'aoife@person.example',
    'bran@person.example',
    'chloe@person.example',
    'sub-1@subscriber.example',
    'sub-2@subscriber.example',
    'ws-1@owner.example',
    'ws-2@owner.example',
    'ws-team@owner.example',
  ]);
  const [sentByItself] = incident.about('dispatch-started', 'status-subscribers');
  const detectedMs = toMs((await incident.state()).declaration.detectedAt);
  expect(sentByItself!.data.trigger).toBe('silence');
  expect(toMs(sentByItself!.at) - detectedMs - 1.5 * HOUR_MS).toBeLessThan(10_000);
  expect(server.world.rules.get(`${incident.id} block-source 203.0.113.9`)!.undone).toBe(false);
}, 240_000);

test('a delivery lives on while its incident begins a new run, and its report arrives', async () => {
  const incident = await declare('INC-CHILD', 1);
  server.world.fail('sendBatches');
  incident.stuck = (key) => key.startsWith('dispatch');
  await incident.quiet();
  await until('a draft', async () => (await incident.obligation('enterprise-notice')).status === 'drafted');
  await insist(incident, 'approve', { obligation: 'enterprise-notice' });
  const child = client.workflow.getHandle(`${incident.id}/enterprise-notice/1`);
  await until('the delivery', async () => (await child.describe().catch(() => undefined)) !== undefined);
  const { runId } = await child.describe();

  const before = await runsOf(incident.id);
  const drops = rain(incident);
  await until('three more runs', async () => (await runsOf(incident.id)) >= before + 3, 120_000);
  await drops.end();
  const still = await child.describe();
  expect([still.runId, still.status.name]).toEqual([runId, 'RUNNING']);

  server.world.repair();
  incident.stuck = () => false;
  await until('the mails', () => incident.mails('enterprise-notice').length === 3, 90_000);
  await until('the report', async () => (await incident.obligation('enterprise-notice')).status === 'fulfilled');
  expect((await child.describe()).runId).toBe(runId);
  await incident.quiet();
  await incident.check();
  expect(incident.about('obligation-fulfilled', 'enterprise-notice')).toHaveLength(1);
}, 240_000);

test('while containment and the register are down a new run begins all the same, and both are taken up again', async () => {
  server.world.fail('appendEntries');
  server.world.fail('applyMeasure');
  const incident = await declare('INC-DOWN', 1);
  const drops = rain(incident, 500);
  await until('a new run', async () => (await runsOf(incident.id)) >= 2, 170_000);
  const sent = await drops.end();
  expect(incident.register()).toEqual([]);
  server.world.repair();
  await until('the containment', () => server.world.rules.has(`${incident.id} block-source 203.0.113.9`), 90_000);
  await incident.quiet(60_000);
  await incident.check();
  expect(incident.entries('measure-recorded')).toHaveLength(sent);
}, 300_000);
