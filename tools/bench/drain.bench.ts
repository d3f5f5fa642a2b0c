/**
 * npm run bench drain [RECIPIENTS]: one notice to so many people (100,000 unless said) through a real worker, Postgres and
 * Temporal to the local mailbox, which keeps counts only and has no rate limit; interleaved with a bare loop that posts the same
 * batches and writes the same rows, each before its call and again after it. The delivery is held between two batches while the bare loop has its turn, and that time is
 * not its own; reading the directory, filling the ledger and counting who was told are.
 *
 * Bars: at least 0.6 of the bare loop's recipients a second; the worker's memory at most 50 MiB above that of a worker with a
 * tenth of the recipients; no history over 10,000 events, and no address in any; each row and each mail exactly once.
 *
 * The memory is the most that the process had (resident) at any moment of the delivery, in which nobody but the engine collects
 * its garbage: so much a machine must have for it. What its start leaves behind, which the engine would collect at some moment of
 * a long delivery and at none of a short one, is collected before. What it keeps is said beside it: what it has once the
 * delivery was counted and its garbage collected.
 */
import { rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import type { OpenDeliveryInput } from '../../activities/types';
import { TASK_QUEUE } from '../../domain/incident/contract';
import { temporaryDir } from '../../platform/temporary-dir';
import { migrate } from '../../postgres/migrate';
import { startPostgres } from '../../stack/postgres';
import { startBenchTemporal } from './bench-temporal';
import { Child } from './drain/child';
import { DOMAIN, expectedCounts, WITHOUT_ADDRESS } from './drain/people';
import type { World } from './drain/processes';

const RATIO = 0.6;
const MEMORY_MIB = 50;
const EVENTS = 10_000;
/** The two take turns so often. */
const TURNS = 20;
const MIB = 1_048_576;

/** What came of one delivery. */
interface Delivered {
  /** Recipients a second, of the drain and of the bare loop that took turns with it. */
  drain: number;
  bare?: number;
  /** Seconds for reading the directory and filling the ledger, and for counting who was told. */
  opening: number;
  counting: number;
  /** The worker's most memory in MiB: while it was opened, in each quarter of sending (with the bare loop), and while counted. */
  peaks: number[];
  /** What it had before, and what it has afterwards, each right after its garbage was collected, in MiB. */
  before: number;
  kept: number;
  /** Of the longest run of its workflow. */
  events: number;
  runs: number;
  problems: string[];
}

export async function main([count = '100000']: string[]): Promise<boolean> {
  const total = Number(count);
  if (!Number.isInteger(total) || total < 10_000) throw new Error('give a whole number of recipients, 10,000 at least');
  const dir = temporaryDir('bench-drain');
  const postgres = await startPostgres({ dir: path.join(dir, 'postgres'), durable: true, env: {} });
  const temporal = await startBenchTemporal(dir);
  await migrate(postgres.url);
  // Without the limits of a worker: counting all rows may take a while.
  const database = new pg.Client(postgres.url);
  await database.connect();
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection });
  try {
    const world = { dir, databaseUrl: postgres.url, mailboxUrl: '', temporal: temporal.address, people: 0 };
    const small = await delivered(client, database, { ...world, people: total / 10 }, 'BENCH-1');
    say(total / 10, small);
    const large = await delivered(client, database, { ...world, people: total }, 'BENCH-2', true);
    say(total, large);
    const ratio = large.drain / large.bare!;
    const [most, mostOfSmall] = [Math.max(...large.peaks), Math.max(...small.peaks)];
    const grown = most - mostOfSmall;
    const events = Math.max(small.events, large.events);
    const problems = [...small.problems, ...large.problems];
    for (const problem of problems) console.log(`NOT TRUE: ${problem}`);
    const holds = [ratio >= RATIO, grown <= MEMORY_MIB, events <= EVENTS, problems.length === 0];
    const verdict = (index: number) => (holds[index] ? 'holds' : 'DOES NOT HOLD');
    console.log(
      `load of the machine ${os
        .loadavg()
        .map((load) => load.toFixed(1))
        .join(' ')}, ${os.cpus().length} cores`,
    );
    console.log(
      `${total} recipients: ratio ${ratio.toFixed(2)} (${Math.round(large.drain)} recipients/s to ${Math.round(large.bare!)}), bar ${RATIO}: ${verdict(0)}; ` +
        `most memory, garbage and all, ${most.toFixed(0)} MiB to ${mostOfSmall.toFixed(0)} with a tenth, ${grown.toFixed(0)} above, bar ${MEMORY_MIB}: ${verdict(1)}; ` +
        `collected afterwards ${large.kept.toFixed(0)} MiB to ${small.kept.toFixed(0)}; ` +
        `longest history ${events} events, bar ${EVENTS}: ${verdict(2)}; rows, mails, no address: ${verdict(3)}`,
    );
    return holds.every(Boolean);
  } catch (error) {
    console.error(error);
    return false;
  } finally {
    await connection.close();
    await database.end();
    await temporal.stop();
    await postgres.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

function say(recipients: number, delivery: Delivered): void {
  const { drain, bare, opening, counting, before, peaks, kept, events, runs } = delivery;
  console.log(
    `${recipients} recipients: ${Math.round(drain)}/s${bare ? `, bare ${Math.round(bare)}/s` : ''}; opened in ${opening.toFixed(1)} s, ` +
      `counted in ${counting.toFixed(1)} s; the worker's most memory, garbage and all, ${peaks.map((mib) => mib.toFixed(0)).join(' ')} MiB (collected: ${before.toFixed(0)} before, ${kept.toFixed(0)} after); ${events} events in the longest of ${runs} runs`,
  );
}

/** One delivery by a worker of its own, with the bare loop at its side if it is asked for. */
async function delivered(
  client: Client,
  database: pg.Client,
  world: World,
  incidentId: string,
  withBare = false,
): Promise<Delivered> {
  const mailbox = await Child.start('mailbox', world);
  const there = { ...world, dir: path.join(world.dir, incidentId), mailboxUrl: await mailbox.ask('url', null) };
  const other = await Child.start('mailbox', world);
  const bare = await Child.start('bare', { ...there, mailboxUrl: await other.ask('url', null) });
  const worker = await Child.start('worker', there);
  try {
    const delivery = await inputOf(worker, incidentId);
    const { audience, ...ref } = delivery;
    const before = await worker.ask('collected', null);
    worker.peak();
    const startedMs = performance.now();
    const handle = await client.workflow.start('delivery', {
      taskQueue: TASK_QUEUE,
      workflowId: `${incidentId}/individual-notice/1`,
      args: [{ delivery: ref, audience, title: 'Notice to individuals' }],
    });
    let ended = false;
    const end = handle.result().finally(() => {
      ended = true;
    });
    // Heard below; a bench that fails before that closes the connection under it.
    end.catch(() => undefined);
    while (!ended && (await worker.ask('progress', null)) === 0) await sleep(100);
    const openedMs = performance.now();
    const peaks: number[] = [];
    let bareMs = 0;
    let posted = 0;
    for (let turn = 0; withBare && turn < TURNS; turn++) {
      // Its next turn is when the delivery has got as far.
      while (!ended && (await worker.ask('progress', null)) < (turn * world.people) / TURNS) await sleep(50);
      if (turn % (TURNS / 4) === 0) peaks.push(worker.peak() / MIB);
      const turnMs = performance.now();
      await worker.ask('hold', null);
      const last = Math.round(((turn + 1) * world.people) / TURNS / 100) * 100;
      await bare.ask('post', [posted + 1, last]);
      posted = last;
      await worker.ask('goOn', null);
      bareMs += performance.now() - turnMs;
    }
    await end;
    const countingMs = performance.now();
    const { counted, ...summary } = await worker.ask('summarise', delivery);
    const endMs = performance.now();
    peaks.push(worker.peak() / MIB);
    const kept = await worker.ask('collected', null);
    const problems = [
      ...(await problemsOfRows(database, incidentId, world.people)),
      ...problemsOfCounts('the mailbox', await mailbox.ask('counts', null), world.people),
      ...(withBare ? problemsOfCounts('the bare loop', await other.ask('counts', null), world.people) : []),
    ];
    const without = Math.floor(world.people / WITHOUT_ADDRESS);
    const told = world.people - without;
    const countedTold = counted.of === 'people' ? counted.groups.reduce((sum, group) => sum + group.told!, 0) : 0;
    if (summary.sent !== told || summary.failed !== without || summary.pending !== 0 || countedTold !== told)
      problems.push(`the summary says ${JSON.stringify(summary)}, and ${countedTold} told`);
    const { events, runs } = await historyOf(client, `${incidentId}/individual-notice/1`, problems);
    return {
      drain: (world.people * 1000) / (endMs - startedMs - bareMs),
      ...(withBare && { bare: (posted * 1000) / bareMs }),
      opening: (openedMs - startedMs) / 1000,
      counting: (endMs - countingMs) / 1000,
      ...{ before: before / MIB, peaks, kept: kept / MIB, events, runs, problems },
    };
  } finally {
    for (const child of [worker, bare, mailbox, other]) await child.stop();
  }
}

async function inputOf(worker: Child, incidentId: string): Promise<OpenDeliveryInput> {
  const sha256 = await worker.ask('rendering', incidentId);
  return {
    incidentId,
    exercise: false,
    obligation: 'individual-notice',
    round: 1,
    at: new Date().toISOString(),
    ledgerKey: 'individual-notice',
    renderings: [{ language: 'en', sha256, template: 'individual-notice', templateSha256: sha256 }],
    audience: { recipient: { to: 'individuals' }, workspaces: [], dataSets: [{ id: 'accounts', own: true }] },
  };
}

async function problemsOfRows(database: pg.Client, incidentId: string, people: number): Promise<string[]> {
  const { rows } = await database.query(
    `SELECT count(*)::int AS rows, count(DISTINCT recipient_ref)::int AS people, count(*) FILTER (WHERE status = 'sent')::int AS sent,
            count(*) FILTER (WHERE status = 'failed')::int AS failed, count(DISTINCT provider_message_id)::int AS ids
       FROM tocsin.deliveries WHERE incident_id = $1`,
    [incidentId],
  );
  const failed = Math.floor(people / WITHOUT_ADDRESS);
  const expected = { rows: people, people, sent: people - failed, failed, ids: people - failed };
  const found = JSON.stringify(rows[0]);
  return found === JSON.stringify(expected) ? [] : [`the ledger has ${found}, not ${JSON.stringify(expected)}`];
}

function problemsOfCounts(who: string, found: { accepted: number; recipients: string }, people: number): string[] {
  const expected = expectedCounts(people);
  const isRight = found.accepted === expected.accepted && found.recipients === expected.recipients;
  return isRight ? [] : [`${who} has counted ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`];
}

/** Every run of the workflow, in all their histories. */
async function historyOf(
  client: Client,
  workflowId: string,
  problems: string[],
): Promise<{ events: number; runs: number }> {
  let events = 0;
  let runs = 0;
  for await (const { runId } of client.workflow.list({ query: `WorkflowId = "${workflowId}"` })) {
    const { events: list = [] } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runs++;
    events = Math.max(events, list!.length);
    const text = JSON.stringify(list, (_key, value) => bytesOf(value)?.toString() ?? value);
    if (!text.includes('individual-notice')) problems.push(`the payloads of ${workflowId} were not read`);
    if (text.includes(DOMAIN)) problems.push(`a history of ${workflowId} holds an address`);
  }
  return { events, runs };
}

/** Of a payload, which is a Buffer (that JSON has turned into a list) or other bytes. */
function bytesOf(value: unknown): Buffer | undefined {
  if (value instanceof Uint8Array) return Buffer.from(value);
  const { type, data } = (value ?? {}) as { type?: unknown; data?: unknown };
  return type === 'Buffer' && Array.isArray(data) ? Buffer.from(data) : undefined;
}
