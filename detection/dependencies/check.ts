/** A check of inventories against advisories: what is vulnerable, what nobody can say, what could not be read. */

import { problemsOf } from '../../domain/kernel/problems';
import { type Instant, InstantSchema, notAfter } from '../../domain/kernel/time';
import { type Advisory, AdvisorySchema, RATINGS } from '../../domain/patch/advisory';
import {
  type CheckSummary,
  type Component,
  type Excused,
  excuseText,
  type Finding,
  type Inventory,
  moreSevere,
  type Undecided,
} from '../../domain/patch/dependencies';
import type { Recheck } from '../../domain/patch/patch-task';
import type { PatchFinding } from '../../domain/patch/state';
import { asObject, cut, own } from './component-list';
import { Exploitation } from './exploitation';
import { InventoryError } from './inventory-error';
import { byVulnerability, judge, type Vulnerability } from './match';
import { packageKey } from './package-key';
import { installedInstead, whyNotGone } from './standing';
import { VexStatements } from './vex';

const PROBLEMS_KEPT = 50;
/** Ids of records that are withdrawn or broken. */
const MOST_KEPT = 200_000;

export class DependencyCheck {
  readonly findings: Finding[] = [];
  readonly undecided: Undecided[] = [];
  readonly excused: Excused[] = [];
  /** What is known beside the advisories; to be filled before the check concludes. */
  readonly vex: VexStatements;
  readonly exploitation = new Exploitation();
  /** Sources of advisories that could not be read, in whole or in part. */
  sourcesUnread = 0;
  private readonly inventories = new Map<string, Inventory>();
  /** Names that stand for several inventories. */
  private readonly ambiguous = new Set<string>();
  private readonly installed = new Map<string, Array<{ inventory: Inventory; component: Component }>>();
  /** Newest record by id, of those that name an installed package. */
  private readonly records = new Map<string, Advisory>();
  private readonly withdrawn = new Set<string>();
  /** Ids of records that cannot be read. */
  private readonly broken = new Set<string>();
  private vulnerabilities = new Map<string, Vulnerability[]>();
  private readonly problems: string[] = [];
  private unreadable = 0;
  private seen = 0;
  private faults = 0;

  constructor(readonly at: Instant) {
    this.vex = new VexStatements(at);
  }

  /** Adds an inventory, or says why there is none. Two of one name would be taken for each other: the later is refused. */
  addInventory(read: () => Inventory): void {
    let inventory: Inventory;
    try {
      inventory = read();
    } catch (error) {
      if (!(error instanceof InventoryError)) throw error;
      this.unreadable++;
      this.problem(error.message);
      return;
    }
    if (this.inventories.has(inventory.name)) {
      this.unreadable++;
      this.ambiguous.add(inventory.name);
      this.problem(`inventory ${inventory.name}: the name stands twice; write NAME=PATH to tell them apart`);
      return;
    }
    this.inventories.set(inventory.name, inventory);
    for (const problem of inventory.problems) this.problem(`inventory ${inventory.name}: ${problem}`);
    for (const component of inventory.components) {
      const key = packageKey(component.ecosystem, component.name);
      const users = this.installed.get(key);
      if (users) users.push({ inventory, component });
      else this.installed.set(key, [{ inventory, component }]);
    }
  }

  /** Adds a record as it was read. Only those that name an installed package are kept, so that a whole database fits. */
  addRecord(raw: unknown, where: string): void {
    const record = asObject(raw);
    const id = record && own(record, 'id');
    if (!record || typeof id !== 'string') {
      this.fault(`${where}: contains something that is not an OSV record (no "id")`);
      return;
    }
    this.seen++;
    if (this.isWithdrawn(record) && this.withdrawn.size < MOST_KEPT) this.withdrawn.add(cut(id, 100));
    const unreadable = faultOfPackages(record);
    if (unreadable === undefined && !this.concerns(record)) return;
    const parsed = AdvisorySchema.safeParse(record);
    if (unreadable !== undefined || !parsed.success) {
      const why = unreadable ?? problemsOf(parsed.error!).slice(0, 3).join('; ');
      this.fault(`${where}: ${cut(id, 100)} is not a valid OSV record: ${why}`);
      if (this.broken.size < MOST_KEPT) this.broken.add(cut(id, 100));
      return;
    }
    const { withdrawnAt, ...said } = parsed.data;
    const advisory = withdrawnAt && withdrawnAt <= this.at ? { ...said, withdrawnAt } : said;
    if (notAfter(advisory.modifiedAt, this.at) === undefined) {
      this.fault(
        `${where}: ${advisory.id} was modified in the future (${advisory.modifiedAt}): its other records count first`,
      );
    }
    const known = this.records.get(advisory.id);
    if (!known || this.isNewer(advisory, known)) this.records.set(advisory.id, advisory);
  }

