/**
 * npm run bench lifecycle [INCIDENTS]: incidents through their whole lifecycle, against bare workflows with the same numbers of
 * activities, timers, signals and child workflows a step, on one server, interleaved, with the same worker settings.
 * Both sides take turns within each round, as A B B A, after a warm-up that does not count. Bars: ratio of throughput ≥ 0.8,
 * and the ratios of all rounds within 10 % of their median, without which the figure says nothing. INCIDENTS are those of one
 * turn, 32 without it; each side has two turns in each of the five rounds.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { IncidentEvent } from '../../domain/incident/events';
import { evolve } from '../../domain/incident/evolve';
import type { IncidentState } from '../../domain/incident/state';
import { wantedWork } from '../../domain/incident/work';
import { DEFAULT_PACKS, loadPolicy } from '../../policy/load-policy';
import { bundleWorkflows } from '../../worker/bundle';
import type { BareStep } from './bare-workflow';
import { startBenchTemporal } from './bench-temporal';
import { benchDeclaration, outsideWorld } from './outside-world';

const policy = loadPolicy(DEFAULT_PACKS);
const BAR = 0.8;
const STEADY = 0.1;
const ROUNDS = 5;
/** Workflows of one turn, unless the command line says how many; each side has two turns a round. */
const PER_TURN = 32;
/** A step that takes longer, on however busy a machine, never ends. */
const STEP_TIMEOUT_MS = 60_000;
const TURNS = ['tocsin', 'bare', 'bare', 'tocsin'] as const;
/** Enough to keep both cores busy: with few in flight the figure is one of latency, not of throughput. */
const IN_FLIGHT = 16;
const WORKER = {
  maxConcurrentWorkflowTaskExecutions: 40,
  maxConcurrentActivityTaskExecutions: 100,
  maxCachedWorkflows: 600,
};

/** Lets the driver wait for what a workflow has had done, without polling the server. */
class Observed {
  private readonly events = new Map<string, IncidentEvent[]>();
  private readonly states = new Map<string, IncidentState>();
  private readonly done = new Map<string, number>();
  private readonly waiting = new Map<string, { holds: () => boolean; resolve: () => void }>();

  add(events: IncidentEvent[]): void {
    for (const event of events) {
      this.of(event.incidentId).push(event);
      this.states.set(event.incidentId, evolve(this.states.get(event.incidentId), event));
    }
    for (const id of new Set(events.map((event) => event.incidentId))) this.wake(id);
  }

  count(id: string, step: number): void {
    const key = `${id} ${step}`;
    this.done.set(key, (this.done.get(key) ?? 0) + 1);
    this.wake(id);
  }

  of(id: string): IncidentEvent[] {
    const list = this.events.get(id) ?? [];
    this.events.set(id, list);
    return list;
  }

  /** True when everything the incident asked for so far has been done: every draft is the present one. */
  nothingWanted(id: string): boolean {
    const state = this.states.get(id);
    return state !== undefined && wantedWork(state, policy.pack).length === 0;
  }

  times(key: string): number {
    return this.done.get(key) ?? 0;
  }

  /** One waits for an id at a time; only what happens to that id is looked at. Rejects when it never comes. */
  until(id: string, step: string, holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(this.missing(id, step))), STEP_TIMEOUT_MS);
      const done = () => {
        clearTimeout(late);
        resolve();
      };
      this.waiting.set(id, { holds, resolve: done });
    });
  }

  private missing(id: string, step: string): string {
    const state = this.states.get(id);
    const wanted = state ? wantedWork(state, policy.pack).map((work) => work.kind) : [];
    const refused = this.of(id).flatMap((event) => (event.kind === 'rejected' ? [event.data] : []));
    return [
      `${id}: "${step}" did not end within ${STEP_TIMEOUT_MS / 1000} s; ${this.of(id).length} entries`,
      `still wanted: ${wanted.join(', ') || 'nothing'}`,
      `refused: ${JSON.stringify(refused)}`,
      `obligations: ${Object.values(state?.obligations ?? {})
        .map((o) => `${o.id} ${o.status}`)
        .join(', ')}`,
    ].join('\n  ');
  }

  private wake(id: string): void {
    const waiter = this.waiting.get(id);
    if (!waiter?.holds()) return;
    this.waiting.delete(id);
    waiter.resolve();
  }
}

