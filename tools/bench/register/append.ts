/**
 * The register's appender against bare one-row commits into the same kind of table, on one Postgres with durable commits,
 * interleaved. Bars: a single append p50 ≤ 1.25 × a bare commit; 64 concurrent callers ≥ 5 ×, 512 callers ≥ 7 × the rows a
 * second of the bare one-row loop; all guards on ≥ 0.8 × of off.
 */
import { fdatasyncSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { freePort } from '../../../platform/free-port';
import { temporaryDir } from '../../../platform/temporary-dir';
import { migrate } from '../../../postgres/migrate';
import { createPool } from '../../../postgres/pool';
import { startPostgres } from '../../../stack/postgres';
import { appenderOn } from './appends';
import { event } from './event';
import { median, medianRow, type Row } from './rows';
import { type Turn, Turns, WARM_MS } from './turns';
import { writtenAlone } from './written-alone';

const ROUNDS = 5;
/** Each round goes through all kinds of loop so many times: a machine that is shared may be half as fast a few seconds later. */
const TURNS = 8;
const TURN_MS = 500;
/** What a statement writes for 512 callers: half of them, while the other half is planned. */
const ALONE_ROWS = 256;

/** Microseconds that the disk takes to hold a written page for good, median: what a group commit shares among its rows. */
async function syncUs(dir: string): Promise<number> {
  const handle = await open(path.join(dir, 'sync'), 'w');
  const page = Buffer.alloc(8_192, 1);
  const times: number[] = [];
  for (let i = 0; i < 501; i++) {
    await handle.write(page, 0, page.length, 0);
    const startMs = performance.now();
    fdatasyncSync(handle.fd);
    times.push((performance.now() - startMs) * 1000);
  }
  await handle.close();
  return median(times);
}

/** What a row of the register holds of this event: leaf 538 bytes, hash 32, content 69, sealed 209. */
const ROW_BYTES = 848;

/** Rows of the size that the register writes, one commit each, on one connection. */
async function bareLoop(client: pg.Client, forMs: number): Promise<Turn> {
  const bytes = Buffer.alloc(ROW_BYTES, 120);
  const times: number[] = [];
  const fromMs = performance.now() + WARM_MS;
  for (let seq = 1; performance.now() < fromMs + forMs; seq++) {
    const startMs = performance.now();
    await client.query({
      name: 'bare',
      text: 'INSERT INTO bare (incident_id, seq, kind, at, bytes) VALUES ($1, $2, $3, $4, $5)',
      values: ['INC-BARE', seq, 'measure-recorded', '2026-04-01T03:00:00.000Z', bytes],
    });
    if (startMs >= fromMs) times.push(performance.now() - startMs);
  }
  return { times, rows: times.length, forMs: performance.now() - fromMs };
}

/** `callers` that each append one event after the other to an incident of their own. */
async function appends(pool: pg.Pool, callers: number, forMs: number, run: string): Promise<Turn> {
  const appender = appenderOn(pool);
  const times: number[] = [];
  const fromMs = performance.now() + WARM_MS;
  await Promise.all(
    Array.from({ length: callers }, async (_, caller) => {
      for (let seq = 1; performance.now() < fromMs + forMs; seq++) {
        const startMs = performance.now();
        await appender.append([event(`INC-${run}-${caller}`, seq)]);
        if (startMs >= fromMs) times.push(performance.now() - startMs);
      }
    }),
  );
  const tookMs = performance.now() - fromMs;
  await appender.close();
  return { times, rows: times.length, forMs: tookMs };
}

/** Five rounds; a row for each bar. */
export async function benchAppend(): Promise<Row[]> {
  const dir = temporaryDir('bench');
  const postgres = await startPostgres({ dir: path.join(dir, 'postgres'), port: await freePort(), env: {} });
  const admin = new pg.Client(postgres.url);
  await admin.connect();
  await migrate(postgres.url);
  await admin.query(
    'CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, incident_id text, seq integer, kind text, at timestamptz, bytes bytea)',
  );
  const pool = createPool(postgres.url);
  const { rows: checks } = await admin.query<{ conname: string; definition: string; of: string }>(
    `SELECT conname, pg_get_constraintdef(oid) AS definition,
            CASE WHEN contypid = 0 THEN 'TABLE ' || conrelid::regclass ELSE 'DOMAIN ' || contypid::regtype END AS of
       FROM pg_constraint
      WHERE contype = 'c' AND (conrelid = $1::regclass OR contypid IN (SELECT atttypid FROM pg_attribute WHERE attrelid = $1::regclass))`,
    ['tocsin.register_entries'],
  );
  if (checks.length === 0) throw new Error('no constraints to switch off were found');
  const guards = async (on: boolean) => {
    await admin.query(
      `ALTER TABLE tocsin.register_entries ${on ? 'ENABLE ALWAYS' : 'DISABLE'} TRIGGER register_entries_append_only`,
    );
    for (const { conname, definition, of } of checks) {
      await admin.query(
        `ALTER ${of} ${on ? `ADD CONSTRAINT ${conname} ${definition} NOT VALID` : `DROP CONSTRAINT ${conname}`}`,
      );
    }
  };
  const ratios: Record<string, number[]> = { single: [], of64: [], of512: [], guards: [] };
  const alone: Record<string, number[]> = { one: [], many: [] };
  try {
    console.log(`the disk forces a page in ${(await syncUs(dir)).toFixed(0)} µs`);
    for (let round = 1; round <= ROUNDS; round++) {
      const [bare, single, of64, of512] = [new Turns(), new Turns(), new Turns(), new Turns()];
      const [aloneOne, aloneMany, unguarded, guarded] = [new Turns(), new Turns(), new Turns(), new Turns()];
      for (let turn = 1; turn <= TURNS; turn++) {
        const run = `${round}-${turn}`;
        bare.add(await bareLoop(admin, TURN_MS));
        single.add(await appends(pool, 1, TURN_MS, `1-${run}`));
        of512.add(await appends(pool, 512, TURN_MS, `512-${run}`));
        of64.add(await appends(pool, 64, TURN_MS, `64-${run}`));
        aloneOne.add(await writtenAlone(admin, 1, TURN_MS, `a1-${run}`));
        aloneMany.add(await writtenAlone(admin, ALONE_ROWS, TURN_MS, `a-${run}`));
        await guards(false);
        unguarded.add(await appends(pool, 64, TURN_MS, `off-${run}`));
        await guards(true);
        guarded.add(await appends(pool, 64, TURN_MS, `on-${run}`));
      }
      ratios.single!.push(single.p50To(bare));
      ratios.of64!.push(of64.rateTo(bare));
      ratios.of512!.push(of512.rateTo(bare));
      alone.one!.push(aloneOne.p50To(bare));
      alone.many!.push(aloneMany.rateTo(bare));
      ratios.guards!.push(guarded.rateTo(unguarded));
      console.log(
        `round ${round}: bare ${bare.perSecond.toFixed(0)}/s p50 ${bare.p50Ms.toFixed(2)} ms; append p50 ${single.p50Ms.toFixed(2)} ms; ` +
          `64 callers ${of64.perSecond.toFixed(0)}/s, 512 callers ${of512.perSecond.toFixed(0)}/s; ` +
          `planned beforehand one p50 ${aloneOne.p50Ms.toFixed(2)} ms, ${ALONE_ROWS} rows ${aloneMany.perSecond.toFixed(0)}/s; ` +
          `guards off ${unguarded.perSecond.toFixed(0)}/s, on ${guarded.perSecond.toFixed(0)}/s`,
      );
    }
  } finally {
    await pool.end();
    await admin.end();
    await postgres.stop();
    rmSync(dir, { recursive: true, force: true });
  }
  console.log(
    `of that Postgres and its driver, rows planned beforehand: a single one ${median(alone.one!).toFixed(2)} × the bare commit, ` +
      `${ALONE_ROWS} a statement ${median(alone.many!).toFixed(2)} × the bare loop`,
  );
  return [
    medianRow('single append p50 ÷ bare commit', ratios.single!, { most: 1.25 }),
    medianRow('64 callers ÷ bare loop', ratios.of64!, { least: 5 }),
    medianRow('512 callers ÷ bare loop', ratios.of512!, { least: 7 }),
    medianRow('guards on ÷ off', ratios.guards!, { least: 0.8 }),
  ];
}
