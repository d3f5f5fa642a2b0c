/**
 * npm run bench intake: signed requests of which 95 % are repeats, taken by the intake over a real Postgres, against a bare
 * Fastify route that verifies the same HMAC and commits one row in the same Postgres, `INSERT … ON CONFLICT DO NOTHING` for each
 * request. Each server in a process of its own, with a pool of the same size; rounds interleaved.
 * Bar: ratio of requests a second ≥ 0.7, median of five rounds.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { rmSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import Fastify from 'fastify';
import pg from 'pg';
import { Inbox } from '../../detection/intake/inbox/accept';
import { createIntake } from '../../detection/intake/server/create-intake';
import { Health } from '../../detection/intake/server/health';
import { adapterOf } from '../../detection/intake/sources';
import { temporaryDir } from '../../platform/temporary-dir';
import { migrate } from '../../postgres/migrate';
import { createPool } from '../../postgres/pool';
import { startPostgres } from '../../stack/postgres';

const BAR = 0.7;
const ROUNDS = 5;
const ROUND_MS = 4_000;
/** Enough that the few that wait for a commit leave no server idle. */
const CONNECTIONS = 128;
const FRESH_EVERY = 20;
const KEY = randomBytes(32);
const BARE_TABLE = 'CREATE TABLE public.bare (id text PRIMARY KEY, body bytea NOT NULL)';
const BARE_INSERT = 'INSERT INTO public.bare (id, body) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING';
const RUN = randomBytes(4).toString('hex');

/** The servers, when this file is started as one of them: `bare`, or `intake` with the database's address. */
async function serve(what: string, key: Buffer, databaseUrl: string): Promise<void> {
  const url = what === 'bare' ? await serveBare(key, databaseUrl) : await serveIntake(key, databaseUrl);
  process.send!(url);
}

async function serveBare(key: Buffer, databaseUrl: string): Promise<string> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
  const app = Fastify();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.post<{ Body: Buffer }>('/intake/edge', async ({ headers, body }, reply) => {
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.`;
    const expected = createHmac('sha256', key).update(signed).update(body).digest();
    const given = Buffer.from(String(headers['webhook-signature']).slice(3), 'base64');
    const holds = given.length === expected.length && timingSafeEqual(given, expected);
    if (holds) await pool.query(BARE_INSERT, [headers['webhook-id'], body]);
    reply.code(holds ? 202 : 401);
    return { ok: holds };
  });
  return app.listen({ host: '127.0.0.1', port: 0 });
}

async function serveIntake(key: Buffer, databaseUrl: string): Promise<string> {
  const inbox = new Inbox(createPool(databaseUrl));
  const app = await createIntake({
    sources: [
      {
        name: 'edge',
        adapter: adapterOf('standard-webhooks')!,
        secrets: [{ value: `whsec_${key.toString('base64')}` }],
        scope: 'platform',
        perMinute: 10_000_000,
      },
    ],
    store: async (detections) => void (await inbox.accept(detections)),
    health: new Health({ postgres: async () => undefined, temporal: async () => undefined }),
  });
  return app.listen({ host: '127.0.0.1', port: 0 });
}

interface Prepared {
  headers: Record<string, string>;
  body: string;
}

/** Requests of a round, signed beforehand: of twenty, one is new and the others repeat what came before. */
function prepare(round: number): Prepared[] {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const sign = (id: string): Prepared => {
    const body = JSON.stringify({
      type: 'edge.anomaly',
      title: `Odd traffic at ${id}`,
      scope: 'platform',
      systems: ['edge-1'],
      indicators: ['203.0.113.7'],
      facts: { requests: 120_000, rule: 'rate', country: 'XX' },
    });
    const signature = createHmac('sha256', KEY).update(`${id}.${timestamp}.${body}`).digest('base64');
    return {
      body,
      headers: {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${signature}`,
      },
    };
  };
  return Array.from({ length: 5_000 }, (_, n) => sign(`msg_${RUN}_${round}_${n}`));
}

/** Sends for ROUND_MS over kept connections. Answers requests a second; throws when one is not taken. */
async function load(url: string, requests: Prepared[]): Promise<number> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const target = new URL('/intake/edge', url);
  const options = { host: target.hostname, port: target.port, path: target.pathname, method: 'POST', agent };
  let sent = 0;
  let fresh = 0;
  let done = 0;
  const endAt = Date.now() + ROUND_MS;
  const one = ({ headers, body }: Prepared) =>
    new Promise<void>((resolve, reject) => {
      const request = http.request({ ...options, headers }, (answer) => {
        answer.resume();
        answer.on('end', () =>
          answer.statusCode === 202 ? resolve() : reject(new Error(`answered ${answer.statusCode}`)),
        );
      });
      request.on('error', reject);
      request.end(body);
    });
  const next = () => {
    if (sent++ % FRESH_EVERY === 0 && fresh < requests.length - 1) return requests[fresh++]!;
    return requests[(sent * 7) % Math.max(1, fresh)]!;
  };
  const startedAt = Date.now();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (Date.now() < endAt) {
        await one(next());
        done++;
      }
    }),
  );
  agent.destroy();
  return (done * 1000) / (Date.now() - startedAt);
}

async function startChild(what: string, databaseUrl: string): Promise<{ url: string; child: ChildProcess }> {
  const child = fork(__filename, [what, KEY.toString('hex'), databaseUrl]);
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve(String(message)));
    child.once('exit', (code) => reject(new Error(`the ${what} server ended with ${code}`)));
  });
  return { url, child };
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

export async function main(): Promise<boolean> {
  const dir = temporaryDir('bench-intake');
  const postgres = await startPostgres({ dir: path.join(dir, 'postgres'), durable: true, env: {} });
  await migrate(postgres.url);
  const database = new pg.Client(postgres.url);
  await database.connect();
  await database.query(BARE_TABLE);
  const [bare, intake] = [await startChild('bare', postgres.url), await startChild('intake', postgres.url)];
  const rates = { bare: [] as number[], intake: [] as number[] };
  try {
    for (const { url } of [bare, intake]) await load(url, prepare(-1)); // warm
    for (let round = 0; round < ROUNDS; round++) {
      const requests = prepare(round);
      rates.bare.push(await load(bare.url, requests));
      rates.intake.push(await load(intake.url, requests));
    }
    const counted = 'SELECT (SELECT count(*) FROM tocsin.inbox) AS intake, (SELECT count(*) FROM public.bare) AS bare';
    const { rows } = await database.query(counted);
    const ratio = median(rates.intake.map((rate, round) => rate / rates.bare[round]!));
    const shown = (list: number[]) => list.map((rate) => Math.round(rate)).join(' ');
    console.log(`bare    ${shown(rates.bare)} requests/s, ${rows[0].bare} rows stored`);
    console.log(`intake  ${shown(rates.intake)} requests/s, ${rows[0].intake} detections stored`);
    console.log(
      `ratio ${ratio.toFixed(2)} (median of ${ROUNDS}), bar ${BAR}: ${ratio >= BAR ? 'holds' : 'DOES NOT HOLD'}`,
    );
    return ratio >= BAR;
  } finally {
    for (const { child } of [bare, intake]) child.kill('SIGKILL');
    await database.end();
    await postgres.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

if (require.main === module) {
  const [what, key, databaseUrl] = process.argv.slice(2);
  void serve(what!, Buffer.from(key!, 'hex'), databaseUrl!);
}
