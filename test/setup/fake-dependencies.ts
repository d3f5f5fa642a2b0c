/** What is installed and what is known to be vulnerable, in memory: the real check over inventories that a test sets. */

import { DependencyCheck } from '../../detection/dependencies/check';
import type { DependencyPort, PatchTaskStore } from '../../detection/dependencies/dependency-activities';
import { parseInventory } from '../../detection/dependencies/inventory';
import { InventoryError } from '../../detection/dependencies/inventory-error';
import { toInstant } from '../../domain/kernel/time';
import type { DependencyPolicy } from '../../domain/patch/dependencies';
import { caseIdOf, type PatchRow } from '../../domain/patch/patch-row';
import { loadDependencyPolicy } from '../../policy/load-dependencies';

/** The store in memory: as atomic and as conditional as the one in Postgres. */
export class FakePatchTasks implements PatchTaskStore {
  readonly rows = new Map<string, { row: PatchRow; revision: number }>();

  async change(decide: (rows: PatchRow[]) => Promise<PatchRow[]>): Promise<void> {
    for (const row of await decide([...this.rows.values()].map((each) => each.row))) {
      const revision = (this.rows.get(row.finding.key)?.revision ?? 0) + 1;
      this.rows.set(row.finding.key, { row: JSON.parse(JSON.stringify(row)), revision });
    }
  }

  async pending(limit: number) {
    return [...this.rows.values()]
      .flatMap(({ row, revision }) =>
        row.pending ? [{ caseId: caseIdOf(row), key: row.finding.key, revision, what: row.pending }] : [],
      )
      .slice(0, limit);
  }

  async done(done: Array<{ key: string; revision: number; settled: boolean }>) {
    for (const { key, revision, settled } of done) {
      const known = this.rows.get(key);
      if (known?.revision !== revision) continue;
      known.row = { ...known.row, pending: undefined, ...(settled ? { settledAt: known.row.foundAt } : {}) };
    }
  }

  async settle(key: string, round: number) {
    const known = this.rows.get(key);
    if (known?.row.round !== round) return;
    known.row = { ...known.row, pending: undefined, settledAt: known.row.foundAt };
    known.revision++;
  }
}

export class FakeDependencies implements DependencyPort {
  readonly tasks = new FakePatchTasks();
  /** Lock files and SBOMs by name; `undefined`: it cannot be read. */
  readonly inventories = new Map<string, object | undefined>();
  /** OSV records. */
  records: object[] = [];
  policyInForce: DependencyPolicy = loadDependencyPolicy();

  constructor(private readonly now: () => Promise<number> | number) {}

  policy(): DependencyPolicy {
    return this.policyInForce;
  }

  /** Sets what npm's lock file of an inventory installs: versions by package. */
  install(inventory: string, packages: Record<string, string>): void {
    const entries = Object.entries(packages).map(([name, version]) => [`node_modules/${name}`, { version }] as const);
    this.inventories.set(inventory, { lockfileVersion: 3, packages: { '': {}, ...Object.fromEntries(entries) } });
  }

  async check(): Promise<DependencyCheck> {
    const check = new DependencyCheck(toInstant(await this.now()));
    for (const [name, content] of this.inventories) {
      check.addInventory(() => {
        if (content === undefined) throw new InventoryError(`inventory ${name}: it does not exist`);
        return { ...parseInventory(JSON.stringify(content)), name };
      });
    }
    for (const record of this.records) check.addRecord(record, 'a test');
    return check.conclude();
  }
}
