import type { Pool } from 'pg';
import { toInstant } from '../../../domain/kernel/time';
import { caseIdOf, type PatchAction, type PatchRow } from '../../../domain/patch/patch-row';
import type { PatchFinding } from '../../../domain/patch/state';
import { inTransaction } from '../../../postgres/transaction';

/** "patch" in ASCII: one check at a time changes what is known. */
const LOCK = 0x7061746368n;

interface Row {
  round: number;
  data: PatchFinding;
  found_at: Date;
  task: boolean;
  pending: PatchAction['what'] | null;
  revision: number;
  settled_at: Date | null;
}

/**
 * Reads all that is known, has `decide` say what changes, and writes that in the same transaction. Nobody else changes it
 * meanwhile. When `decide` throws, nothing is changed.
 */
export async function changePatchRows(pool: Pool, decide: (rows: PatchRow[]) => Promise<PatchRow[]>): Promise<void> {
  await inTransaction(
    pool,
    async (client) => {
      const { rows } = await client.query<Row>(
        'SELECT round, data, found_at, task, pending, revision, settled_at FROM tocsin.patch_tasks ORDER BY finding',
      );
      for (const row of await decide(rows.map(patchRow))) {
        await client.query(
          `INSERT INTO tocsin.patch_tasks (finding, round, data, found_at, task, pending, settled_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7)
           ON CONFLICT (finding) DO UPDATE SET round = $2, data = $3, found_at = $4, task = $5, pending = $6,
             settled_at = $7, revision = patch_tasks.revision + 1`,
          [
            row.finding.key,
            row.round,
            JSON.stringify(row.finding),
            row.foundAt,
            row.task,
            row.pending ? JSON.stringify(row.pending) : null,
            row.settledAt ?? null,
          ],
        );
      }
    },
    LOCK,
  );
}

/** What workflows are still to be told, at most `limit` of it. */
export async function pendingPatchActions(pool: Pool, limit: number): Promise<PatchAction[]> {
  const { rows } = await pool.query<Row>(
    `SELECT round, data, found_at, task, pending, revision, settled_at FROM tocsin.patch_tasks
      WHERE pending IS NOT NULL ORDER BY finding LIMIT $1`,
    [limit],
  );
  return rows.map((row) => ({
    caseId: caseIdOf(patchRow(row)),
    key: row.data.key,
    revision: row.revision,
    what: row.pending!,
  }));
}

/** Takes away what was told. What a later check has changed meanwhile stays to be told. */
export async function donePatchActions(
  pool: Pool,
  done: Array<{ key: string; revision: number; settled: boolean }>,
): Promise<void> {
  await pool.query(
    `UPDATE tocsin.patch_tasks t
        SET pending = NULL, settled_at = CASE WHEN d.settled THEN now() ELSE t.settled_at END
       FROM unnest($1::text[], $2::integer[], $3::boolean[]) AS d (finding, revision, settled)
      WHERE t.finding = d.finding AND t.revision = d.revision`,
    [done.map(({ key }) => key), done.map(({ revision }) => revision), done.map(({ settled }) => settled)],
  );
}

/** A task's workflow is over: the next time it is found, it is another task. */
export async function settlePatchTask(pool: Pool, key: string, round: number): Promise<void> {
  await pool.query(
    `UPDATE tocsin.patch_tasks SET settled_at = now(), pending = NULL, revision = revision + 1
      WHERE finding = $1 AND round = $2 AND settled_at IS NULL`,
    [key, round],
  );
}

function patchRow({ round, data, found_at, task, pending, settled_at }: Row): PatchRow {
  return {
    finding: data,
    round,
    foundAt: toInstant(found_at.getTime()),
    task,
    ...(pending && { pending }),
    ...(settled_at && { settledAt: toInstant(settled_at.getTime()) }),
  };
}
