/** Runs a check over what is configured: inventories and sources of advisories. */
import { toInstant } from '../../domain/kernel/time';
import { readAdvisories } from './advisories';
import { DependencyCheck } from './check';
import { readExploitation } from './exploitation';
import { inventorySource, readInventory } from './inventory';
import { readVex } from './vex-documents';

export interface CheckSources {
  /** `NAME=PATH` or `PATH` of lock files and SBOMs. */
  inventories: string[];
  /** Folders, files and addresses with OSV records. */
  advisories: string[];
  /** `PATH`, or `NAME=PATH` of what is about one inventory: OpenVEX, CycloneDX. */
  vex?: string[];
  /** Files and addresses: CISA's KEV, EPSS. */
  exploitation?: string[];
  /** Folder for downloads. */
  cacheDir: string;
  /** Records that came otherwise, such as by webhook. */
  received?: () => Promise<Array<{ id: string; record: unknown }>>;
}

/** What is not configured, or cannot be read, is a problem of the check and no reason to say that all is well. */
export async function runCheck(sources: CheckSources, now: Date, beat?: () => void): Promise<DependencyCheck> {
  const check = new DependencyCheck(toInstant(now.getTime()));
  if (sources.inventories.length === 0) {
    check.problem('TOCSIN_INVENTORIES: is not set, so nothing is checked; give the paths of lock files or SBOMs');
  }
  for (const text of sources.inventories) check.addInventory(() => readInventory(inventorySource(text)));
  if (sources.advisories.length === 0 && !sources.received) {
    check.problem('TOCSIN_ADVISORIES: is not set, so nothing is known; give folders or addresses with OSV records');
  }
  for (const source of sources.vex ?? []) readVex(source, check.vex, (text) => check.problem(text));
  for (const source of sources.exploitation ?? []) {
    const problem = (text: string) => check.problem(text);
    await readExploitation(source, check.exploitation, { cacheDir: sources.cacheDir, problem, beat });
  }
  const take = (record: unknown, where: string) => check.addRecord(record, where);
  for (const source of sources.advisories) {
    const problem = (text: string) => check.problem(text);
    const whole = await readAdvisories(source, { cacheDir: sources.cacheDir, take, problem, beat });
    if (!whole) check.sourcesUnread++;
  }
  for (const { id, record } of (await sources.received?.()) ?? []) take(record, `received ${id}`);
  // Each source that is empty has told so; of those that come by webhook there may be none yet.
  if (sources.advisories.length === 0 && check.summary().advisories === 0 && sources.received) {
    check.problem('no advisory has come yet: set TOCSIN_ADVISORIES, or have a source of the format osv send some');
  }
  return check.conclude();
}
