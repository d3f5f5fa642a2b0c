/**
 * What a check changes: which findings are new, which patch tasks are opened or told something. Pure; `rows` is what is
 * known of earlier checks, and the same check planned twice changes nothing the second time.
 */

import type { Instant } from '../../domain/kernel/time';
import type { DependencyPolicy, Finding } from '../../domain/patch/dependencies';
import type { PatchRow } from '../../domain/patch/patch-row';
import type { Recheck } from '../../domain/patch/patch-task';
import type { PatchFinding, PatchPlan } from '../../domain/patch/state';
import { patchFinding, sameVulnerability } from './check';

/** What a check knows, as `DependencyCheck` does. */
export interface Checked {
  at: Instant;
  findings: Finding[];
  asRated(before: PatchFinding, now: PatchFinding): PatchFinding;
  standingOf(finding: PatchFinding): Recheck;
}

export interface Planned {
  /** Rows that are new or differ. */
  changed: PatchRow[];
  /** Findings that were not known, or have come back: each is one detection. */
  fresh: PatchRow[];
}

export function planTasks(rows: PatchRow[], check: Checked, policy: DependencyPolicy): Planned {
  const changed: PatchRow[] = [];
  const fresh: PatchRow[] = [];
  const open = rows.filter(({ settledAt }) => settledAt === undefined);
  const met = new Set<PatchRow>();
  for (const found of check.findings) {
    const finding = patchFinding(found);
    const row = open.find((each) => !met.has(each) && sameVulnerability(each.finding, finding));
    if (row) {
      met.add(row);
      // The key stays, whichever of its ids people prefer by now.
      const next = goesOn(row, { ...check.asRated(row.finding, finding), key: row.finding.key }, check, policy);
      if (next) changed.push(next);
      continue;
    }
    const before = rows.find((each) => each.finding.key === finding.key);
    const begun = begin(finding, (before?.round ?? 0) + 1, check.at, policy);
    changed.push(begun);
    fresh.push(begun);
  }
  for (const row of open) {
    if (met.has(row)) continue;
    const standing = check.standingOf(row.finding);
    if (standing.outcome === 'found' || standing.outcome === 'unknown' || standing.outcome === 'unlisted') continue;
    if (!row.task) changed.push({ ...row, pending: undefined, settledAt: check.at });
    else if (!sameMessage(row.pending, standing)) changed.push({ ...row, pending: { do: 'tell', checked: standing } });
  }
  return { changed, fresh };
}

function begin(finding: PatchFinding, round: number, at: Instant, policy: DependencyPolicy): PatchRow {
  const task = wantsTask(finding, policy);
  const row: PatchRow = { finding, round, foundAt: at, task };
  return task ? { ...row, pending: { do: 'open', input: { finding, plan: planOf(policy), foundAt: at } } } : row;
}

function goesOn(row: PatchRow, finding: PatchFinding, check: Checked, policy: DependencyPolicy): PatchRow | undefined {
  const same = JSON.stringify(sorted(row.finding)) === JSON.stringify(sorted(finding));
  // It was to be told that all is well, and has not been: that is no longer so.
  const takenBack = row.pending?.do === 'tell' && row.pending.checked.outcome !== 'found';
  const wanted = row.task || wantsTask(finding, policy);
  if (same && !takenBack && wanted === row.task) return undefined;
  const unopened = row.pending?.do === 'open' || (wanted && !row.task);
  const pending: PatchRow['pending'] = !wanted
    ? undefined
    : unopened
      ? { do: 'open', input: { finding, plan: planOf(policy), foundAt: row.task ? row.foundAt : check.at } }
      : { do: 'tell', checked: { outcome: 'found', finding } };
  return { ...row, finding, task: wanted, pending };
}

function wantsTask({ severity, dev }: PatchFinding, policy: DependencyPolicy): boolean {
  return policy.deadlines[severity] !== 'none' && (policy.includeDevelopment || !dev);
}

function planOf({ includeDevelopment: _of, ...plan }: DependencyPolicy): PatchPlan {
  return plan;
}

function sameMessage(pending: PatchRow['pending'], standing: Recheck): boolean {
  return pending?.do === 'tell' && pending.checked.outcome === standing.outcome;
}

/** Key order does not count: rows come back from the database in its own order. */
function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
