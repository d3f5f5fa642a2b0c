/**
 * Appends by 64 callers at once, against bare one-row commits of rows of the same size, on one Postgres with durable commits,
 * in turns. Bars: ≥ 5 × the rows a second of a bare loop on one connection; what 99 of 100 appends take at most, ≤ 3 × that
 * of bare commits by 64 connections.
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { freePort } from '../../../platform/free-port';
import { temporaryDir } from '../../../platform/temporary-dir';
import { migrate } from '../../../postgres/migrate';
import { createPool } from '../../../postgres/pool';
import { startPostgres } from '../../../stack/postgres';
import { appenderOn } from './appends';
import { event } from './event';
import { medianRow, type Row } from './rows';
import { type Turn, Turns, WARM_MS } from './turns';

const CALLERS = 64;
/** Each round goes through the loops so many times: a machine that is shared may be half as fast a few seconds later. */
const TURNS = 8;
const TURN_MS = 500;
/** A turn ends after so many rows, too: the table shall not outgrow memory where disks are fast. */
const MOST_ROWS = 20_000;

/** What a row of the register holds of this event: leaf 538 bytes, content 69, sealed 205. */
const ROW_BYTES = 812;

/** Calls one after the other on each of some lanes, until the turn is over. */
async function turnOf(lanes: number, call: (lane: number, n: number) => Promise<unknown>): Promise<Turn> {
  const times: number[] = [];
  const fromMs = performance.now() + WARM_MS;
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      for (let n = 1; performance.now() < fromMs + TURN_MS && times.length < MOST_ROWS; n++) {
        const startMs = performance.now();
        await call(lane, n);
        if (startMs >= fromMs) times.push(performance.now() - startMs);
      }
    }),
  );
  return { times, rows: times.length, forMs: performance.now() - fromMs };
}

const BYTES = Buffer.alloc(ROW_BYTES, 120);

function bareCommit(client: pg.Client, lane: number, seq: number): Promise<unknown> {
  return client.query({
    name: 'bare',
    text: 'INSERT INTO bare (incident_id, seq, kind, at, bytes) VALUES ($1, $2, $3, $4, $5)',
    values: [`INC-BARE-${lane}`, seq, 'measure-recorded', '2026-04-01T03:00:00.000Z', BYTES],
  });
}

/** A row for each bar. */
export async function benchAppend(rounds: number): Promise<Row[]> {
  const dir = temporaryDir('bench');
  const postgres = await startPostgres({ dir: path.join(dir, 'postgres'), port: await freePort(), env: {} });
  await migrate(postgres.url);
  const clients = Array.from({ length: CALLERS }, () => new pg.Client(postgres.url));
  for (const client of clients) await client.connect();
  await clients[0]!.query(
    'CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, incident_id text, seq integer, kind text, at timestamptz, bytes bytea)',
  );
  const pool = createPool(postgres.url);
  const [rates, p99s]: [number[], number[]] = [[], []];
  try {
    for (let round = 1; round <= rounds; round++) {
      const [bare, bare64, appends] = [new Turns(), new Turns(), new Turns()];
      for (let turn = 1; turn <= TURNS; turn++) {
        bare.add(await turnOf(1, (lane, n) => bareCommit(clients[lane]!, lane, n)));
        const appender = appenderOn(pool);
        appends.add(await turnOf(CALLERS, (lane, n) => appender.append([event(`INC-${round}-${turn}-${lane}`, n)])));
        await appender.close();
        bare64.add(await turnOf(CALLERS, (lane, n) => bareCommit(clients[lane]!, lane, n)));
      }
      rates.push(appends.rateTo(bare));
      p99s.push(appends.p99To(bare64));
      console.log(
        `round ${round}: bare ${bare.perSecond.toFixed(0)}/s; ${CALLERS} callers ${appends.perSecond.toFixed(0)}/s, p99 ` +
          `${appends.p99Ms.toFixed(2)} ms; bare by ${CALLERS} connections ${bare64.perSecond.toFixed(0)}/s, p99 ${bare64.p99Ms.toFixed(2)} ms`,
      );
    }
  } finally {
    await pool.end();
    for (const client of clients) await client.end();
    await postgres.stop();
    rmSync(dir, { recursive: true, force: true });
  }
  return [
    medianRow(`appends by ${CALLERS} callers ÷ bare one-row commits, rows a second`, rates, { least: 5 }),
    medianRow(`append p99 at ${CALLERS} callers ÷ p99 of bare commits by ${CALLERS} connections`, p99s, { most: 3 }),
  ];
}
