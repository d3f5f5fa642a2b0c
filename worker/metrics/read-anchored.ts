/** How far each anchor keeps the register, as Postgres remembers it. */

import { allEnded } from '../../platform/all-ended';
import { keptSize, readAnchored } from '../../register/log/anchored';
import type { Queryable } from '../../register/read-entries';

export interface AnchorFigures {
  anchor: string;
  /** In the last checkpoint that it keeps; 0 before the first, and where nothing that is remembered can be believed. */
  entries: number;
  /** For how long the oldest entry that it does not keep has waited, by the clock of Postgres; 0 where it keeps all. */
  waitingSeconds: number;
}

/** Of each anchor that the worker that signs has, and of each of these `configured` ones. Throws while Postgres is away. */
export async function anchorFigures(pool: Queryable, configured: readonly string[]): Promise<AnchorFigures[]> {
  const { anchors } = await readAnchored(pool);
  const names = new Set([...configured, ...anchors.map(({ name }) => name)]);
  return allEnded(
    [...names].map(async (anchor) => {
      const entries = keptSize(anchors.find(({ name }) => name === anchor) ?? {});
      const { rows } = await pool.query<{ seconds: string }>(
        `SELECT extract(epoch FROM clock_timestamp() - appended_at) AS seconds
           FROM tocsin.register_entries WHERE position = $1`,
        [entries + 1],
      );
      return { anchor, entries, waitingSeconds: Math.max(0, Number(rows[0]?.seconds ?? 0)) };
    }),
  );
}
