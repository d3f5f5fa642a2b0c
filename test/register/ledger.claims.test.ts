/** A claim costs the same at the end of a round as at its beginning: what is settled already is not read again. */
import pg from 'pg';
import type { DeliveryGroup } from '../../activities/delivery/ledger/ledger';
import { PostgresLedger } from '../../activities/delivery/ledger/postgres-ledger';
import { createTestDatabase } from '../setup/helpers';

const PEOPLE = 3_000;
const BATCH = 50;

test('a claim reads its own batch and what is open, however many were settled before', async () => {
  const database = await createTestDatabase();
  // One connection, which counts what it reads.
  const pool = new pg.Pool({ connectionString: database.url, max: 1 });
  const ledger = new PostgresLedger(pool);
  const group: DeliveryGroup = { incidentId: 'CLAIMS', obligationId: 'individual-notice', channel: 'email', round: 1 };
  const rowsRead = async () => {
    await pool.query('SELECT pg_stat_force_next_flush()');
    const { rows } = await pool.query<{ read: string }>(
      `SELECT seq_tup_read + idx_tup_fetch AS read FROM pg_stat_user_tables WHERE relname = 'deliveries'`,
    );
    return Number(rows[0]!.read);
  };
  try {
    await ledger.open(
      group,
      Array.from({ length: PEOPLE }, (_, n) => ({ ref: `person:${n}`, address: `p${n}@example.com`, language: 'en' })),
    );
    const costs: number[] = [];
    for (;;) {
      // As Postgres does by itself in the middle of a round: then it believes that most rows are pending.
      if (costs.length === 10) await pool.query('ANALYZE tocsin.deliveries');
      const before = await rowsRead();
      const batch = (await ledger.claimBatches(group, BATCH, new Date()))[0];
      costs.push((await rowsRead()) - before);
      if (!batch) break;
      await ledger.settleBatch(
        batch.batchKey,
        batch.recipients.map(({ ref }) => ({ ref, status: 'sent', providerMessageId: `id-${ref}` })),
      );
    }
    expect(costs).toHaveLength(PEOPLE / BATCH + 1);
    // A row of the batch is found and written, and one says the language. While the table is a few pages Postgres reads it whole.
    const late = costs.slice(PEOPLE / BATCH / 2);
    expect(Math.max(...late)).toBeLessThanOrEqual(4 * BATCH);
  } finally {
    await pool.end();
  }
});
