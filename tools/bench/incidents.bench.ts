/**
 * npm run bench incidents [-- COUNT [MINUTES]]: so many sleeping incidents (2,000) on one worker, which is killed just before a
 * deadline that they have in common, so many minutes after the start (two, and one for every 250), and started again just after
 * it. Bars: every one is alarmed, exactly once, within two minutes of the restart, and answers a query. Tells what a sleeping
 * incident costs.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { INCIDENT_WORKFLOW, SEARCH_ATTRIBUTES, TASK_QUEUE } from '../../domain/incident/contract';
import { DEFAULT_PACKS, loadPolicy } from '../../policy/load-policy';
import { startTemporal } from '../../stack/temporal';
import type { AlarmOf, Told } from './incidents-child';
import { benchDeclaration } from './outside-world';

const BAR_S = 120;
const IN_FLIGHT = 24;
const DECLARED_WITHIN_MS = 180_000;
/** The worker is away from this long before the deadline until this long after it. */
const AWAY_MS = 15_000;
/** Of the two hours within which a person must contain, this part is over at the deadline in common. */
const PART = 50;
const PART_MS = 60 * 60_000;

/** A worker process, and what it has told. */
class WorkerProcess {
  readonly declared = new Set<string>();
  /** How often the alarm of the deadline in common rang, by incident. */
  readonly alarms = new Map<string, number>();
  cached = 0;
  private readonly child: ChildProcess;

  constructor(address: string) {
    const file = path.join(__dirname, 'incidents-child.js');
    this.child = fork(file, [address]);
    this.child.on('message', (told) => this.take(told as Told));
  }

  /** Waits for something that it tells; rejects once it cannot come any more. */
  async tells(what: string, has: () => boolean, withinMs: number): Promise<void> {
    const giveUpAt = Date.now() + withinMs;
    while (!has()) {
      if (this.child.exitCode !== null) throw new Error(`${what}: the worker has ended with ${this.child.exitCode}`);
      if (Date.now() > giveUpAt) throw new Error(`${what}: not within ${withinMs / 1000} s`);
      await sleep(20);
    }
  }

  private take(told: Told): void {
    if ('ready' in told) this.cached = told.ready.cached;
    else if ('declared' in told) this.declared.add(told.declared);
    else if (isOfDeadline(told.alarm)) {
      const { incidentId } = told.alarm;
      this.alarms.set(incidentId, (this.alarms.get(incidentId) ?? 0) + 1);
    }
  }

  /** Resident memory, in bytes. */
  memory(): number {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8'))![1]) * 1024;
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }
}

function isOfDeadline({ threshold, about }: AlarmOf): boolean {
  const { kind, percent } = threshold as { kind: string; percent?: number };
  return kind === 'elapsed' && percent === PART && about.kind === 'obligation' && about.obligation === 'containment';
}

export async function main([count = '2000', wait]: string[]): Promise<boolean> {
  const total = Number(count);
  const minutes = Number(wait ?? 2 + total / 250);
  const dir = mkdtempSync(path.join(tmpdir(), 'tocsin-bench-'));
  const server = await startTemporal({
    searchAttributes: SEARCH_ATTRIBUTES,
    database: path.join(dir, 'temporal.db'),
    step: { chose() {}, progress() {} } as never,
  });
  const connection = await Connection.connect({ address: server.address });
  const client = new Client({ connection });
  let worker = new WorkerProcess(server.address);
  try {
    const deadlineMs = Date.now() + minutes * 60_000;
    const policy = loadPolicy(DEFAULT_PACKS);
    const detectedAt = new Date(deadlineMs - PART_MS).toISOString();
    const sizes: [incidents: number, bytes: number][] = [];
    let next = 0;
    const startNext = async () => {
      const id = `BENCH-${next++}`;
      const args = [{ declaration: benchDeclaration(id, detectedAt), policy }];
      await client.workflow.start(INCIDENT_WORKFLOW, { taskQueue: TASK_QUEUE, workflowId: id, args });
      await worker.tells(`${id} is declared`, () => worker.declared.has(id), DECLARED_WITHIN_MS);
      const { size } = worker.declared;
      if (size % 100 === 0) sizes.push([size, worker.memory()]);
      if (size % 500 === 0) console.log(`${size} of ${total} declared, ${mb(worker.memory())} MB`);
    };
    await Promise.all(
      Array.from({ length: IN_FLIGHT }, async () => {
        while (next < total) await startNext();
      }),
    );
    const { historyLength, historySize } = await client.workflow.getHandle('BENCH-0').describe();
    console.log(`all ${total} declared; one sleeps with ${historyLength} events of history, ${historySize} bytes`);
    if (Date.now() > deadlineMs - 2 * AWAY_MS)
      throw new Error(`to declare them took longer than ${minutes} minutes: give more minutes`);

    await sleep(deadlineMs - AWAY_MS - Date.now());
    const { cached } = worker;
    console.log(`asleep: ${mb(worker.memory())} MB, ${cached} kept in memory; the worker is killed`);
    await worker.kill();
    const early = [...worker.alarms.values()].length;
    await sleep(deadlineMs + AWAY_MS - Date.now());
    worker = new WorkerProcess(server.address);
    const startedMs = performance.now();
    const seconds = () => (performance.now() - startedMs) / 1000;
    while (worker.alarms.size < total && seconds() < 10 * BAR_S) await sleep(250);
    const took = seconds();
    await sleep(5_000);
    const twice = [...worker.alarms.values()].filter((times) => times > 1).length;
    const asked = Array.from({ length: 20 }, (_, n) => `BENCH-${Math.floor((n * total) / 20)}`);
    const answers = await Promise.all(asked.map((id) => client.workflow.getHandle(id).query('state')));
    const each = perIncident(sizes, cached);
    console.log(
      `a sleeping incident that is kept in memory: ${each === undefined ? 'too few to say' : `${each.toFixed(2)} MB`}`,
    );
    console.log(`after the restart: ${mb(worker.memory())} MB; ${answers.length} of ${asked.length} asked answer`);
    const silent = total - worker.alarms.size;
    const holds = silent === 0 && twice === 0 && early === 0 && took <= BAR_S;
    console.log(
      `${total} incidents on one worker, restarted across a deadline: ${silent} silent, ${twice} alarmed twice, ${early} early; ` +
        `all after ${took.toFixed(0)} s (bar ≤ ${BAR_S} s) ${holds ? 'holds' : 'DOES NOT HOLD'}`,
    );
    return holds;
  } finally {
    await worker.kill();
    await connection.close();
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Megabytes that each further incident takes, while all are kept in memory. */
function perIncident(sizes: readonly [number, number][], cached: number): number | undefined {
  const kept = sizes.filter(([incidents]) => incidents <= cached);
  const [first, last] = [kept[0], kept.at(-1)];
  if (!first || !last || first === last) return undefined;
  return (last[1] - first[1]) / (last[0] - first[0]) / 1_000_000;
}

function mb(bytes: number): string {
  return (bytes / 1_000_000).toFixed(0);
}
