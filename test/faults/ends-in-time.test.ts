/**
 * SIGTERM while Temporal and Postgres take connections and answer nothing any more: each process ends before an orchestrator would
 * kill it, and says what it cut short. With both there it ends in order.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { END_WITHIN_MS } from '../../platform/ending';
import { Gate } from '../setup/gate';
import { afterFile } from '../setup/helpers';
import { declarationOf, everything, policy, RealWorld } from '../setup/real-world';
import { startTocsin, type TocsinProcess } from '../setup/tocsin-process';
import { quietWorkers } from '../setup/workflow-harness';
import { rests } from './standing';

/** Kubernetes' own, and what compose.yaml and the chart say. */
const KILLED_AFTER_MS = 30_000;

let world: RealWorld;
let temporal: Gate;

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start();
  temporal = await Gate.before(Number(world.temporalAddress.address.split(':')[1]));
  afterFile(() => temporal.stop());
}, 180_000);

/** One of each, with Temporal and Postgres behind the gates. */
function startAll(): Promise<TocsinProcess[]> {
  const env = {
    DATABASE_URL: world.gates.postgres.through(world.postgres.url),
    TEMPORAL_ADDRESS: `127.0.0.1:${temporal.port}`,
  };
  const names = ['worker', 'serve', 'intake', 'watchdog'] as const;
  return Promise.all(names.map((name) => startTocsin(world, name, env)));
}

async function terminate(running: TocsinProcess[]) {
  const at = Date.now();
  for (const { child } of running) child.kill('SIGTERM');
  return Promise.all(
    running.map(async ({ name, ended, log }) => {
      const { code, signal, at: endedAt } = await ended;
      return { name, code, signal, tookMs: endedAt - at, log: log() };
    }),
  );
}

test('nothing answers any more: each ends in time, and what was cut short is in its log', async () => {
  const running = await startAll();
  await world.client.declare({ declaration: declarationOf('INC-ENDS', everything('ends')), policy });
  await rests(world, 'INC-ENDS');
  for (const gate of [temporal, world.gates.postgres]) gate.hold({ request: [], stage: 'request' });
  const ends = await sleep(20_000)
    .then(() => terminate(running))
    .finally(() => {
      for (const gate of [temporal, world.gates.postgres]) gate.lift();
    });
  for (const { name, code, signal, tookMs, log } of ends) {
    const cut = log.flatMap((line) => (line.includes('is cut short') ? [JSON.parse(line) as { cut: string[] }] : []));
    const isCut = tookMs >= END_WITHIN_MS;
    expect([name, signal, code, cut.length]).toEqual([name, null, isCut ? 1 : 0, isCut ? 1 : 0]);
    expect([name, tookMs < KILLED_AFTER_MS - 2_000, tookMs]).toEqual([name, true, tookMs]);
    for (const each of cut) expect([name, each.cut.length > 0]).toEqual([name, true]);
  }
}, 300_000);

test('with both there each ends in order, and nothing is cut short', async () => {
  for (const { name, code, tookMs, log } of await terminate(await startAll())) {
    // A busy machine may cause a warning of its own.
    expect([name, code, log.filter((line) => !line.includes('"level":"warn"'))]).toEqual([name, 0, []]);
    expect([name, tookMs < END_WITHIN_MS, tookMs]).toEqual([name, true, tookMs]);
  }
}, 180_000);
