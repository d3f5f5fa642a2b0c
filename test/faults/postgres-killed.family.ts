/**
 * kill -9 of Postgres in the middle of a batch, the mails accepted and their outcome not yet written; it recovers, and is
 * killed again at moments of chance until the incidents are closed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { declarationOf, everything, policy, RealWorld, until } from '../setup/real-world';
import { seeded } from '../setup/seeded';
import { quietWorkers } from '../setup/workflow-harness';
import { peopleClose } from './people';

const IDS = ['POSTGRES-1', 'POSTGRES-2', 'POSTGRES-3'];
const KILLS = 4;

test('Postgres is killed mid-batch, and again and again: nothing is lost, and nobody is told twice', async () => {
  quietWorkers();
  const draw = seeded('postgres-killed');
  const world = await RealWorld.start();
  await world.leakRole();
  const worker = await world.startWorker();
  const held = world.gates.mailbox.hold({ request: [/POST \/emails\/batch/, /enterprise-notice/], stage: 'answer' });
  for (const id of IDS) await world.client.declare({ declaration: declarationOf(id, everything(id)), policy });
  const people = IDS.map((id) => peopleClose(world, id, 250_000));
  for (const each of people) each.catch(() => undefined);
  await until('batches are accepted and unheard', () => held.count() > 0);
  for (let kill = 1; kill <= KILLS; kill++) {
    await world.crashPostgres();
    world.gates.mailbox.lift();
    await sleep(1_000 + draw() * 3_000);
    await world.startAgain();
    await sleep(1_000 + draw() * 4_000);
  }
  await Promise.all(people);
  for (const id of IDS) await world.expectSound(id);
  await worker.stop();
}, 350_000);