  /** The later modified one; one that says it was modified in the future is newer than none. */
  private isNewer(a: Advisory, b: Advisory): boolean {
    const [left, right] = [a, b].map(({ modifiedAt }) => notAfter(modifiedAt, this.at) ?? '');
    return left! > right!;
  }

  private isWithdrawn(record: Record<string, unknown>): boolean {
    const withdrawnAt = InstantSchema.safeParse(own(record, 'withdrawn'));
    return withdrawnAt.success && withdrawnAt.data <= this.at;
  }

  /** A source that could not be read, in whole or in part. */
  problem(text: string): void {
    if (this.problems.length < PROBLEMS_KEPT) this.problems.push(text.slice(0, 500));
  }

  /** Judges all that was added. Call it once, at the end. */
  conclude(): this {
    const records = new Map<string, Advisory[]>();
    for (const record of this.records.values()) {
      for (const key of new Set(record.affected.map(({ ecosystem, name }) => packageKey(ecosystem, name)))) {
        if (!this.installed.has(key)) continue;
        const others = records.get(key);
        if (others) others.push(record);
        else records.set(key, [record]);
      }
    }
    this.vulnerabilities = new Map([...records].map(([key, list]) => [key, byVulnerability(list)]));
    for (const [key, vulnerabilities] of this.vulnerabilities) {
      const users = grouped(this.installed.get(key)!);
      for (const [inventory, uses] of users) {
        const components = uses.map(({ component }) => component);
        for (const vulnerability of vulnerabilities) {
          const { finding, undecided, excused } = judge(vulnerability, inventory, components, this);
          if (finding) this.findings.push(finding);
          this.undecided.push(...undecided);
          this.excused.push(...excused);
        }
      }
    }
    // What is exploited first; of one severity what is likeliest to be.
    const order = (a: Finding, b: Finding) =>
      Number(b.exploited ?? false) - Number(a.exploited ?? false) ||
      RATINGS.indexOf(a.severity) - RATINGS.indexOf(b.severity) ||
      (b.epss ?? 0) - (a.epss ?? 0) ||
      (a.package + a.advisory + a.inventory < b.package + b.advisory + b.inventory ? -1 : 1);
    this.findings.sort(order);
    return this;
  }

  /** How it stands with what an earlier check found. Anything that is not shown to be mended stays open. */
  standingOf(task: PatchFinding): Recheck {
    const inventory = this.inventories.get(task.inventory);
    if (!inventory) {
      if (this.unreadable > 0)
        return { outcome: 'unknown', reason: `the inventory ${task.inventory} cannot be read now` };
      // As where a worker lacks its settings: it does not show that somebody stopped checking this one.
      return this.inventories.size === 0
        ? { outcome: 'unknown', reason: 'no inventory is checked now: is TOCSIN_INVENTORIES set for this worker?' }
        : { outcome: 'unlisted', reason: `the inventory ${task.inventory} is not checked any more` };
    }
    const found = this.findings.find((finding) => sameVulnerability(finding, task));
    if (found) return { outcome: 'found', finding: this.asRated(task, patchFinding(found)) };
    const reason = this.whyUnknown(inventory, task);
    if (reason) return { outcome: 'unknown', reason };
    const key = packageKey(task.ecosystem, task.package);
    const uses = (this.installed.get(key) ?? []).filter((use) => use.inventory === inventory);
    if (uses.length === 0) {
      return { outcome: 'fixed', reason: `${task.package} is not in ${task.inventory} any more` };
    }
    const known = this.knownOf(task);
    if (known.every(({ records }) => records.every(({ withdrawnAt }) => withdrawnAt !== undefined))) {
      return { outcome: 'withdrawn', reason: `the advisory ${task.advisory} was withdrawn` };
    }
    const excuse = this.excused.find((each) => sameVulnerability(each, task));
    if (excuse) return { outcome: 'stated', reason: excuseText(excuse) };
    // A version that is not known is undecided, and so has been told.
    const versions = uses.flatMap(({ component }) => component.version ?? []);
    return { outcome: 'fixed', reason: installedInstead(versions, task.advisory, known) };
  }

  /** Why nobody can say now how a task stands whose vulnerability was not found. */
  private whyUnknown(inventory: Inventory, task: PatchFinding): string | undefined {
    const { name } = inventory;
    if (this.ambiguous.has(name)) return `several inventories are called ${name}; write NAME=PATH to tell them apart`;
    const key = packageKey(task.ecosystem, task.package);
    if (!this.installed.get(key)?.some((use) => use.inventory === inventory))
      return whyNotGone(inventory, task.package);
    if (this.sourcesUnread > 0) return 'a source of advisories cannot be read in whole now, and may say otherwise';
    const broken = [task.advisory, ...task.aliases].find((id) => this.broken.has(id));
    if (broken) return `the record ${broken} cannot be read now`;
    const isKnown = this.knownOf(task).some(({ records }) => records.some(({ id }) => id === task.advisory));
    if (!isKnown && !this.withdrawn.has(task.advisory)) {
      return `the advisory ${task.advisory} is in none of the sources now`;
    }
    const doubt = this.undecided.find((each) => sameVulnerability(each, task));
    if (doubt) return doubt.reason;
    const isExcused = this.excused.some((each) => sameVulnerability(each, task));
    return isExcused && this.vex.incomplete
      ? 'not all statements (VEX) can be read now, and one may say otherwise'
      : undefined;
  }

