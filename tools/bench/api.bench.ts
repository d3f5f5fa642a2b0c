/**
 * npm run bench api [MESSAGES]: the server in which people and tools act, on a Temporal with sealed payloads.
 *
 * Messages: `status` by POST against the same signals by `signalWithStart` of the SDK with the same keys, to the same kind of
 * incidents on one worker, in turns (A B B A a round). A turn is over when the worker has recorded all of it. By POST, a receipt
 * is waited for (an update), or is not (`Prefer: respond-async`, a signal as on the other side). Bar: ratio of messages a second
 * ≥ 0.7 for each of the two, median of the rounds. MESSAGES are those of one turn, 200 without it.
 *
 * Pages: 20 readers, each looking at a page a second, the board or an incident in turn, while 50 incidents are open; beside them
 * 20 readers of a bare Fastify route. Bar: 95 of 100 pages are there within 150 ms.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { dataConverter } from '../../client/codec';
import { INCIDENT_WORKFLOW, SEARCH_ATTRIBUTES, TASK_QUEUE } from '../../domain/incident/contract';
import { temporaryDir } from '../../platform/temporary-dir';
import { DEFAULT_PACKS, loadPolicy } from '../../policy/load-policy';
import { startTemporal } from '../../stack/temporal';
import type { ChildInput, Told } from './api-child';
import { benchDeclaration } from './outside-world';

const BAR = 0.7;
const ROUNDS = 5;
const IN_FLIGHT = 16;
const TURN_WITHIN_MS = 600_000;
const OPEN = 50;
const READERS = 20;
const PAGE_BAR_MS = 150;
const EVERY_MS = 1_000;
const READING_MS = 30_000;

/** The sides. `sdk` is the bare counterpart. */
type Side = 'sdk' | 'receipt' | 'async';
const TURNS: Side[] = ['sdk', 'receipt', 'async', 'async', 'receipt', 'sdk'];

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const centile = (values: number[], part: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))]!;

/** A process of the benchmark, and what it has told. */
class Child {
  declared = 0;
  recorded = 0;
  refused = 0;
  private url: string | undefined;
  private readonly child: ChildProcess;

  constructor(private readonly input: ChildInput) {
    this.child = fork(path.join(__dirname, 'api-child.js'));
    this.child.on('message', (message) => {
      const told = message as Told;
      if ('ready' in told) this.url = told.ready;
      else if ('declared' in told) this.declared++;
      else {
        this.recorded += told.recorded;
        this.refused += told.refused;
      }
    });
    this.child.send(input);
  }

  async ready(): Promise<string> {
    await this.tells('it is ready', () => this.url !== undefined);
    return this.url!;
  }

  async tells(what: string, has: () => boolean): Promise<void> {
    const giveUpAt = Date.now() + TURN_WITHIN_MS;
    while (!has()) {
      if (this.child.exitCode !== null) throw new Error(`the ${this.input.what} ended with ${this.child.exitCode}`);
      if (this.refused > 0) throw new Error('a message changed nothing: it was refused, or said nothing new');
      if (Date.now() > giveUpAt) throw new Error(`${what}: not within ${TURN_WITHIN_MS / 1000} s`);
      await sleep(2);
    }
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}

/** Calls over kept connections. */
class Web {
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: 64 });

  constructor(
    private readonly url: string,
    private readonly headers: Record<string, string>,
  ) {}

  async ask(route: string, body?: object, more: Record<string, string> = {}): Promise<http.IncomingHttpHeaders> {
    const { hostname, port } = new URL(this.url);
    const payload = body && JSON.stringify(body);
    const headers = {
      ...this.headers,
      ...more,
      ...(payload && { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(payload)) }),
    };
    const options = { hostname, port, path: route, method: body ? 'POST' : 'GET', agent: this.agent, headers };
    return new Promise((resolve, reject) => {
      const request = http.request(options, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        answer.on('end', () => {
          if (answer.statusCode! < 400) resolve(answer.headers);
          else reject(new Error(`${route} answered ${answer.statusCode}: ${text.slice(0, 500)}`));
        });
      });
      request.on('error', reject);
      request.end(payload);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

interface Parts {
  client: Client;
  api: Web;
  worker: Child;
  ids: string[];
  /** The status that each was told last: only another one is recorded as a change. */
  said: Map<string, string>;
  input: (id: string) => object;
}

/** One turn of a side: so many messages, over all incidents. Answers messages a second, until all were recorded. */
async function turn(side: Side, count: number, { client, api, worker, ids, said, input }: Parts): Promise<number> {
  const before = worker.recorded;
  const startedAt = performance.now();
  let next = 0;
  const one = async () => {
    const n = next++;
    const id = ids[n % ids.length]!;
    const status = said.get(id) === 'identified' ? 'investigating' : 'identified';
    said.set(id, status);
    const message = { status, note: `${side} ${n}` };
    if (side === 'sdk')
      await client.workflow.signalWithStart(INCIDENT_WORKFLOW, {
        ...{ workflowId: id, taskQueue: TASK_QUEUE, args: [input(id)] },
        ...{
          signal: 'status',
          signalArgs: [{ ...message, by: 'on-call', commandId: randomBytes(16).toString('hex') }],
        },
      });
    else {
      const headers = { 'idempotency-key': randomBytes(16).toString('hex') };
      await api.ask(`/v1/incidents/${id}/status`, message, {
        ...headers,
        ...(side === 'async' && { prefer: 'respond-async' }),
      });
    }
  };
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (next < count) await one();
    }),
  );
  await worker.tells(`${count} messages by ${side} are recorded`, () => worker.recorded >= before + count);
  return (count * 1000) / (performance.now() - startedAt);
}

