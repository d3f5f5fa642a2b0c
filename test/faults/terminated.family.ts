/**
 * An incident is terminated in the middle of a delivery, or the delivery is, or both; then they are forgotten by Temporal too.
 * What is open goes on from the register; one that was closed takes what comes later, and its id is no other incident's.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { readIncidentEvents } from '../../register/read-incident';
import { injected, report, Tally } from '../setup/invariants/tally';
import { AUDIENCE, declarationOf, of, policy, RealWorld, wholeBreach } from '../setup/real-world';
import { seeded, shuffled } from '../setup/seeded';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { late } from './boundaries';
import { expectOk, tocsin } from './commands';
import { peopleClose } from './people';
import { duesOf, forget, rests, terminate } from './standing';

const OBLIGATION = 'enterprise-notice';
let world: RealWorld;

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start();
  await world.startWorker();
}, 120_000);

/** What is ended, and whether Temporal forgets it then. */
const CASES = [
  { ended: 'incident', forgotten: false },
  { ended: 'delivery', forgotten: false },
  { ended: 'both', forgotten: false },
  { ended: 'incident', forgotten: true },
  { ended: 'delivery', forgotten: true },
  { ended: 'both', forgotten: true },
] as const;

test.each(CASES)(
  '$ended terminated in the middle of a delivery, forgotten: $forgotten',
  async ({ ended, forgotten }) => {
    const draw = seeded(`terminated ${ended} ${forgotten}`);
    const id = `TERMINATED-${ended}-${forgotten ? 'forgotten' : 'kept'}`;
    const delivery = `${id}/${OBLIGATION}/1`;
    await world.client.declare({ declaration: declarationOf(id, { ...late(), assessment: wholeBreach }), policy });
    await rests(world, id);
    const before = await duesOf(world, id);
    const held = world.gates.mailbox.hold({
      request: [/POST \/emails\/batch/, new RegExp(id)],
      stage: draw() < 0.5 ? 'request' : 'answer',
    });
    await world.client.send(id, 'approve', { obligation: OBLIGATION, by: 'counsel', commandId: 'approve' });
    await until('a batch is under way', () => held.count() > 0);
    injected('a batch held up');
    const workflows = ended === 'both' ? shuffled([id, delivery], draw) : [ended === 'incident' ? id : delivery];
    for (const each of workflows) await terminate(world, each);
    if (forgotten) for (const each of workflows) await forget(world, each);
    await sleep(draw() * 2_000);
    world.gates.mailbox.lift();

    const isGone = ended !== 'delivery';
    if (isGone) await expectOk(tocsin(world, 'resume', id, '--by', 'oncall'));
    await rests(world, id, 120_000);
    const tally = new Tally();
    tally.check('early', (await duesOf(world, id)) === before, () => `${id}: its clocks moved`);
    const times = of(await readIncidentEvents(world.pool, id), 'resumed').length;
    tally.whole(times === Number(isGone), () => `${id}: resumed ${times} times`);
    report(tally);
    expect(tally.found()).toEqual([]);
    await peopleClose(world, id, 150_000);
    await world.expectSound(id, AUDIENCE, { forked: isGone });
  },
  400_000,
);

test('closed, and past its retention: it takes what comes later and opens again, and its id is taken', async () => {
  const id = 'TERMINATED-retention';
  await world.client.declare({ declaration: declarationOf(id, { assessment: wholeBreach }), policy });
  await peopleClose(world, id, 150_000);
  await forget(world, id);

  const again = ['--title', 'Another', '--kind', 'leak', '--severity', 'sev2', '--affects', 'integrity'];
  const declared = await tocsin(world, 'declare', '--id', id, ...again, '--no-service-affecting', '--by', 'oncall');
  expect(declared).toMatchObject({ exitCode: 1, err: expect.stringContaining('under another id') });
  await expectOk(tocsin(world, 'follow-up', id, 'The authority closed its file', '--by', 'counsel'));
  await world.client.finished(id);
  await forget(world, id);
  await expectOk(tocsin(world, 'reopen', id, '--reason', 'The key was used again', '--by', 'oncall'));
  await peopleClose(world, id, 150_000);
  const kinds = (await readIncidentEvents(world.pool, id)).map(({ kind }) => kind);
  const tally = new Tally();
  tally.once(
    `${id}: what came later`,
    ['followed-up', 'reopened'],
    kinds.filter((k) => /^(followed-up|reopened)$/.test(k)),
  );
  report(tally);
  expect(tally.found()).toEqual([]);
  await world.expectSound(id);
}, 400_000);