/** The lifecycle as messages, each with what must have been recorded before the next one is sent. */
const STEPS: Array<{
  send?: [string, Record<string, unknown>];
  until: (events: IncidentEvent[]) => boolean;
  quiet?: true;
}> = [
  { until: (e) => has(e, 'declared'), quiet: true },
  { send: ['status', { status: 'contained' }], until: (e) => has(e, 'status-changed'), quiet: true },
  ...['status-page-update', 'status-subscribers', 'enterprise-notice'].map((obligation) => ({
    send: ['approve', { obligation }] as [string, Record<string, unknown>],
    until: (e: IncidentEvent[]) => fulfilled(e, obligation),
  })),
  ...['gdpr-art33-authority', 'pipeda-opc-report'].map((obligation) => ({
    send: ['filed', { obligation, reference: `R-${obligation}` }] as [string, Record<string, unknown>],
    until: (e: IncidentEvent[]) =>
      e.some((x) => x.kind === 'obligation-fulfilled' && x.data.obligation.startsWith(obligation)),
  })),
  ...['gdpr-art34-individuals', 'pipeda-individuals'].map((obligation) => ({
    send: ['approve', { obligation }] as [string, Record<string, unknown>],
    until: (e: IncidentEvent[]) => fulfilled(e, obligation),
  })),
  {
    send: [
      'told',
      { obligation: 'pipeda-other-organisations', channel: 'phone', organisations: ['A bank'], rest: true },
    ],
    until: (e) => fulfilled(e, 'pipeda-other-organisations'),
  },
  {
    send: ['status', { status: 'resolved' }],
    until: (e) =>
      fulfilled(e, 'register-available') && e.filter((x) => x.kind === 'obligation-supplemented').length >= 2,
  },
  {
    send: [
      'review',
      { rootCause: 'A debug flag', controls: ['Masked logs'], shareSummary: true, summary: 'What happened' },
    ],
    until: (e) => has(e, 'reviewed'),
    quiet: true,
  },
  { send: ['approve', { obligation: 'review-summary' }], until: (e) => fulfilled(e, 'review-summary') },
  { send: ['close', {}], until: (e) => has(e, 'closed') },
];

const has = (events: IncidentEvent[], kind: string) => events.some((e) => e.kind === kind);
const fulfilled = (events: IncidentEvent[], id: string) =>
  events.some((e) => e.kind === 'obligation-fulfilled' && e.data.obligation === id);