/** Has readers look at pages, each at its own time. Answers how long each page took, in ms, and how many did not come. */
async function read(web: Web, routes: string[]): Promise<{ times: number[]; failed: number }> {
  const times: number[] = [];
  let failed = 0;
  const endAt = Date.now() + READING_MS;
  const reader = async (_: unknown, number: number) => {
    await sleep((number * EVERY_MS) / READERS);
    for (let n = number; Date.now() < endAt; n++) {
      const startedAt = performance.now();
      await web.ask(routes[n % routes.length]!).catch(() => failed++);
      const took = performance.now() - startedAt;
      times.push(took);
      await sleep(Math.max(0, EVERY_MS - took));
    }
  };
  await Promise.all(Array.from({ length: READERS }, reader));
  return { times, failed };
}

export async function main([given]: string[]): Promise<boolean> {
  const count = Number(given ?? 200);
  if (!Number.isInteger(count) || count < IN_FLIGHT) throw new Error(`MESSAGES must be ${IN_FLIGHT} or more`);
  const dir = temporaryDir('bench-api');
  const encryptionKeys = [`bench:${randomBytes(32).toString('base64')}`];
  const sessionKey = randomBytes(16).toString('hex');
  const temporal = await startTemporal({
    searchAttributes: SEARCH_ATTRIBUTES,
    database: path.join(dir, 'temporal.db'),
    step: { chose() {}, progress() {} } as never,
  });
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection, dataConverter: dataConverter(encryptionKeys) });
  const childInput = { address: temporal.address, encryptionKeys, sessionKey };
  const [worker, server, bare] = (['worker', 'server', 'bare'] as const).map(
    (what) => new Child({ what, ...childInput }),
  ) as [Child, Child, Child];
  const webs: Web[] = [];
  const web = (url: string, headers: Record<string, string> = {}) => {
    webs.push(new Web(url, headers));
    return webs.at(-1)!;
  };
  try {
    const policy = loadPolicy(DEFAULT_PACKS);
    await worker.ready();
    const input = (id: string) => ({ declaration: { ...benchDeclaration(id), serviceAffecting: false }, policy });
    const ids = Array.from({ length: OPEN }, (_, n) => `INC-BENCH-${n}`);
    for (const id of ids) {
      const memo = { title: 'Leaked deploy key' };
      await client.workflow.start(INCIDENT_WORKFLOW, {
        ...{ workflowId: id, taskQueue: TASK_QUEUE, args: [input(id)], memo },
      });
    }
    await worker.tells(`${OPEN} incidents are open`, () => worker.declared >= OPEN);
    const url = await server.ready();
    const api = web(url, { authorization: `Bearer ${sessionKey}` });
    const parts = { client, api, worker, ids, said: new Map<string, string>(), input };

    const rates: Record<Side, number[]> = { sdk: [], receipt: [], async: [] };
    for (const side of ['sdk', 'receipt', 'async'] as const) await turn(side, count, parts); // warm
    for (let round = 0; round < ROUNDS; round++) {
      const sums = { sdk: 0, receipt: 0, async: 0 };
      for (const side of TURNS) sums[side] += await turn(side, count, parts);
      for (const side of ['sdk', 'receipt', 'async'] as const) rates[side].push(sums[side] / 2);
    }

    const shown = (list: number[]) => list.map((rate) => Math.round(rate)).join(' ');
    console.log(`signalWithStart ${shown(rates.sdk)} messages/s`);
    const holds: boolean[] = [];
    for (const [side, words] of [
      ['receipt', 'POST, with the receipt'],
      ['async', 'POST, respond-async'],
    ] as const) {
      const ratio = median(rates[side].map((rate, round) => rate / rates.sdk[round]!));
      holds.push(ratio >= BAR);
      console.log(
        `${words} ${shown(rates[side])} messages/s, ratio ${ratio.toFixed(2)} (median of ${ROUNDS}), bar ${BAR}: ${ratio >= BAR ? 'holds' : 'DOES NOT HOLD'}`,
      );
    }

    const cookie = await login(url, sessionKey);
    const pages = web(url, { cookie, accept: 'text/html' });
    const routes = ['/', ...ids.slice(0, 3).map((id) => `/incidents/${id}`)];
    for (const route of routes) await pages.ask(route).catch(() => undefined); // warm
    const [{ times, failed }, besides] = await Promise.all([read(pages, routes), read(web(await bare.ready()), ['/'])]);

    const p95 = centile(times, 0.95);
    holds.push(p95 <= PAGE_BAR_MS && failed === 0);
    const figures = (list: number[]) =>
      `median ${centile(list, 0.5).toFixed(1)} ms, p95 ${centile(list, 0.95).toFixed(1)} ms`;
    console.log(`a bare route beside it: ${figures(besides.times)} (${besides.times.length} answers)`);
    console.log(
      `pages, ${OPEN} incidents open, ${READERS} readers: ${figures(times)} (${times.length} pages, ${failed} failed), bar p95 ≤ ${PAGE_BAR_MS} ms: ${holds.at(-1) ? 'holds' : 'DOES NOT HOLD'}`,
    );
    return holds.every(Boolean);
  } finally {
    for (const each of webs) each.close();
    for (const child of [worker, server, bare]) child.kill();
    await connection.close();
    await temporal.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The cookie of a session of the pages. */
async function login(url: string, key: string): Promise<string> {
  const answer = await fetch(`${url}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: url },
    body: new URLSearchParams({ key, to: '/' }),
  });
  const [cookie] = answer.headers.getSetCookie();
  if (answer.status !== 303 || !cookie) throw new Error(`the login answered ${answer.status}`);
  return cookie.split(';')[0]!;
}
