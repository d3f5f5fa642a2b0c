/**
 * Detections come in all the time while the intake, the worker, Temporal and Postgres are killed in turn: each that was
 * answered with a 2xx is in its triage case in the end, once; and one that is sent a thousand times is one case.
 */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { Pool } from 'pg';
import { TocsinClient } from '../../client/tocsin-client';
import { SEARCH_ATTRIBUTES } from '../../domain/incident/contract';
import { freePort, LOOPBACK } from '../../platform/free-port';
import { packageRoot } from '../../platform/package-root';
import { type ServerProcess, startServerProcess } from '../../platform/server-process';
import { createPool } from '../../postgres/pool';
import { LOCAL_API_KEY, LOCAL_API_TOKEN } from '../../stack';
import { startCloudflareRecorder } from '../../stack/cloudflare-recorder';
import { startMailbox } from '../../stack/mailbox';
import { startPostgres } from '../../stack/postgres';
import { startSite } from '../../stack/site';
import { startTemporal } from '../../stack/temporal';
import { signStandard } from '../detection/intake/samples';
import { afterFile, temporaryDir } from '../setup/helpers';
import { NO_TEMPORAL } from '../setup/no-temporal';
import { steadyPort } from '../setup/real-world';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { rulesIn, startIntakeProcess, writeIntakeFiles } from './intake-process';

const dir = temporaryDir('intake-faults');
const at = (name: string) => path.join(dir, name);

let ports: Record<'temporal' | 'postgres' | 'intake', number>;
let temporal: Awaited<ReturnType<typeof startTemporal>>;
let postgres: Awaited<ReturnType<typeof startPostgres>>;
let intake: ServerProcess;
let worker: ServerProcess;
let local: object;
let pool: Pool;
let cases: TocsinClient;

const startTheTemporal = async () => {
  const env = { ...process.env, ...NO_TEMPORAL };
  const options = { searchAttributes: SEARCH_ATTRIBUTES, database: at('temporal.db'), port: ports.temporal };
  temporal = await startTemporal({ ...options, headless: true, env });
};
const startThePostgres = async () => {
  postgres = await startPostgres({ dir: at('postgres'), port: ports.postgres, durable: true, env: {} });
};
const startTheIntake = async () => {
  const temporalAddress = { address: temporal.address, namespace: 'default' };
  const place = { dir, dataDir: at('data'), databaseUrl: postgres.url, temporal: temporalAddress };
  intake = await startIntakeProcess({ ...place, port: ports.intake });
};
const startTheWorker = async () => {
  worker = await startServerProcess({
    name: 'The worker',
    command: process.execPath,
    args: [path.join(__dirname, 'worker-child.js')],
    set: {
      TOCSIN_DATA_DIR: at('data'),
      TOCSIN_DIRECTORY: path.join(packageRoot(), 'examples', 'directory'),
      TOCSIN_DETECTION_RULES: rulesIn(dir),
      TOCSIN_TEST_WORKER: JSON.stringify({
        local,
        temporal: { address: temporal.address, namespace: 'default' },
        holds: [],
      }),
    },
    ready: (output) => output.includes(' ready'),
    readyWithinMs: 60_000,
  });
};

beforeAll(async () => {
  quietWorkers();
  writeIntakeFiles(dir);
  ports = { temporal: await freePort(steadyPort()), postgres: await freePort(), intake: await freePort() };
  const [mailbox, recorder, site] = await Promise.all([
    startMailbox({ dir: at('mailbox'), apiKey: LOCAL_API_KEY }),
    startCloudflareRecorder({ dir: at('recorder'), tokens: { local: LOCAL_API_TOKEN } }),
    startSite({ dir: at('site') }),
    startTheTemporal(),
    startThePostgres(),
  ]);
  local = {
    databaseUrl: postgres.url,
    mailbox: { url: mailbox.url, apiKey: LOCAL_API_KEY },
    recorder: { cloudflareUrl: recorder.cloudflareUrl, hooksUrl: recorder.hooksUrl, apiToken: LOCAL_API_TOKEN },
    site: { url: site.url, dir: at('site') },
  };
  await Promise.all([startTheWorker(), startTheIntake()]);
  pool = createPool(postgres.url);
  const connection = Connection.lazy({ address: temporal.address });
  cases = new TocsinClient(new Client({ connection }));
  afterFile(async () => {
    await Promise.all([intake.kill(), worker.kill()]);
    await Promise.all([connection.close(), pool.end(), mailbox.stop(), recorder.stop(), site.stop()]);
    await Promise.all([temporal.stop(), postgres.stop()]);
  });
}, 120_000);

