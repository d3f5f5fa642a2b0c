// On a real server: a workflow that was reset meets entries in the register that it did not make, and stops itself.
import type { Client } from '@temporalio/client';
import { stoppedText } from '../../client/stopped';
import { TocsinClient } from '../../client/tocsin-client';
import { INCIDENT_WORKFLOW, TASK_QUEUE } from '../../domain/incident/contract';
import { commandText } from '../../domain/kernel/command-lines';
import { until } from '../setup/until';
import { connectTo, declaration, startDevServerWith, type TestIncident } from '../setup/workflow-harness';

let client: Client;
let server: Awaited<ReturnType<typeof connectTo>>;
beforeAll(async () => {
  const { address } = await startDevServerWith({});
  server = await connectTo(address);
  client = server.client;
}, 120_000);

/** At rest, with its notice told, and reset to its first task. Answers how many entries the register has. */
async function reset(id: string): Promise<{ incident: TestIncident; entries: number }> {
  const args = [{ declaration: declaration(id, Date.now() - 60_000), policy: server.world.policy }];
  await client.workflow.start(INCIDENT_WORKFLOW, { taskQueue: TASK_QUEUE, workflowId: id, args });
  const incident = server.incident(id);
  await until('it is declared', () => incident.view());
  await incident.quiet();
  await incident.send('approve', { obligation: 'enterprise-notice' });
  await incident.quiet();
  const { events } = await incident.handle.fetchHistory();
  const first = (events ?? []).find(({ workflowTaskCompletedEventAttributes: completed }) => completed)!;
  await client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: id },
    reason: 'a test',
    workflowTaskFinishEventId: first.eventId!,
    requestId: `reset-${id}`,
  });
  return { incident, entries: incident.register().length };
}

const forks = (incident: TestIncident) => incident.alarms().filter(({ threshold }) => threshold.kind === 'forked');
const statusOf = async ({ handle }: TestIncident) => (await handle.describe()).status.name;

test('it tells a person by one alarm, which names the command, writes nothing, tells nobody else, and ends', async () => {
  const { incident, entries } = await reset('INC-FORKED');
  const mails = incident.mails().length;
  await until('it has ended', async () => (await statusOf(incident)) === 'FAILED');
  expect(forks(incident)).toHaveLength(1);
  const [{ todo, commands }] = forks(incident) as [ReturnType<typeof forks>[number]];
  expect([todo, commands.map(commandText)[0]]).toEqual(['resume', 'npx tocsin resume INC-FORKED']);
  expect(incident.register()).toHaveLength(entries);
  expect(incident.mails()).toHaveLength(mails);
  // How the case stands is said by the run that was reset, which the reset had ended.
  const stands = await new TocsinClient(client).stands(incident.id);
  expect(typeof stands === 'object' && stoppedText(stands)).toMatch(/^its workflow was terminated/);
}, 90_000);

test('while nobody can be told it runs, refuses every message with the reason, and says it as soon as it can', async () => {
  server.world.fail('raiseAlarm');
  const { incident, entries } = await reset('INC-FORKED-UNHEARD');
  const refused = () => incident.send('measure', { text: 'All sessions ended' }).catch((error) => error);
  await until('it refuses', async () => JSON.stringify(await refused(), ['cause', 'message']).includes('has stopped'));
  expect(await refused()).toMatchObject({
    cause: { message: expect.stringContaining('npx tocsin resume INC-FORKED-UNHEARD') },
  });
  await incident.signal('measure', { text: 'All sessions ended', by: 'detector' });
  expect([await statusOf(incident), forks(incident)]).toEqual(['RUNNING', []]);
  server.world.repair();
  await until('it has ended', async () => (await statusOf(incident)) === 'FAILED');
  expect(forks(incident)).toHaveLength(1);
  expect(incident.register()).toHaveLength(entries);
}, 120_000);
