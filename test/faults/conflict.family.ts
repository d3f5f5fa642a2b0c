/**
 * The mail provider answers 409: another content has the same key, or the same one is in progress; and a batch was accepted
 * while the worker died, whose successor has another sender. Nobody is told twice, all are told once a person has looked at
 * the provider, and the worker may die at either boundary of what settles it.
 */
import { PostgresLedger } from '../../activities/delivery/ledger/postgres-ledger';
import { readIncidentEvents } from '../../register/read-incident';
import type { FaultSettings } from '../../stack/faults';
import { injected } from '../setup/invariants/tally';
import { declarationOf, of, policy, RealWorld, type WorkerChild, wholeBreach } from '../setup/real-world';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { late } from './boundaries';
import { expectOk, tocsin } from './commands';
import { peopleClose } from './people';
import { rests } from './standing';

const OBLIGATION = 'enterprise-notice';
const BATCH = '/emails/batch';
const KEY_CONFLICT: FaultSettings = { failNext: 1, failStatus: 409, failName: 'invalid_idempotent_request' };

let world: RealWorld;
let workers: WorkerChild[] = [];

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start();
}, 120_000);

afterEach(async () => {
  world.mailbox.faults.set({});
  world.gates.mailbox.lift();
  for (const worker of workers.splice(0)) await worker.stop();
});

async function started(options: Parameters<RealWorld['startWorker']>[0] = {}): Promise<WorkerChild> {
  const worker = await world.startWorker(options);
  workers.push(worker);
  return worker;
}

/** Declared, and its notice is drafted. */
async function drafted(id: string): Promise<void> {
  await world.client.declare({ declaration: declarationOf(id, { assessment: wholeBreach }), policy });
  await rests(world, id);
}

const approve = (id: string) =>
  world.client.send(id, 'approve', { obligation: OBLIGATION, by: 'counsel', commandId: 'approve' });

/** That a worker is dead shows a minute after its last word. */
const ASKED_MS = 180_000;

/** Until somebody is asked to look at the provider. */
function undecided(id: string): Promise<unknown> {
  const isAsked = async () =>
    of(await readIncidentEvents(world.pool, id), 'alarm-raised').some(
      ({ data }) => data.threshold.kind === 'undecided',
    );
  return until(`${id}: a person is asked`, isAsked, ASKED_MS);
}

/** Until nothing of it is open but what waits for a person. Answers how many those are. */
async function allOthersTold(id: string): Promise<number> {
  const ledger = new PostgresLedger(world.pool);
  const { unknown } = await until('all others are told', async () => {
    const counts = await ledger.summary({ incidentId: id, obligationId: OBLIGATION });
    return counts.pending + counts.sending === 0 && counts.sent + counts.unknown === 230 && counts;
  });
  return unknown;
}

function settle(id: string, ...how: string[]) {
  return expectOk(
    tocsin(
      world,
      ...['notice', 'settle', id, OBLIGATION, ...how],
      ...['--reason', 'the log of the provider was read line by line', '--by', 'counsel'],
    ),
  );
}

async function closes(id: string): Promise<void> {
  await peopleClose(world, id, 200_000);
  await world.expectSound(id);
}

/** A batch that was accepted and of which nobody heard: the worker is dead. */
async function acceptedUnheard(id: string): Promise<void> {
  const worker = await started();
  await drafted(id);
  const held = world.gates.mailbox.hold({ request: [/POST \/emails\/batch/, new RegExp(id)], stage: 'answer' });
  await approve(id);
  await until('a batch is accepted', () => held.count() > 0 && world.notices(id, OBLIGATION).length > 0);
  await worker.kill();
  workers = [];
}

test('a worker with another sender takes over a batch that was accepted: each is told once, from the sender that was approved', async () => {
  const id = 'CONFLICT-sender';
  await acceptedUnheard(id);
  world.gates.mailbox.lift();
  const from = 'Another Company <security@another.example>';
  await started({ env: { TOCSIN_MAIL_FROM: from } });
  const other = 'CONFLICT-from';
  await world.client.declare({ declaration: declarationOf(other, late()), policy });
  await until('an alarm comes from the other sender', () => world.mails(other).some((mail) => mail.from === from));
  injected('a mail from another sender');
  await closes(id);
  const senders = new Set(world.notices(id, OBLIGATION).map((mail) => mail.from));
  expect({ senders: senders.size, another: senders.has(from) }).toEqual({ senders: 1, another: false });
}, 500_000);

test.each([
  ['accepted', true],
  ['not accepted', false],
])(
  '409 for another content of a batch that was %s: the others go out meanwhile, and a person settles it',
  async (_name, wasAccepted) => {
    const id = `CONFLICT-${wasAccepted ? 'accepted' : 'refused'}`;
    if (wasAccepted) {
      await acceptedUnheard(id);
      world.mailbox.faults.set({ ...KEY_CONFLICT, failPath: BATCH });
      world.gates.mailbox.lift();
      await started();
    } else {
      await started();
      await drafted(id);
      world.mailbox.faults.set({ ...KEY_CONFLICT, failPath: BATCH });
      await approve(id);
    }
    await undecided(id);
    injected('409 for another content', world.mailbox.faults.played);
    // Three batches are on their way at once, and any of them may be the one of which nobody knows.
    const waiting = await allOthersTold(id);
    expect([30, 100]).toContain(waiting);
    expect(world.notices(id, OBLIGATION)).toHaveLength(wasAccepted ? 230 : 230 - waiting);
    const at = world.notices(id, OBLIGATION)[0]!.created_at;
    await settle(id, ...(wasAccepted ? ['--accepted', at] : ['--not-accepted']));
    await closes(id);
  },
  500_000,
);

test.each([
  ['before', 'accepted'],
  ['after', 'accepted'],
  ['before', 'not accepted'],
  ['after', 'not accepted'],
] as const)(
  'kill -9 %s a batch is settled as %s: it is settled once, and nobody is told twice',
  async (when, how) => {
    const id = `CONFLICT-killed-${when}-${how.replace(' ', '-')}`;
    const holds = [{ workflow: id, activity: 'settleBatch', when }];
    let worker: WorkerChild;
    if (how === 'accepted') {
      await acceptedUnheard(id);
      world.mailbox.faults.set({ ...KEY_CONFLICT, failPath: BATCH });
      world.gates.mailbox.lift();
      worker = await started({ holds });
    } else {
      worker = await started({ holds });
      await drafted(id);
      world.mailbox.faults.set({ ...KEY_CONFLICT, failPath: BATCH });
      await approve(id);
    }
    await undecided(id);
    injected('409 for another content', world.mailbox.faults.played);
    const at = world.notices(id, OBLIGATION)[0]?.created_at ?? new Date().toISOString();
    await settle(id, ...(how === 'accepted' ? ['--accepted', at] : ['--not-accepted']));
    await until('it stands in the step', () => worker.hanging().length === 1);
    injected(`settleBatch held ${when} it is done`);
    await worker.kill();
    workers = [];
    await started();
    await closes(id);
  },
  500_000,
);
