/**
 * npm run bench incidents [-- COUNT [MINUTES]]: so many sleeping incidents (2,000) on one worker, which is killed just before a
 * deadline that they have in common, so many minutes after the start (two, and one for every 250), and started again just after
 * it. The same goes before, in half the time, with as many bare twins, each a timer and the activity that it ends in: what
 * Temporal itself takes here. Bars: every incident is alarmed, exactly once, within two minutes of the restart, and answers a query. Tells
 * what a sleeping incident costs; its processor time says more than the clock where a machine has other things to do.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { INCIDENT_WORKFLOW, TASK_QUEUE } from '../../domain/incident/contract';
import { DEFAULT_PACKS, loadPolicy } from '../../policy/load-policy';
import type { RunningTemporal } from '../../stack/temporal';
import { bundleWorkflows } from '../../worker/bundle';
import { startBenchTemporal } from './bench-temporal';
import { benchDeclaration } from './outside-world';
import { PART, processorMs, WorkerProcess } from './worker-process';

const BAR_S = 120;
const IN_FLIGHT = 24;
const DECLARED_WITHIN_MS = 180_000;
/** The worker is away from this long before the deadline until this long after it. */
const AWAY_MS = 15_000;
/** Of the two hours within which a person must contain, half is over at the deadline in common. */
const PART_MS = (PART / 100) * 2 * 60 * 60_000;

/** What sleeps: what a workflow is started with, so that it has an alarm rung at the deadline. */
interface Sleepers {
  what: string;
  workflowType: string;
  input: (id: string, deadlineMs: number) => unknown;
  /** Of other workflows than incidents. */
  bundle?: string;
}

/** Where they sleep. */
interface Place {
  server: RunningTemporal;
  client: Client;
}

interface Outcome {
  silent: number;
  twice: number;
  early: number;
  tookS: number;
}

export async function main([count = '2000', wait]: string[]): Promise<boolean> {
  const total = Number(count);
  const minutes = Number(wait ?? 2 + total / 250);
  const dir = mkdtempSync(path.join(tmpdir(), 'tocsin-bench-'));
  const server = await startBenchTemporal(dir);
  const connection = await Connection.connect({ address: server.address });
  const place = { server, client: new Client({ connection }) };
  try {
    const bundle = path.join(dir, 'sleepers.js');
    writeFileSync(bundle, await bundleWorkflows(path.join(__dirname, 'sleeper-workflow.js')));
    const twin = await restartedAcross(place, bareTwins(bundle), total, minutes / 2);
    const { silent, twice, early, tookS } = await restartedAcross(place, incidents(), total, minutes);
    const holds = silent === 0 && twice === 0 && early === 0 && tookS <= BAR_S;
    console.log(
      `${total} incidents on one worker, restarted across a deadline: ${silent} silent, ${twice} alarmed twice, ${early} early; ` +
        `all after ${tookS.toFixed(0)} s (bar ≤ ${BAR_S} s; bare twins: ${twin.tookS.toFixed(0)} s) ${holds ? 'holds' : 'DOES NOT HOLD'}`,
    );
    return holds;
  } finally {
    await connection.close();
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

function incidents(): Sleepers {
  const policy = loadPolicy(DEFAULT_PACKS);
  return {
    what: 'incident',
    workflowType: INCIDENT_WORKFLOW,
    input: (id, deadlineMs) => {
      const detectedAt = new Date(deadlineMs - PART_MS).toISOString();
      return { declaration: benchDeclaration(id, detectedAt), policy };
    },
  };
}

function bareTwins(bundle: string): Sleepers {
  return { what: 'bare twin', workflowType: 'sleeper', input: (id, deadlineMs) => ({ id, deadlineMs }), bundle };
}

async function restartedAcross(place: Place, sleepers: Sleepers, total: number, minutes: number): Promise<Outcome> {
  const { server, client } = place;
  const { what, bundle } = sleepers;
  let worker = new WorkerProcess(server.address, bundle);
  const costs = costsOf(server.pid!, what, total);
  const first = `${sleepers.workflowType}-0`;
  try {
    const deadlineMs = Date.now() + minutes * 60_000;
    await ready(worker);
    const started = costs(worker);
    const sizes = await start(client, worker, sleepers, total, deadlineMs);
    const asleep = await historyOf(client, first);
    console.log(`all ${total} ${what}s sleep, each with ${asleep.events} events of history, ${asleep.bytes} bytes`);
    if (Date.now() > deadlineMs - 2 * AWAY_MS)
      throw new Error(`to start them took longer than ${minutes} minutes: give more minutes`);
    await sleep(deadlineMs - AWAY_MS - Date.now());
    started.tell('to start it');
    const each = perSleeper(sizes, worker.cached!);
    console.log(
      `the worker keeps ${worker.cached} in memory, and has ${mb(worker.memory())} MB; each further ${what} takes ` +
        `${each === undefined ? '(too few to say)' : `${each.toFixed(2)} MB`}. It is killed`,
    );
    await worker.kill();
    const early = worker.alarms.size;
    await sleep(deadlineMs + AWAY_MS - Date.now());

    worker = new WorkerProcess(server.address, bundle);
    const startedMs = performance.now();
    const seconds = () => (performance.now() - startedMs) / 1000;
    await ready(worker);
    const alarmed = costs(worker);
    while (worker.alarms.size < total && seconds() < 10 * BAR_S) await sleep(250);
    const tookS = seconds();
    await sleep(5_000);
    alarmed.tell('to replay it and alarm');
    const after = await historyOf(client, first);
    console.log(
      `the alarm of one takes ${after.tasks - asleep.tasks} workflow tasks, ${after.activities - asleep.activities} activities, ` +
        `${after.upserts - asleep.upserts} changes of search attributes; ${after.events - asleep.events} events, ${after.bytes - asleep.bytes} bytes`,
    );
    const twice = [...worker.alarms.values()].filter((times) => times > 1).length;
    const silent = total - worker.alarms.size;
    if (!bundle) await askSome(client, sleepers, total);
    console.log(`${what}s: all alarmed after ${tookS.toFixed(0)} s, load ${loadavg()[0]!.toFixed(1)}`);
    return { silent, twice, early, tookS };
  } finally {
    await worker.kill();
  }
}

async function ready(worker: WorkerProcess): Promise<void> {
  await worker.tells('the worker is there', () => worker.cached !== undefined, DECLARED_WITHIN_MS);
}

/** Starts them all; tells how large the worker was with so many. */
async function start(
  client: Client,
  worker: WorkerProcess,
  { what, workflowType, input }: Sleepers,
  total: number,
  deadlineMs: number,
): Promise<[sleepers: number, bytes: number][]> {
  const sizes: [sleepers: number, bytes: number][] = [];
  let next = 0;
  const startNext = async () => {
    const id = `${workflowType}-${next++}`;
    await client.workflow.start(workflowType, {
      taskQueue: TASK_QUEUE,
      workflowId: id,
      args: [input(id, deadlineMs)],
    });
    await worker.tells(`${id} is declared`, () => worker.declared.has(id), DECLARED_WITHIN_MS);
    const { size } = worker.declared;
    if (size % 100 === 0) sizes.push([size, worker.memory()]);
    if (size % 500 === 0) console.log(`${size} of ${total} ${what}s started, ${mb(worker.memory())} MB`);
  };
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (next < total) await startNext();
    }),
  );
  return sizes;
}

