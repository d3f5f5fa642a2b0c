/** What a check remembers of each vulnerability of a package, and what it has the task's workflow do. */

import type { Instant } from '../kernel/time';
import type { Checked } from './messages';
import type { PatchFinding, PatchTaskInput } from './state';

/** What a check has the workflow of a task do. `revision`: which state of the finding it was planned for. */
export interface PatchAction {
  caseId: string;
  key: string;
  revision: number;
  what: { do: 'open'; input: PatchTaskInput } | { do: 'tell'; checked: Checked };
}

/** One vulnerability of one package in one inventory, as it was last seen. */
export interface PatchRow {
  finding: PatchFinding;
  /** 1 at first; higher when it came back after it was settled. */
  round: number;
  foundAt: Instant;
  /** False where the policy wants no task. */
  task: boolean;
  settledAt?: Instant;
  /** What the task's workflow is to be told. Taken away when that was done. */
  pending?: PatchAction['what'];
}

/** `PATCH-` and 12 hex digits of the finding; a later round has its number behind. */
export function caseIdOf({ finding, round }: Pick<PatchRow, 'finding' | 'round'>): string {
  return `PATCH-${finding.key.slice(0, 12)}${round > 1 ? `-${round}` : ''}`;
}

/** The round in a task's id. */
export function roundOf(caseId: string): number {
  return Number(/^PATCH-[0-9a-f]+-(\d+)$/.exec(caseId)?.[1] ?? 1);
}