  /** What is known of a task's vulnerability, under whichever of its ids. */
  private knownOf(task: PatchFinding): Vulnerability[] {
    const ids = [task.advisory, ...task.aliases];
    const all = this.vulnerabilities.get(packageKey(task.ecosystem, task.package)) ?? [];
    return all.filter((each) => each.ids.some((id) => ids.includes(id)));
  }

  /** A finding as a running task goes on with it: while what may rate it worse cannot be read, it is rated no lower. */
  asRated(before: PatchFinding, now: PatchFinding): PatchFinding {
    const isUnsure = this.sourcesUnread > 0 || this.exploitation.incomplete;
    return isUnsure && moreSevere(before.severity, now.severity) ? { ...now, severity: before.severity } : now;
  }

  summary(): CheckSummary {
    const count = (rating: (typeof RATINGS)[number]) =>
      this.findings.filter(({ severity }) => severity === rating).length;
    const rest = this.faults > PROBLEMS_KEPT / 2 ? [`${this.faults} advisory records in all cannot be read`] : [];
    return {
      at: this.at,
      inventories: [...this.inventories.values()].map(({ name, components }) => ({
        name,
        components: components.length,
      })),
      advisories: this.seen,
      findings: Object.fromEntries(RATINGS.map((rating) => [rating, count(rating)])) as CheckSummary['findings'],
      undecided: this.undecided.length,
      excused: this.excused.length,
      problems: [...this.problems, ...rest],
    };
  }

  /** One broken record must not hide the others, and thousands must not flood the report. */
  private fault(text: string): void {
    if (++this.faults <= PROBLEMS_KEPT / 2) this.problem(text);
  }

  private concerns(record: Record<string, unknown>): boolean {
    const affected = own(record, 'affected');
    if (!Array.isArray(affected)) return false;
    return affected.some((each) => {
      const named = asObject(own(asObject(each) ?? {}, 'package'));
      const [ecosystem, name] = [named && own(named, 'ecosystem'), named && own(named, 'name')];
      return (
        typeof ecosystem === 'string' && typeof name === 'string' && this.installed.has(packageKey(ecosystem, name))
      );
    });
  }
}

/** What keeps the packages that a record names from being read. One that names none, as of commits only, has no fault. */
function faultOfPackages(record: Record<string, unknown>): string | undefined {
  const affected = own(record, 'affected') ?? [];
  if (!Array.isArray(affected)) return 'affected is not a list';
  const at = affected.findIndex((each) => {
    const entry = asObject(each);
    if (entry && (own(entry, 'package') ?? undefined) === undefined) return false;
    const named = asObject(own(entry ?? {}, 'package')) ?? {};
    return typeof own(named, 'ecosystem') !== 'string' || typeof own(named, 'name') !== 'string';
  });
  return at === -1 ? undefined : `affected.${at}.package: needs "ecosystem" and "name"`;
}

/** True when both are about one vulnerability of one package in one inventory, under whichever of its ids. */
export function sameVulnerability(
  a: Pick<Finding, 'inventory' | 'ecosystem' | 'package' | 'advisory' | 'aliases'>,
  b: Pick<Finding, 'inventory' | 'ecosystem' | 'package' | 'advisory' | 'aliases'>,
): boolean {
  if (a.inventory !== b.inventory || packageKey(a.ecosystem, a.package) !== packageKey(b.ecosystem, b.package))
    return false;
  const ids = new Set([a.advisory, ...a.aliases]);
  return [b.advisory, ...b.aliases].some((id) => ids.has(id));
}

/** A finding as a task carries it: bounded, without places, and without what changes every day. */
export function patchFinding(finding: Finding): PatchFinding {
  const {
    places: _places,
    score: _score,
    exploited: _exploited,
    epss: _epss,
    aliases,
    versions,
    fixedIn,
    ...rest
  } = finding;
  return { ...rest, aliases: aliases.slice(0, 50), versions: versions.slice(0, 50), fixedIn: fixedIn.slice(0, 50) };
}

function grouped<T extends { inventory: Inventory }>(uses: T[]): Map<Inventory, T[]> {
  const groups = new Map<Inventory, T[]>();
  for (const use of uses) groups.set(use.inventory, [...(groups.get(use.inventory) ?? []), use]);
  return groups;
}
