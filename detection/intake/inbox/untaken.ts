/** What sources sent and nobody here could take: counted by kind, the last of each kept, so that none is dropped unseen. */
import type { Pool } from 'pg';
import { SharedWrites } from '../../shared-writes';
import type { Untaken } from '../sources/adapter';
import { lineOf, sampleText } from '../sources/without-secrets';
import { asLeftOut } from './left-out';

/** Kinds of one source; what comes in further ones is counted together, as `other kinds`. */
const MOST_KINDS = 200;
const MOST_ROWS = 200;
const MOST_WAITING = 20_000;
const LONGEST_KIND = 120;

/** One kind of one source, as `tocsin intake unknown` shows it. */
export interface UntakenCount {
  source: string;
  kind: string;
  count: number;
  firstAt: string;
  lastAt: string;
  /** Why the last one was refused, or what was `left out` of it; missing for a kind that nothing is known about. */
  problem?: string;
  /** The last one, without mail addresses and secrets. */
  sample?: unknown;
}

interface Row {
  source: string;
  kind: string;
  problem: string | null;
  sample: string | null;
}

function problemText(problems: Untaken['problems'], of: Untaken['of']): string {
  const text = problems.map(({ field, problem }) => `${field} ${problem}`).join('; ');
  return of === undefined ? text : asLeftOut(text);
}

/** Counts them, in statements that requests share. `onNewKind` is told of each kind that had not come before. */
export class UntakenCounts {
  private readonly writes = new SharedWrites<Row, undefined>({
    mostItems: MOST_ROWS,
    mostWaiting: MOST_WAITING,
    writers: 1,
    busy: () => new Error('too many requests wait to be counted'),
    write: (callers) => this.write(callers),
  });

  constructor(
    private readonly pool: Pool,
    private readonly onNewKind: (source: string, kind: string) => void = () => undefined,
  ) {}

  /** Resolves when they are counted for good. */
  async keep(source: string, items: readonly Untaken[]): Promise<void> {
    await this.writes.add(
      items.map(({ kind, problems, value, of }) => ({
        source,
        kind: lineOf(kind.trim(), LONGEST_KIND).trim() || 'without a name',
        problem: problems.length > 0 ? problemText(problems, of).slice(0, 500) : null,
        sample: sampleText(value) ?? null,
      })),
    );
  }

  private async write(callers: Row[][]): Promise<undefined[]> {
    const rows = callers.flat();
    const column = (name: keyof Row) => rows.map((row) => row[name]);
    const { rows: kept } = await this.pool.query<{ source: string; kind: string; is_new: boolean }>(KEEP, [
      column('source'),
      column('kind'),
      column('problem'),
      column('sample'),
      MOST_KINDS,
    ]);
    for (const { source, kind, is_new } of kept) if (is_new) this.onNewKind(source, kind);
    return callers.map(() => undefined);
  }
}

/** All of them, the last first. */
export async function listUntaken(pool: Pool): Promise<UntakenCount[]> {
  const { rows } = await pool.query(LIST);
  return rows.map(({ source, kind, count, first_at, last_at, problem, sample }) => ({
    source,
    kind,
    count: Number(count),
    firstAt: first_at.toISOString(),
    lastAt: last_at.toISOString(),
    ...(problem !== null && { problem }),
    ...(sample !== null && { sample: JSON.parse(sample) as unknown }),
  }));
}

/** Removes kinds that have not come for so many days. */
export async function pruneUntaken(pool: Pool, days: number): Promise<void> {
  await pool.query(`DELETE FROM tocsin.intake_untaken WHERE last_at < now() - make_interval(days => $1)`, [days]);
}

// xmax is 0 in a row that was inserted, and not changed, by this statement.
const KEEP = `
  WITH given AS (
    SELECT source, kind, problem, sample FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
           AS given (source, kind, problem, sample)
  ), named AS (
    SELECT source, problem, sample,
           CASE WHEN EXISTS (SELECT FROM tocsin.intake_untaken u WHERE u.source = given.source AND u.kind = given.kind)
                  OR (SELECT count(*) FROM tocsin.intake_untaken u WHERE u.source = given.source) < $5
                THEN kind ELSE 'other kinds' END AS kind
      FROM given
  )
  INSERT INTO tocsin.intake_untaken AS known (source, kind, count, problem, sample)
  SELECT source, kind, count(*), (array_agg(problem))[count(*)], (array_agg(sample))[count(*)]
    FROM named GROUP BY source, kind ORDER BY source, kind
  ON CONFLICT (source, kind) DO UPDATE
     SET count = known.count + excluded.count, last_at = now(), problem = excluded.problem, sample = excluded.sample
  RETURNING source, kind, xmax = 0 AS is_new`;

const LIST = `
  SELECT source, kind, count, first_at, last_at, problem, sample FROM tocsin.intake_untaken
   ORDER BY last_at DESC, source, kind LIMIT 1000`;
