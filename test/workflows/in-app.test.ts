// Where a pack says so the company's own product is handed what goes out: once a round, tried until it takes it, beside the mails.
import { ApplicationFailure } from '@temporalio/common';
import { assessment, stored, WorkflowHarness } from '../setup/workflow-harness';

const ID = 'enterprise-notice';
let refuses = 0;

let harness: WorkflowHarness;
beforeAll(async () => {
  harness = await WorkflowHarness.start((_client, world) => {
    const { tellInApp } = world.activities();
    return {
      async tellInApp(input) {
        if (refuses-- > 0) throw ApplicationFailure.retryable('TOCSIN_IN_APP_URL is not set', 'InAppRefused');
        return tellInApp(input);
      },
    };
  });
}, 120_000);
afterEach(() => harness.endOfScenario(), 60_000);

async function approved() {
  const { policy } = harness.world;
  const obligations = policy.pack.obligations.map((rule) =>
    rule.id === ID ? { ...rule, inApp: true as const } : rule,
  );
  const detectedAt = await harness.now();
  const incident = await harness.declare(
    {
      ...{ detectedAt, declaredAt: detectedAt, awareAt: detectedAt },
      assessment: assessment({ dataSets: [stored()], workspaces: ['ws-1', 'ws-2'] }),
    },
    { policy: { ...policy, pack: { ...policy.pack, obligations } } },
  );
  await harness.sleepHours(0.1);
  const shown = () => harness.world.shown.filter(({ input }) => input.incidentId === incident.id);
  expect(shown()).toEqual([]);
  await incident.send('approve', { obligation: ID });
  await harness.sleepHours(1);
  return { incident, shown };
}

test('it is handed over when the notice goes out, and stands in the register', async () => {
  const { incident, shown } = await approved();
  expect(shown().map(({ input }) => [input.obligation, input.round, input.audience.workspaces])).toEqual([
    [ID, 1, ['ws-1', 'ws-2']],
  ]);
  expect(incident.about('told-in-app', ID)).toHaveLength(1);
  expect(incident.mails(ID)).toHaveLength(2);
  await incident.quiet();
}, 120_000);

test('while the product refuses it is alarmed and tried again, and the mails go out meanwhile', async () => {
  refuses = 12;
  const { incident, shown } = await approved();
  expect(incident.mails(ID)).toHaveLength(2);
  const failing = incident.about('alarm-raised', ID).filter(({ data }) => data.threshold.kind === 'failing');
  expect(failing.map(({ data }) => data.threshold)).toEqual([{ kind: 'failing', work: 'tell-in-app' }]);
  await harness.sleepHours(1);
  expect(shown()).toHaveLength(1);
  expect(incident.about('told-in-app', ID)).toHaveLength(1);
  await incident.quiet();
}, 120_000);
