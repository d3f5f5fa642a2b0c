/**
 * The mail provider refuses mails to staff, to whoever an alarm or a task is for and to their fallback: clocks, messages, queries
 * and notices go on, and what could not be told waits until it can.
 */
import type { EscalationState } from '../../domain/escalation/escalation';
import { readIncidentEvents } from '../../register/read-incident';
import type { FaultSettings } from '../../stack/faults';
import { injected, report, Tally } from '../setup/invariants/tally';
import { AUDIENCE, declarationOf, of, policy, RealWorld, type WorkerChild, wholeBreach } from '../setup/real-world';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { late } from './boundaries';
import { peopleClose } from './people';

const OBLIGATION = 'enterprise-notice';
let world: RealWorld;
let worker: WorkerChild;

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start();
  worker = await world.startWorker();
}, 120_000);

afterAll(() => worker.stop());

const refusals = (failStatus: number, failName: string): FaultSettings => ({
  failNext: 8,
  failStatus,
  failName,
  failPath: '/emails',
});

/** What is refused for good is tried again only after a quarter of an hour: then the incident is left open. */
test.each<[string, FaultSettings, { forGood: boolean }]>([
  ['422', refusals(422, 'validation_error'), { forGood: true }],
  ['409 for another content', refusals(409, 'invalid_idempotent_request'), { forGood: true }],
  ['409 in progress', refusals(409, 'concurrent_idempotent_requests'), { forGood: false }],
  ['500', refusals(500, 'application_error'), { forGood: false }],
])(
  'mails to staff get a %s: clocks and messages go on, and the notices with them',
  async (name, faults, { forGood }) => {
    const id = `STAFF-${name.replaceAll(' ', '-')}`;
    world.mailbox.faults.set(faults);
    const over = { ...late(), serviceAffecting: true, assessment: wholeBreach };
    await world.client.declare({ declaration: declarationOf(id, over), policy });
    await until('mails to staff are refused', () => world.mailbox.faults.played >= 2);
    const measure = { text: 'Sessions ended', by: 'oncall', commandId: 'm' };
    await world.client.send(id, 'measure', measure);
    const approval = { obligation: OBLIGATION, by: 'counsel', commandId: 'approve' };
    await until('it is approved', () => world.client.send(id, 'approve', approval).then(() => true));
    await until('all are told', () => world.notices(id, OBLIGATION).length === 230);
    injected(`${name} for a mail to staff`, world.mailbox.faults.played);
    world.mailbox.faults.set({});
    if (!forGood) {
      await peopleClose(world, id, 200_000);
      return world.expectSound(id);
    }
    const tally = new Tally();
    const measures = async () =>
      of(await readIncidentEvents(world.pool, id), 'measure-recorded').map(({ data }) => data.text);
    await until('the measure is written', async () => (await measures()).length > 0);
    tally.once(`${id}: measures`, ['Sessions ended'], await measures());
    tally.once(
      `${id}: ${OBLIGATION}`,
      AUDIENCE[OBLIGATION]!,
      world.notices(id, OBLIGATION).flatMap(({ to }) => to),
    );
    const mailed = new Set(world.mails(id).map(({ request }) => request!.key));
    // What cannot be mailed is repeated by the escalation, through every other way and to the next person.
    const { open } = await world.temporal.workflow.getHandle(`${id}/escalation`).query<EscalationState>('state');
    for (const { seq } of of(await readIncidentEvents(world.pool, id), 'alarm-raised')) {
      const isInHand = mailed.has(`alarm/${id}/${seq}`) || open.some((alarm) => alarm.seq === seq);
      tally.check('silent', isInHand, () => `${id}: alarm ${seq} is neither mailed nor with its escalation`);
    }
    report(tally);
    expect(tally.found()).toEqual([]);
  },
  300_000,
);