export async function main([incidents]: string[]): Promise<boolean> {
  const perTurn = incidents === undefined ? PER_TURN : Number(incidents);
  if (!Number.isInteger(perTurn) || perTurn < 1)
    throw new Error(`INCIDENTS is a whole number from 1, not "${incidents}"`);
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const dir = mkdtempSync(path.join(tmpdir(), 'tocsin-bench-'));
  const server = await startBenchTemporal(dir);
  const seen = new Observed();
  const bareActivity = async ({ id, step }: { id: string; step: number }) => {
    seen.count(id, step);
    return 'done';
  };
  const activities = { ...outsideWorld(policy, (events) => seen.add(events)), bareActivity };
  const native = await NativeConnection.connect({ address: server.address });
  const connection = await Connection.connect({ address: server.address });
  const client = new Client({ connection });
  // Each has a worker of its own with its own bundle, as it would have alone, under the same settings.
  const workers = await Promise.all(
    Object.entries({ tocsin: undefined, bare: path.join(__dirname, 'bare-workflow.js') }).map(
      async ([taskQueue, file]) =>
        Worker.create({
          connection: native,
          taskQueue,
          workflowBundle: { code: await bundleWorkflows(file) },
          activities,
          ...WORKER,
        }),
    ),
  );
  const running = workers.map((worker) => worker.run());

  async function incident(id: string): Promise<void> {
    const handle = await client.workflow.start('incident', {
      taskQueue: 'tocsin',
      workflowId: id,
      args: [{ declaration: benchDeclaration(id), policy }],
    });
    for (const { send, until, quiet } of STEPS) {
      if (send) await handle.signal(send[0], { ...send[1], by: 'bench' });
      await seen.until(
        id,
        send ? [send[0], send[1].obligation].join(' ').trim() : 'declared',
        () => until(seen.of(id)) && (!quiet || seen.nothingWanted(id)),
      );
    }
    await handle.result();
  }

  async function bare(id: string, steps: BareStep[], childActivities: number): Promise<void> {
    const input = { id, steps, childActivities, payload: 'x'.repeat(1500), policy: JSON.stringify(policy) };
    const handle = await client.workflow.start('bare', { taskQueue: 'bare', workflowId: id, args: [input] });
    for (const [step, { activities, children }] of steps.entries()) {
      if (step > 0) await handle.signal('poke');
      const wanted = activities + children * childActivities;
      await seen.until(id, `step ${step + 1}`, () => seen.times(`${id} ${step}`) >= wanted);
    }
    await handle.result();
  }

  /** Seconds that a turn takes. */
  async function turn(prefix: string, one: (id: string) => Promise<void>): Promise<number> {
    const startMs = performance.now();
    let next = 0;
    await Promise.all(
      Array.from({ length: IN_FLIGHT }, async () => {
        while (next < perTurn) await one(`${prefix}-${next++}`);
      }),
    );
    const seconds = (performance.now() - startMs) / 1000;
    console.log(`  ${prefix}: ${perTurn} workflows in ${seconds.toFixed(1)} s`);
    return seconds;
  }

  try {
    await incident('BENCH-CALIBRATE');
    const { steps, totals } = await shape(client, 'BENCH-CALIBRATE');
    const childActivities = 3; // open, send, summarise
    await bare('bare-calibrate', steps, childActivities);
    console.log(`one incident: ${JSON.stringify(totals)} in ${steps.length} steps`);
    console.log(`one bare workflow: ${JSON.stringify((await shape(client, 'bare-calibrate')).totals)}`);
    const sides = { tocsin: incident, bare: (id: string) => bare(id, steps, childActivities) };
    for (const side of ['tocsin', 'bare'] as const) await turn(`${side}-warm`, sides[side]);
    const ratios: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const seconds = { tocsin: 0, bare: 0 };
      for (const [n, side] of TURNS.entries()) seconds[side] += await turn(`${side}-${round}-${n}`, sides[side]);
      ratios.push(seconds.bare / seconds.tocsin);
      const rate = (side: keyof typeof sides) => ((2 * perTurn) / seconds[side]).toFixed(2);
      console.log(
        `round ${round + 1}: tocsin ${rate('tocsin')}/s, bare ${rate('bare')}/s, ratio ${ratios.at(-1)!.toFixed(3)}`,
      );
    }
    const median = [...ratios].sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
    const spread = Math.max(...ratios.map((ratio) => Math.abs(ratio / median - 1)));
    const holds = median >= BAR && spread <= STEADY;
    console.log(
      `lifecycle throughput, tocsin ÷ bare: ${median.toFixed(3)} (median of ${ROUNDS}; bar ≥ ${BAR}), rounds within ${(spread * 100).toFixed(1)} % (bar ≤ ${STEADY * 100} %) ${holds ? 'holds' : 'DOES NOT HOLD'}`,
    );
    return holds;
  } finally {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
    await connection.close();
    await native.close();
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Activities, timers and children by step, counted in the history of a real incident. */
async function shape(
  client: Client,
  workflowId: string,
): Promise<{ steps: BareStep[]; totals: Record<string, number> }> {
  const handle = client.workflow.getHandle(workflowId);
  const { events } = await handle.fetchHistory();
  const steps: BareStep[] = [{ activities: 0, timers: 0, children: 0 }];
  const totals = {
    activities: 0,
    timers: 0,
    signals: 0,
    children: 0,
    historyEvents: events?.length ?? 0,
    historyBytes: (await handle.describe()).historySize ?? 0,
    workflowTasks: 0,
    searchAttributeUpserts: 0,
  };
  for (const event of events ?? []) {
    const step = steps.at(-1)!;
    if (event.workflowTaskCompletedEventAttributes) totals.workflowTasks++;
    if (event.activityTaskScheduledEventAttributes) {
      step.activities++;
      totals.activities++;
    } else if (event.timerStartedEventAttributes) {
      step.timers++;
      totals.timers++;
    } else if (event.startChildWorkflowExecutionInitiatedEventAttributes) {
      step.children++;
      totals.children++;
    } else if (event.workflowExecutionSignaledEventAttributes) {
      totals.signals++;
      // What a delivery reports belongs to the step that started it.
      if (/^(delivered|done)$/.test(event.workflowExecutionSignaledEventAttributes.signalName ?? '')) continue;
      steps.push({ activities: 0, timers: 0, children: 0 });
    } else if (event.upsertWorkflowSearchAttributesEventAttributes) {
      totals.searchAttributeUpserts++;
    }
  }
  return { steps, totals };
}
