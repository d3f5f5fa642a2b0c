/**
 * Workers of the release before and of this one at the same time, then this one alone, then back, then forward again, while
 * incidents play. The release before is built from the history of the checkout: the commit in TOCSIN_FAULTS_PREVIOUS, else
 * twenty commits back.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { packageRoot } from '../../platform/package-root';
import { temporaryDir } from '../setup/helpers';
import { injected } from '../setup/invariants/tally';
import { declarationOf, everything, policy, RealWorld } from '../setup/real-world';
import { seeded } from '../setup/seeded';
import { quietWorkers } from '../setup/workflow-harness';
import { peopleClose } from './people';

const PREVIOUS = process.env.TOCSIN_FAULTS_PREVIOUS || 'HEAD~20';

/** Builds the release before; answers its dist. */
function previousRelease(): string {
  const root = packageRoot();
  const dir = path.join(temporaryDir('release'), 'tocsin');
  mkdirSync(dir);
  const archive = execFileSync('git', ['archive', PREVIOUS], { cwd: root, maxBuffer: 1 << 30 });
  execFileSync('tar', ['-x', '-C', dir], { input: archive });
  symlinkSync(path.join(root, 'node_modules'), path.join(dir, 'node_modules'));
  execFileSync(process.execPath, ['tools/build.js'], { cwd: dir, stdio: 'ignore' });
  return path.join(dir, 'dist');
}

test('an upgrade, a rollback and an upgrade under load: every effect once, and no history that a release cannot read', async () => {
  quietWorkers();
  const draw = seeded('two-releases');
  const dist = previousRelease();
  const world = await RealWorld.start();
  await world.leakRole();
  let old = await world.startWorker({ dist });
  injected(`a worker of ${PREVIOUS}`);
  const [before, during, after] = ['before', 'during', 'after'].map((name) =>
    [1, 2, 3].map((n) => `RELEASE-${name}-${n}`),
  );
  const playing: Promise<void>[] = [];
  const play = async (ids: string[]) => {
    for (const id of ids) {
      await world.client.declare({ declaration: declarationOf(id, everything(id)), policy });
      const played = peopleClose(world, id, 350_000);
      played.catch(() => undefined);
      playing.push(played);
    }
  };
  const pause = () => sleep(2_000 + draw() * 4_000);
  await play(before!);
  await pause();
  let current = await world.startWorker();
  await play(during!);
  await pause();
  await old.stop();
  injected('an upgrade');
  await pause();
  old = await world.startWorker({ dist });
  await current.stop();
  injected('a rollback');
  await play(after!);
  await pause();
  current = await world.startWorker();
  await old.stop();
  injected('an upgrade');

  await Promise.all(playing);
  for (const id of [...before!, ...during!, ...after!]) await world.expectSound(id);
  expect(current.output() + old.output()).not.toMatch(/nondeterminism/i);
  await current.stop();
}, 900_000);
