// Histories hold counts and references: no recipient, no secret, and no payload near the server's limits.
import { assessment, decodedPayloads, largestPayload, WorkflowHarness } from '../setup/workflow-harness';

let harness: WorkflowHarness;
beforeAll(async () => {
  harness = await WorkflowHarness.start();
}, 120_000);
afterEach(() => harness.endOfScenario(), 60_000);

test('four hundred workspaces are mailed, and no address of them is in any history', async () => {
  const workspaces = Array.from({ length: 400 }, (_, i) => `ws-${i + 1}`);
  const incident = await harness.declare({ assessment: assessment({ workspaces }) });
  await harness.sleepHours(50);
  expect(new Set(incident.mails('enterprise-notice').map((mail) => mail.to)).size).toBe(400);
  expect(incident.mails('status-subscribers')).toHaveLength(2);

  const histories = [await incident.handle.fetchHistory(), ...(await incident.deliveries())];
  expect(histories.length).toBe(3);
  for (const history of histories) {
    expect(decodedPayloads(history)).not.toMatch(/owner\.example|person\.example|subscriber\.example/);
    expect(largestPayload(history)).toBeLessThan(256 * 1024);
  }
}, 60_000);

test('a month of alarms stays far below the limits of a history', async () => {
  const incident = await harness.declare();
  await harness.sleepHours(30 * 24);
  const history = await incident.handle.fetchHistory();
  expect(history.events!.length).toBeLessThan(10_240);
  expect(JSON.stringify(history).length).toBeLessThan(10 * 1024 * 1024);
}, 120_000);