/** Throws where one does not answer. */
async function askSome(client: Client, { workflowType }: Sleepers, total: number): Promise<void> {
  const asked = Array.from({ length: 20 }, (_, n) => `${workflowType}-${Math.floor((n * total) / 20)}`);
  await Promise.all(asked.map((id) => client.workflow.getHandle(id).query('state')));
  console.log(`${asked.length} were asked, and answer`);
}

const { EventType } = temporal.api.enums.v1;

async function historyOf(client: Client, id: string) {
  const handle = client.workflow.getHandle(id);
  const [{ events }, { historySize }] = await Promise.all([handle.fetchHistory(), handle.describe()]);
  const count = (type: temporal.api.enums.v1.EventType) => events!.filter(({ eventType }) => eventType === type).length;
  return {
    events: events!.length,
    bytes: historySize!,
    tasks: count(EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED),
    activities: count(EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED),
    upserts: count(EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES),
  };
}

/** Measures from where it is called on what a worker and the server take, and tells it for each of so many. */
function costsOf(serverPid: number, what: string, total: number) {
  return (worker: WorkerProcess) => {
    const [workerMs, serverMs] = [worker.processorMs(), processorMs(serverPid)];
    return {
      tell(doing: string) {
        const ofWorker = (worker.processorMs() - workerMs) / total;
        const ofServer = (processorMs(serverPid) - serverMs) / total;
        console.log(
          `processor time of one ${what}, ${doing}: worker ${ofWorker.toFixed(0)} ms, server ${ofServer.toFixed(0)} ms`,
        );
      },
    };
  };
}

/** Megabytes that each further one takes, while all are kept in memory. */
function perSleeper(sizes: readonly [number, number][], cached: number): number | undefined {
  const kept = sizes.filter(([sleepers]) => sleepers <= cached);
  const [first, last] = [kept[0], kept.at(-1)];
  if (!first || !last || first === last) return undefined;
  return (last[1] - first[1]) / (last[0] - first[0]) / 1_000_000;
}

function mb(bytes: number): string {
  return (bytes / 1_000_000).toFixed(0);
}
