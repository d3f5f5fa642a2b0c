// The list of patch tasks in Postgres: one check at a time, nothing told twice, nothing later taken away.
import type pg from 'pg';
import { keepAdvisories, receivedAdvisories } from '../../detection/dependencies/store/advisories';
import {
  changePatchRows,
  donePatchActions,
  pendingPatchActions,
  settlePatchTask,
} from '../../detection/dependencies/store/patch-rows';
import type { PatchRow } from '../../domain/patch/patch-row';
import type { PatchFinding } from '../../domain/patch/state';
import { createPool } from '../../postgres/pool';
import { afterFile, createTestDatabase } from '../setup/helpers';

const AT = '2026-04-01T02:00:00.000Z';
const finding: PatchFinding = {
  key: '0123456789abcdef',
  inventory: 'web',
  ecosystem: 'npm',
  package: 'minimist',
  versions: ['1.2.5'],
  advisory: 'GHSA-xvch-5gv4-984h',
  aliases: ['CVE-2021-44906'],
  summary: '',
  severity: 'critical',
  malicious: false,
  fixedIn: ['1.2.6'],
  dev: false,
};
const row: PatchRow = {
  finding,
  round: 1,
  foundAt: AT,
  task: true,
  pending: { do: 'tell', checked: { outcome: 'found', finding } },
};

let pool: pg.Pool;
beforeEach(async () => {
  const own = createPool((await createTestDatabase()).url);
  afterFile(() => own.end());
  pool = own;
});

async function all(): Promise<PatchRow[]> {
  let rows: PatchRow[] = [];
  await changePatchRows(pool, async (known) => {
    rows = known;
    return [];
  });
  return rows;
}

test('what was written is read as it was; what was told is told no more', async () => {
  await changePatchRows(pool, async () => [row]);
  expect(await all()).toEqual([row]);
  const [action] = await pendingPatchActions(pool, 10);
  expect(action).toEqual({ caseId: 'PATCH-0123456789ab', key: finding.key, revision: 1, what: row.pending });
  await donePatchActions(pool, [{ key: finding.key, revision: 1, settled: false }]);
  expect(await pendingPatchActions(pool, 10)).toEqual([]);
  expect((await all())[0]!.settledAt).toBeUndefined();
});

test('an answer to an earlier state takes no later one away; only a task of the same round is settled', async () => {
  await changePatchRows(pool, async () => [row]);
  await changePatchRows(pool, async () => [{ ...row, round: 2 }]);
  await donePatchActions(pool, [{ key: finding.key, revision: 1, settled: true }]);
  await settlePatchTask(pool, finding.key, 1);
  expect(await pendingPatchActions(pool, 10)).toEqual([
    expect.objectContaining({ caseId: 'PATCH-0123456789ab-2', revision: 2 }),
  ]);
  await settlePatchTask(pool, finding.key, 2);
  expect((await all())[0]!.settledAt).toBeDefined();
});

test('twenty checks at once: each sees what the one before it wrote; one that fails changes nothing', async () => {
  const checks = Array.from({ length: 20 }, () =>
    changePatchRows(pool, async ([known]) => [{ ...row, round: (known?.round ?? 0) + 1 }]),
  );
  await Promise.all(checks);
  expect((await all())[0]!.round).toBe(20);
  await expect(changePatchRows(pool, async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect((await all())[0]!.round).toBe(20);
});

test('advisories that were received: the newest version of each is kept', async () => {
  const record = { id: 'X-1', modified: AT, summary: 'a NUL \u0000 and half a pair \ud800' };
  const older = { id: 'X-1', modified: '2025-01-01T00:00:00.000Z' };
  expect(await keepAdvisories(pool, [older, record, older])).toBe(1);
  expect(await keepAdvisories(pool, [older])).toBe(0);
  expect(await keepAdvisories(pool, [])).toBe(0);
  expect(await receivedAdvisories(pool)).toEqual([{ id: 'X-1', record }]);

  // One that says it was modified in the future stays until a real one comes, and replaces none.
  const late = (id: string) => ({ ...record, id, modified: '2099-01-01T00:00:00.000Z' });
  expect(await keepAdvisories(pool, [late('X-1')])).toBe(0);
  expect(await keepAdvisories(pool, [late('X-2')])).toBe(1);
  const real = { ...record, id: 'X-2' };
  expect(await keepAdvisories(pool, [late('X-2'), real, late('X-2')])).toBe(1);
  expect((await receivedAdvisories(pool)).map((each) => each.record)).toEqual([record, real]);
});
