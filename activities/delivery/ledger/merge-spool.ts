import type { PostgresLedger } from './postgres-ledger';
import { SpoolLedger } from './spool-ledger';

/**
 * Brings what was spooled while Postgres could not be reached into Postgres, then removes the spool's files.
 *
 * Idempotent: a crash between the two repeats the merge, which then changes nothing. `merged` counts rows written.
 * A `sent` in the spool wins over everything in Postgres but `sent`.
 */
export async function mergeSpool(spoolDir: string, postgres: PostgresLedger): Promise<{ merged: number }> {
  let merged = 0;
  for (const journal of await new SpoolLedger(spoolDir).journals()) {
    merged += await journal.exclusive(async () => {
      const state = await journal.load();
      // First of all: what comes in of a stopped round must not go out from there.
      for (const round of state?.stopped ?? []) await postgres.stop({ ...state!.key, round });
      const written = state === undefined ? 0 : await postgres.merge(state.key, [...state.byRef.values()]);
      await journal.remove();
      return written;
    });
  }
  return { merged };
}
