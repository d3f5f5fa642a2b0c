// An incident whose workflow is gone goes on from the register: the same clocks, nobody told twice, nothing of it lost.
import { incidentStart } from '../../client/start-options';
import { TocsinClient } from '../../client/tocsin-client';
import type { Found } from '../../domain/case/found';
import { INCIDENT_WORKFLOW, TASK_QUEUE } from '../../domain/incident/contract';
import type { Obligation } from '../../domain/incident/state';
import { until } from '../setup/until';
import { COUNSEL, connectTo, declaration, startDevServerWith, type TestIncident } from '../setup/workflow-harness';

type Connected = Awaited<ReturnType<typeof connectTo>>;
let at: Connected;
beforeAll(async () => {
  at = await connectTo((await startDevServerWith({})).address);
}, 120_000);

async function declared(id: string): Promise<TestIncident> {
  const args = [{ declaration: declaration(id, Date.now()), policy: at.world.policy }];
  await at.client.workflow.start(INCIDENT_WORKFLOW, { taskQueue: TASK_QUEUE, workflowId: id, args });
  const incident = at.incident(id);
  await incident.quiet();
  return incident;
}

function resume({ client }: Connected, id: string, found: Found) {
  const input = { resumed: { caseId: id, by: COUNSEL, found } };
  const { declaration: declared } = declarationOf(id);
  return new TocsinClient(client).resume({ ...incidentStart(input, declared, false), input });
}

function declarationOf(id: string) {
  const first = at.world.register(id)[0]!;
  if (first.kind !== 'declared') throw new Error('the register begins otherwise');
  return first.data;
}

const duties = (obligations: Record<string, Obligation>) =>
  Object.values(obligations).map(({ id, status, dueAt, marginAt, round }) => ({ id, status, dueAt, marginAt, round }));

/** What the outside world saw of an incident. */
const seen = (id: string) => ({
  mails: at.world.mails
    .filter(({ incidentId }) => incidentId === id)
    .map(({ to, obligation }) => `${obligation} ${to}`),
  filings: at.world.filingTasks.filter(({ input }) => input.incidentId === id).map(({ input }) => input.obligation),
  published: at.world.published.filter(({ input }) => input.incidentId === id).length,
});

test('terminated, and resumed: every duty stands as it did, at the same instants; nobody is told twice; the register says so', async () => {
  const incident = await declared('INC-ended');
  await incident.send('approve', { obligation: 'enterprise-notice' });
  await incident.quiet();
  const [before, told] = [await incident.state(), seen(incident.id)];
  expect(told.mails.length).toBeGreaterThan(0);
  await incident.handle.terminate('by mistake');
  await resume(at, incident.id, 'terminated');
  await incident.quiet();
  const after = await incident.state();
  expect(duties(after.obligations)).toEqual(duties(before.obligations));
  expect(after.anchors).toEqual(before.anchors);
  expect(seen(incident.id)).toEqual(told);
  expect(incident.entries('resumed')).toMatchObject([{ by: COUNSEL, data: { found: 'terminated' } }]);
  await incident.assertFold();
  // It takes messages as before, and comes to its end.
  await incident.send('measure', { text: 'All sessions ended' });
  expect((await incident.state()).measures).toHaveLength(before.measures.length + 1);
}, 120_000);

test('alarms that nobody acknowledged are raised again under their own numbers; those that somebody did are not', async () => {
  const incident = await declared('INC-alarms');
  await incident.signal('delivery-problem', { obligation: 'enterprise-notice', problem: 'the mail is down' });
  await incident.signal('delivery-problem', { obligation: 'enterprise-notice', problem: 'it still is' });
  await incident.quiet();
  const [first, second] = incident.entries('alarm-raised').map(({ seq }) => seq);
  await incident.send('acknowledge-alarms', { alarms: [first] });
  await incident.quiet(); // what the register does not have yet is lost with the run
  await incident.handle.terminate('by mistake');
  await resume(at, incident.id, 'terminated');
  await incident.quiet();
  const raised = incident.alarms().map(({ seq }) => seq);
  expect(raised.filter((seq) => seq === second)).toHaveLength(2);
  expect(raised.filter((seq) => seq === first)).toHaveLength(1);
}, 120_000);

test('the whole of Temporal lost: another server goes on with it, and drafts that were approved reach those not told yet only', async () => {
  const incident = await declared('INC-lost');
  const before = await incident.state();
  const told = seen(incident.id);
  const other = await connectTo((await startDevServerWith({})).address, at.world);
  await incident.handle.terminate('its server is lost');
  await resume(other, incident.id, 'missing');
  const moved = other.incident(incident.id);
  await moved.quiet();
  expect(duties((await moved.state()).obligations)).toEqual(duties(before.obligations));
  expect(seen(incident.id)).toEqual(told);
  await moved.send('approve', { obligation: 'enterprise-notice' });
  await moved.quiet();
  const mails = seen(incident.id).mails;
  expect(new Set(mails).size).toBe(mails.length);
  expect(await moved.obligation('enterprise-notice')).toMatchObject({ status: 'fulfilled' });
  await moved.assertFold();
}, 120_000);

test('what the product had not taken when the run was lost is handed to it by the next, once and as it was', async () => {
  const { policy } = at.world;
  const obligations = policy.pack.obligations.map((rule) =>
    rule.id === 'enterprise-notice' ? { ...rule, inApp: true as const } : rule,
  );
  at.world.policy = { ...policy, pack: { ...policy.pack, obligations } };
  at.world.productIsAway = true;
  const incident = await declared('INC-in-app');
  await incident.send('approve', { obligation: 'enterprise-notice' });
  const began = () => incident.about('dispatch-started', 'enterprise-notice');
  await until('the register has that it began', () => began().length > 0);
  await incident.handle.terminate('by mistake');
  at.world.productIsAway = false;
  expect(at.world.shown).toEqual([]);
  await resume(at, incident.id, 'terminated');
  await until('the product has it', () => incident.entries('told-in-app').length > 0);
  expect(at.world.shown.map(({ input }) => [input.obligation, input.round, input.at])).toEqual([
    ['enterprise-notice', 1, began()[0]!.at],
  ]);
  at.world.policy = policy;
}, 120_000);

test('what is closed, and what the register does not have, is not resumed: nothing is written', async () => {
  await expect(
    new TocsinClient(at.client).resume({
      ...incidentStart({}, declaration('INC-never', Date.now()) as never, false),
      input: { resumed: { caseId: 'INC-never', by: COUNSEL, found: 'missing' } },
    }),
  ).rejects.toThrow(/was not resumed: the register has no case/);
  expect(at.world.register('INC-never')).toEqual([]);
}, 60_000);
