/** An audience beside the ledger, while the directory is slow: no connection of the ledger is taken, or killed, meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { PostgresLedger } from '../../activities/delivery/ledger/postgres-ledger';
import type { AudienceRow, AudienceRows } from '../../activities/directory/directory-port';
import { createPool } from '../../postgres/pool';
import { afterFile, createTestDatabase } from '../setup/helpers';
import { until } from '../setup/until';

const row = (n: number): AudienceRow => ({ ref: `person:${n}`, address: `p${n}@example.com`, language: 'en' });
const key = { incidentId: 'inc-1', obligationId: 'notice' };

function audienceOf(pages: AsyncIterable<AudienceRow[]>): AudienceRows {
  return { of: 'people', pages, unknown: () => [] };
}

async function refsBeside(ledger: PostgresLedger, audience: AudienceRows): Promise<string[]> {
  const refs: string[] = [];
  await ledger.beside(key, audience, false, async (some) => {
    refs.push(...some.map(({ base }) => base));
  });
  return refs;
}

let url: string;
beforeAll(async () => {
  url = (await createTestDatabase()).url;
});

test('pages that come slower than Postgres lets a transaction be idle end no session', async () => {
  const pool = new pg.Pool({ connectionString: url, max: 2, idle_in_transaction_session_timeout: 300 });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  afterFile(() => pool.end());
  async function* slow() {
    for (let n = 1; n <= 2; n++) {
      await sleep(800);
      yield [row(n)];
    }
  }
  expect(await refsBeside(new PostgresLedger(pool), audienceOf(slow()))).toEqual(['person:1', 'person:2']);
});

test('however many audiences wait for the directory, two are begun, and the pool stays free; each is ended', async () => {
  const pool = createPool(url);
  afterFile(() => pool.end());
  const ledger = new PostgresLedger(pool);
  const begun: number[] = [];
  const ended: number[] = [];
  let open = () => {};
  const answers = new Promise<void>((resolve) => {
    open = resolve;
  });
  async function* waiting(n: number) {
    begun.push(n);
    try {
      await answers;
      yield [row(n)];
    } finally {
      ended.push(n);
    }
  }
  const all = Array.from({ length: 12 }, (_, n) => refsBeside(ledger, audienceOf(waiting(n))));
  await until('two audiences begun', () => begun.length === 2);
  await sleep(100);
  expect(begun).toEqual([0, 1]);
  expect(pool.totalCount).toBe(0);
  open();
  expect(await Promise.all(all)).toEqual(Array.from({ length: 12 }, (_, n) => [`person:${n}`]));
  expect([...ended].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
});

test('a directory that was begun is ended when Postgres is away', async () => {
  const pool = createPool('postgres://nobody@127.0.0.1:1/none');
  afterFile(() => pool.end());
  let ended = false;
  async function* pages() {
    try {
      yield [row(1)];
    } finally {
      ended = true;
    }
  }
  await expect(refsBeside(new PostgresLedger(pool), audienceOf(pages()))).rejects.toThrow();
  expect(ended).toBe(true);
});
