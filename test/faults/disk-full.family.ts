/**
 * The disk of Postgres (a small tmpfs) is full while incidents are declared, alarmed and told: no clock and no notice waits for
 * it, and once there is room the register has every entry. Needs the right to mount; without it the family says so and fails.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readIncidentEvents } from '../../register/read-incident';
import { afterFile, temporaryDir } from '../setup/helpers';
import { injected } from '../setup/invariants/tally';
import { declarationOf, policy, RealWorld, wholeBreach } from '../setup/real-world';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { late } from './boundaries';
import { peopleClose } from './people';
import { rests, rings } from './standing';

const OBLIGATION = 'enterprise-notice';
const SIZE = '256m';

function smallDisk(): string {
  const dir = path.join(temporaryDir('disk'), 'disk');
  mkdirSync(dir);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=0755`, 'tmpfs', dir]);
  afterFile(() => void execFileSync('umount', ['--lazy', dir]));
  return dir;
}

/** Fills it to the last block; answers what makes room again. */
function fill(disk: string): () => void {
  const ballast = path.join(disk, 'ballast');
  try {
    execFileSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=64k'], { stdio: 'ignore' });
  } catch {
    // It ends when there is no room.
  }
  return () => rmSync(ballast);
}

test('no room for a single block, then room again: notices and alarms go out meanwhile, entries follow', async () => {
  quietWorkers();
  const disk = smallDisk();
  const world = await RealWorld.start({ postgresDir: path.join(disk, 'postgres') });
  const worker = await world.startWorker();
  const [TOLD, NEW] = ['DISK-told', 'DISK-new'];
  const over = { serviceAffecting: true, assessment: wholeBreach };
  await world.client.declare({ declaration: declarationOf(TOLD, over), policy });
  await rests(world, TOLD);
  const written = (await readIncidentEvents(world.pool, TOLD)).length;

  const makeRoom = fill(disk);
  injected('a full disk', Number(statfsSync(disk).bavail < 4));
  await world.client.declare({ declaration: declarationOf(NEW, { ...late(), ...over }), policy });
  await world.client.send(TOLD, 'approve', { obligation: OBLIGATION, by: 'counsel', commandId: 'approve' });
  await until('all are told though the disk is full', () => world.notices(TOLD, OBLIGATION).length === 230, 120_000);
  await rings(world, NEW);
  const refused = async () => {
    const { state, registerBacklog } = await world.view(NEW);
    return registerBacklog > 0 && state.seq > 0;
  };
  await until('entries wait', refused);
  injected('an entry refused for want of room', (await world.view(NEW)).registerBacklog);
  expect((await readIncidentEvents(world.pool, TOLD)).length).toBeGreaterThanOrEqual(written);
  await sleep(5_000);
  makeRoom();

  await Promise.all([TOLD, NEW].map((id) => peopleClose(world, id, 250_000)));
  for (const id of [TOLD, NEW]) await world.expectSound(id);
  await worker.stop();
}, 500_000);