const url = () => `http://${LOOPBACK}:${ports.intake}`;

/** Sends one; answers the status, 0 when there was no answer. */
async function send(id: string, correlationId: string): Promise<number> {
  const body = JSON.stringify({ type: 'edge.anomaly', title: 'Odd traffic', correlationId });
  try {
    const signal = AbortSignal.timeout(20_000);
    const answer = await fetch(`${url()}/intake/edge`, {
      method: 'POST',
      headers: signStandard(body, id, Date.now()),
      body,
      signal,
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return 0;
  }
}

const triaged = () => cases.list('triage', { limit: 5_000 });
const countOf = async (id: string) => (await cases.view<'triage'>(id))?.state.count;

test('one detection a thousand times at the same time, over HTTP: one row, one case, counted once', async () => {
  const statuses = await Promise.all(Array.from({ length: 1_000 }, () => send('msg-same', 'same')));
  expect(new Set(statuses)).toEqual(new Set([202]));
  const { rows } = await pool.query(`SELECT event_id FROM tocsin.inbox WHERE event_id = 'msg-same'`);
  expect(rows).toHaveLength(1);
  await until('it is triaged', async () => (await triaged()).length === 1);
  const [one] = await triaged();
  expect(await until('it is counted', () => countOf(one!.id))).toBe(1);
}, 60_000);

test('kill -9 of intake, worker, Temporal and Postgres in turn: no accepted detection is lost, none counts twice', async () => {
  const accepted: string[] = [];
  const statuses = new Map<number, number>();
  let sending = true;
  let n = 0;
  const sender = async () => {
    while (sending) {
      const key = `flow-${n++}`;
      const status = await send(`msg-${key}`, key);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status >= 200 && status < 300) accepted.push(key);
      await sleep(250);
    }
  };
  const senders = Array.from({ length: 2 }, sender);
  const flows = async (what: string) => {
    const before = accepted.length;
    await until(
      what,
      () => accepted.length >= before + 8,
      40_000,
      () => JSON.stringify([...statuses]),
    );
  };

  await flows('detections are accepted');
  await intake.kill();
  await startTheIntake();
  await flows('accepted again after the intake was killed');

  await worker.kill();
  await flows('accepted without a worker');
  await startTheWorker();

  await temporal.crash!();
  await flows('accepted without Temporal');
  await startTheTemporal();

  await postgres.crash!();
  await flows('accepted without Postgres');
  // Both away: refused, with a time to come again.
  await temporal.crash!();
  await until(
    'refused with both away',
    () => (statuses.get(503) ?? 0) > 0,
    40_000,
    () => JSON.stringify([...statuses]),
  );
  await startThePostgres();
  await startTheTemporal();
  await flows('accepted again with all parts');
  sending = false;
  await Promise.all(senders);

  expect([...statuses.keys()].sort((a, b) => a - b)).toEqual([0, 202, 503]);
  await until(
    'the inbox is empty',
    async () => (await pool.query(`SELECT FROM tocsin.inbox WHERE state = 'waiting'`)).rowCount === 0,
    60_000,
  );
  // A case for each: the test's rules make one of each correlation id.
  const wanted = accepted.length + 1;
  const found = await until(
    'a case for each accepted detection',
    async () => {
      const list = await triaged();
      return list.length >= wanted && list;
    },
    60_000,
    () => `${accepted.length} accepted, ${JSON.stringify([...statuses])}`,
  );
  expect(found).toHaveLength(new Set(found.map(({ id }) => id)).size);
  // The register tells what each case saw: its one detection, whichever ways that took, and no further one.
  const inRegister = async (kind: string) =>
    (await pool.query(`SELECT FROM tocsin.register_entries WHERE kind = $1`, [kind])).rowCount!;
  await until(
    'every case is in the register',
    async () => (await inRegister('detected')) >= found.length,
    90_000,
    () => worker.output().slice(-500),
  );
  expect(await inRegister('detections-counted')).toBe(0);
  expect((await pool.query(`SELECT FROM tocsin.inbox WHERE state = 'parked'`)).rowCount).toBe(0);
}, 240_000);

test('SIGTERM: readiness fails first, what is under way is finished', async () => {
  expect((await fetch(`${url()}/readyz`)).status).toBe(200);
  const stopping = intake.stop();
  const draining = await until('it drains', async () => {
    const answer = await fetch(`${url()}/readyz`);
    return answer.status === 503 && answer.json();
  });
  expect(draining).toMatchObject({ status: 'draining' });
  expect(await send('msg-late', 'late')).toBe(202);
  await stopping;
  expect(await send('msg-later', 'later')).toBe(0);
}, 30_000);
