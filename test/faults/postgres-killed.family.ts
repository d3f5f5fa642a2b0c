/**
 * kill -9 of Postgres at the moments at which it has most in hand: in the middle of a delivery, with the claim of a batch or
 * the settling of one unheard, with a commit of the register unheard, and again and again during whole lifecycles. Then of one
 * that loses with it what it has answered last, as one that a lagging replica takes over from: then rows of the ledger may be gone
 * whose mails went out in what was lost, measured by what else it has lost, and no others.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Beats } from '../setup/forgotten';
import type { HoldSpec } from '../setup/gate';
import { injected } from '../setup/invariants/tally';
import { declarationOf, everything, policy, RealWorld, type WorkerChild, wholeBreach } from '../setup/real-world';
import { seeded } from '../setup/seeded';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { peopleClose } from './people';
import { rests } from './standing';

const OBLIGATION = 'enterprise-notice';
let world: RealWorld;
let worker: WorkerChild;

beforeAll(async () => {
  quietWorkers();
  await begin({ durable: true });
}, 120_000);

afterAll(() => worker.stop());

async function begin({ durable }: { durable: boolean }): Promise<void> {
  world = await RealWorld.start({ durable });
  await world.leakRole();
  worker = await world.startWorker();
}

/** Statements of a delivery and of the register, by a text that stands in the bytes of each. */
const MOMENTS: Array<[name: string, gate: 'mailbox' | 'postgres', spec: Pick<HoldSpec, 'request' | 'stage'>]> = [
  ['a batch is not sent yet', 'mailbox', { request: [/POST \/emails\/batch/], stage: 'request' }],
  ['a batch is sent and unheard', 'mailbox', { request: [/POST \/emails\/batch/], stage: 'answer' }],
  ['the claim of a batch does not arrive', 'postgres', { request: [/'sending'/, /claimed_at/], stage: 'request' }],
  ['the claim of a batch is made and unheard', 'postgres', { request: [/'sending'/, /claimed_at/], stage: 'answer' }],
  ['the settling of a batch does not arrive', 'postgres', { request: [/provider_message_id/], stage: 'request' }],
  ['the settling of a batch is done and unheard', 'postgres', { request: [/provider_message_id/], stage: 'answer' }],
  ['entries of the register do not arrive', 'postgres', { request: [/tocsin-append/], stage: 'request' }],
  ['entries of the register are written and unheard', 'postgres', { request: [/tocsin-append/], stage: 'answer' }],
];

test.each(MOMENTS)(
  'killed while %s',
  async (name, gate, spec) => {
    const draw = seeded(`postgres-killed ${name}`);
    const id = `PGKILL-${MOMENTS.findIndex(([each]) => each === name) + 1}`;
    await world.client.declare({ declaration: declarationOf(id, { assessment: wholeBreach }), policy });
    await rests(world, id);
    const held = world.gates[gate].hold(spec);
    await world.client.send(id, 'approve', { obligation: OBLIGATION, by: 'counsel', commandId: 'approve' });
    await until(`it stands where ${name}`, () => held.count() > 0);
    injected('a request held');
    await world.crashPostgres();
    world.gates[gate].lift();
    await sleep(draw() * 6_000);
    await world.startAgain();
    await peopleClose(world, id, 200_000);
    await world.expectSound(id);
  },
  300_000,
);

test('killed again and again while whole lifecycles play', () => playedThrough('PGKILL-often', 4), 900_000);

test('killed again and again, each time with the loss of what it answered last', async () => {
  await worker.stop();
  await begin({ durable: false });
  const beats = await Beats.begin(world.postgres.adminUrl!);
  try {
    await playedThrough('PGKILL-forgetful', 4, beats);
    injected('an answer of Postgres lost', beats.lost);
  } finally {
    await beats.end();
  }
}, 900_000);

/** A step of containment whose four attempts all met a Postgres that was away is tried again after 30 s, 1, 2 and 4 minutes. */
const CLOSED_MS = 700_000;

async function playedThrough(name: string, kills: number, beats?: Beats): Promise<void> {
  const draw = seeded(`postgres-killed ${name}`);
  const ids = [1, 2, 3].map((n) => `${name}-${n}`);
  for (const id of ids) await world.client.declare({ declaration: declarationOf(id, everything(id)), policy });
  const playing = Promise.all(ids.map((id) => peopleClose(world, id, CLOSED_MS)));
  playing.catch(() => undefined);
  const back = async () => {
    await sleep(draw() * 3_000);
    await world.startAgain();
  };
  for (let n = 0; n < kills; n++) {
    await sleep(1_000 + draw() * 5_000);
    if (beats) await beats.loss(() => world.crashPostgres(), back);
    else {
      await world.crashPostgres();
      await back();
    }
  }
  await playing;
  for (const id of ids) await world.expectSound(id, undefined, { forgotten: beats?.forgotten });
}
