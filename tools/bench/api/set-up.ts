/** What the benchmarks of the server begin with: its processes, incidents that are open, and calls over kept connections. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { dataConverter } from '../../../client/codec';
import { INCIDENT_WORKFLOW, TASK_QUEUE } from '../../../domain/incident/contract';
import { temporaryDir } from '../../../platform/temporary-dir';
import { DEFAULT_PACKS, loadPolicy } from '../../../policy/load-policy';
import { startBenchTemporal } from '../bench-temporal';
import { benchDeclaration } from '../outside-world';
import { processorMs } from '../worker-process';
import type { ChildInput, Told } from './child';

/** Incidents that are open. */
export const OPEN = 50;
const WITHIN_MS = 600_000;

export const median = (values: number[]) => centile(values, 0.5);
export const centile = (values: number[], part: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))]!;

/** A process of the benchmark, and what it has told. */
export class Child {
  declared = 0;
  recorded = 0;
  refused = 0;
  private url: string | undefined;
  private readonly child: ChildProcess;

  constructor(private readonly input: ChildInput) {
    this.child = fork(path.join(__dirname, 'child.js'));
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
    const giveUpAt = Date.now() + WITHIN_MS;
    while (!has()) {
      if (this.child.exitCode !== null) throw new Error(`the ${this.input.what} ended with ${this.child.exitCode}`);
      if (this.refused > 0) throw new Error('a message changed nothing: it was refused, or said nothing new');
      if (Date.now() > giveUpAt) throw new Error(`${what}: not within ${WITHIN_MS / 1000} s`);
      await sleep(2);
    }
  }

  /** Of its process. */
  get pid(): number {
    return this.child.pid!;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}

/** Calls over kept connections. */
export class Web {
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

/** Processor time by process, in milliseconds. */
export type Used = Record<'Temporal' | 'worker' | 'server', number>;

/** What was used between two looks for each of so many, for people. */
export function usedText(before: Used, after: Used, count: number): string {
  return Object.entries(after)
    .map(([name, ms]) => `${name} ${((ms - before[name as keyof Used]) / count).toFixed(1)} ms`)
    .join(', ');
}

/** What a benchmark of the server has to work with. */
export interface Parts {
  client: Client;
  worker: Child;
  /** Processor time that each process has used, in milliseconds. */
  used: () => Used;
  /** Where the server is, and what opens its API and its pages. */
  url: string;
  sessionKey: string;
  /** The incidents that are open. */
  ids: string[];
  /** The input of an incident's workflow. */
  input: (id: string) => object;
  /** Starts another process, which is ended with the others. */
  child: (what: ChildInput['what']) => Child;
  web: (url: string, headers?: Record<string, string>) => Web;
}

/** Has `measure` work with a Temporal of its own, a worker, a server and 50 open incidents, and clears all of it away. */
export async function withServer(name: string, measure: (parts: Parts) => Promise<boolean>): Promise<boolean> {
  const dir = temporaryDir(name);
  const encryptionKeys = [`bench:${randomBytes(32).toString('base64')}`];
  const sessionKey = randomBytes(16).toString('hex');
  const temporal = await startBenchTemporal(dir);
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection, dataConverter: dataConverter(encryptionKeys) });
  const children: Child[] = [];
  const child = (what: ChildInput['what']) => {
    children.push(new Child({ what, address: temporal.address, encryptionKeys, sessionKey }));
    return children.at(-1)!;
  };
  const webs: Web[] = [];
  const web = (url: string, headers: Record<string, string> = {}) => {
    webs.push(new Web(url, headers));
    return webs.at(-1)!;
  };
  try {
    const worker = child('worker');
    const server = child('server');
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
    const used = () => ({
      Temporal: processorMs(temporal.pid!),
      worker: processorMs(worker.pid),
      server: processorMs(server.pid),
    });
    return await measure({ client, worker, used, url, sessionKey, ids, input, child, web });
  } finally {
    for (const each of webs) each.close();
    for (const each of children) each.kill();
    await connection.close();
    await temporal.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}
