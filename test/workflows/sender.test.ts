// The mailbox that notices come from was taken over: what is drafted and sent from then on has another sender.
import { assessment, COUNSEL, stored, WorkflowHarness } from '../setup/workflow-harness';

let harness: WorkflowHarness;
beforeAll(async () => {
  harness = await WorkflowHarness.start();
}, 120_000);
afterEach(() => harness.endOfScenario(), 60_000);

const ID = 'enterprise-notice';
const NEW = { from: 'Security <security@other.example>', replyTo: 'answers@other.example' };

test('mails are drafted anew with the sender of the incident, dossiers and the status page are not, and it is in the register', async () => {
  const detectedAt = await harness.now();
  const incident = await harness.declare({
    ...{ detectedAt, declaredAt: detectedAt, awareAt: detectedAt },
    assessment: assessment({ dataSets: [stored()], workspaces: ['ws-1', 'ws-2'] }),
  });
  await harness.sleepHours(0.1);
  const drafted = () => harness.world.drafts.filter(({ input }) => input.incidentId === incident.id);
  expect(drafted().filter(({ input }) => input.sender !== undefined)).toEqual([]);
  const before = drafted().length;
  await incident.send('sender', { ...NEW, reason: 'the attacker reads the mailbox', by: COUNSEL });
  await harness.sleepHours(0.1);
  const after = drafted().slice(before);
  expect(after.map(({ input }) => input.obligation)).toContain(ID);
  for (const { input } of after) expect([input.channel, input.sender]).toEqual(['email', NEW]);
  await incident.send('approve', { obligation: ID });
  await harness.sleepHours(1);
  expect(incident.mails(ID)).toHaveLength(2);
  expect(incident.entries('sender-switched')).toHaveLength(1);
  await incident.quiet();
}, 120_000);
