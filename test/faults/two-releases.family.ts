/**
 * Workers of the release before and of this one at the same time, then this one alone, then back, then forward again, while
 * incidents play. The release before is built from the history of the checkout: the commit in TOCSIN_FAULTS_PREVIOUS, else the
 * latest tag, else the first commit from twenty back on that builds and whose migrations all keep their names: what was renamed
 * since, nobody ran, and what does not build was no release.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { packageRoot } from '../../platform/package-root';
import { temporaryDir } from '../setup/helpers';
import { injected } from '../setup/invariants/tally';
import { declarationOf, everything, policy, RealWorld, type WorkerChild } from '../setup/real-world';
import { seeded } from '../setup/seeded';
import { quietWorkers } from '../setup/workflow-harness';
import { peopleClose } from './people';

const COMMITS_BACK = 20;
/** Each takes half a minute. */
const MOST_BUILT = 6;
/** For nine whole lifecycles on a machine that is busy with other things. */
const CLOSED_MS = 700_000;
const MIGRATIONS = 'postgres/migrations/';

function git(...args: string[]): string[] {
  const output = execFileSync('git', args, { cwd: packageRoot(), encoding: 'utf8' });
  return output.split('\n').filter((line) => line !== '');
}

/** The commits that may be it, the likeliest first. */
function candidates(): string[] {
  const named = process.env.TOCSIN_FAULTS_PREVIOUS || git('tag', '--merged', 'HEAD~1', '--sort=-creatordate')[0];
  if (named) return [named];
  const migrationsOf = (commit: string) => git('ls-tree', '--name-only', commit, MIGRATIONS);
  const present = new Set(migrationsOf('HEAD'));
  const isBefore = (commit: string) => migrationsOf(commit).every((name) => present.has(name));
  const found: string[] = [];
  for (const commit of git('rev-list', `--skip=${COMMITS_BACK}`, 'HEAD')) {
    if (isBefore(commit)) found.push(commit);
    if (found.length === MOST_BUILT) break;
  }
  return found;
}

/** The release before, built. @throws what the last one did not build for. */
function releaseBefore(): { commit: string; dist: string } {
  let problem = new Error(
    'the history of this checkout has no release before: name a commit in TOCSIN_FAULTS_PREVIOUS',
  );
  for (const commit of candidates()) {
    try {
      return { commit, dist: built(commit) };
    } catch (error) {
      problem = error as Error;
    }
  }
  throw problem;
}

/** Builds a release; answers its dist. @throws where it does not build. */
function built(commit: string): string {
  const root = packageRoot();
  const dir = path.join(temporaryDir('release'), 'tocsin');
  mkdirSync(dir);
  const archive = execFileSync('git', ['archive', commit], { cwd: root, maxBuffer: 1 << 30 });
  execFileSync('tar', ['-x', '-C', dir], { input: archive });
  symlinkSync(path.join(root, 'node_modules'), path.join(dir, 'node_modules'));
  execFileSync(process.execPath, ['tools/build.js'], { cwd: dir, stdio: 'pipe' });
  return path.join(dir, 'dist');
}

let before: ReturnType<typeof releaseBefore>;

beforeAll(() => {
  before = releaseBefore();
}, 600_000);

test('an upgrade, a rollback and an upgrade under load: every effect once, and no history that a release cannot read', async () => {
  quietWorkers();
  const draw = seeded('two-releases');
  const { dist } = before;
  const world = await RealWorld.start();
  await world.leakRole();
  const workers: WorkerChild[] = [];
  const start = async (options?: { dist: string }) => {
    const worker = await world.startWorker(options);
    workers.push(worker);
    return worker;
  };
  let old = await start({ dist });
  injected(`a worker of ${before.commit.slice(0, 8)}`);
  const [first, during, after] = ['first', 'during', 'after'].map((name) =>
    [1, 2, 3].map((n) => `RELEASE-${name}-${n}`),
  );
  const playing: Promise<void>[] = [];
  const play = async (ids: string[]) => {
    for (const id of ids) {
      await world.client.declare({ declaration: declarationOf(id, everything(id)), policy });
      const played = peopleClose(world, id, CLOSED_MS);
      played.catch(() => undefined);
      playing.push(played);
    }
  };
  const pause = () => sleep(2_000 + draw() * 4_000);
  await play(first!);
  await pause();
  let current = await start();
  await play(during!);
  await pause();
  await old.stop();
  injected('an upgrade');
  await pause();
  old = await start({ dist });
  await current.stop();
  injected('a rollback');
  await play(after!);
  await pause();
  current = await start();
  await old.stop();
  injected('an upgrade');

  const ended = await Promise.allSettled(playing);
  const unclosed = ended.flatMap((each) => (each.status === 'rejected' ? [(each.reason as Error).message] : []));
  const unlike = workers.flatMap((worker) => worker.output().match(/.*nondeterminism.{0,300}/gi) ?? []);
  expect({ unclosed, unlike: unlike.slice(0, 5) }).toEqual({ unclosed: [], unlike: [] });
  for (const id of [...first!, ...during!, ...after!]) await world.expectSound(id);
  await current.stop();
}, 1_100_000);
