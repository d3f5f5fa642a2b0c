/**
 * Advisories against inventories. Records of the same vulnerability (aliases) are one; of each package, inventory and
 * vulnerability there is one finding, or the reason why nobody can say.
 */
import { createHash } from 'node:crypto';
import type { Advisory, AffectedPackage, Rating } from '../../domain/patch/advisory';
import {
  type Component,
  type Excused,
  type Finding,
  type Inventory,
  moreSevere,
  type Undecided,
} from '../../domain/patch/dependencies';
import type { Exploitation } from './exploitation';
import { packageKey } from './package-key';
import { releaseOf } from './releases';
import { isMalicious, severityOf } from './severity';
import { firstFix, isOneOf, judgeVersion, sortedVersions, type Verdict } from './versions';
import type { VexStatements } from './vex';

/** All that the records of one vulnerability say about one package. */
export interface Vulnerability {
  /** The id that people use, then the others. */
  ids: string[];
  records: Advisory[];
}

/** Puts records together that name each other as aliases, directly or over others. */
export function byVulnerability(records: Advisory[]): Vulnerability[] {
  const leader = new Map<string, string>();
  const find = (id: string): string => {
    let at = id;
    for (let up = leader.get(at) ?? at; up !== at; up = leader.get(at) ?? at) at = up;
    leader.set(id, at);
    return at;
  };
  for (const { id, aliases } of records) for (const alias of aliases) leader.set(find(alias), find(id));
  const groups = new Map<string, Advisory[]>();
  for (const record of records) groups.set(find(record.id), [...(groups.get(find(record.id)) ?? []), record]);
  return [...groups.values()].map((members) => ({ ids: orderedIds(members), records: members }));
}

/** GitHub's ids first, as they carry the reviewed ranges of npm; then by the alphabet, so that the order is always the same. */
function orderedIds(records: Advisory[]): string[] {
  const own = new Set(records.map(({ id }) => id));
  const rank = (id: string) => (own.has(id) ? 0 : 2) + (id.startsWith('GHSA-') ? 0 : 1);
  const ids = [...new Set(records.flatMap(({ id, aliases }) => [id, ...aliases]))];
  return ids.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** What is known beside the advisories. */
export interface Known {
  vex: VexStatements;
  exploitation: Exploitation;
}

/** What a vulnerability means for the installed versions of its package in one inventory. */
export function judge(
  vulnerability: Vulnerability,
  inventory: Inventory,
  installed: Component[],
  known: Known,
): { finding?: Finding; undecided: Undecided[]; excused: Excused[] } {
  const live = vulnerability.records.filter(({ withdrawnAt }) => withdrawnAt === undefined);
  const hits: Array<{ component: Component; fix?: string; entries: Array<[Advisory, AffectedPackage]> }> = [];
  const undecided: Undecided[] = [];
  const excused: Excused[] = [];
  for (const component of installed) {
    const entries = live.flatMap((record) =>
      judgeEntries(
        component,
        record.affected.filter((each) => concerns(each, component)),
      ).map((each) => ({
        record,
        ...each,
      })),
    );
    const affecting = entries.filter(({ verdict }) => verdict.state === 'affected');
    const open = entries.find(({ verdict }) => verdict.state === 'undecided');
    if (affecting.length === 0 && !open) continue;
    const about = {
      inventory: inventory.name,
      ecosystem: component.ecosystem,
      package: component.name,
      version: component.version,
      advisory: vulnerability.ids[0]!,
      aliases: vulnerability.ids.slice(1),
    };
    const excuse = known.vex.excuse(vulnerability.ids, inventory.name, component);
    if (excuse) {
      excused.push({ ...about, ...excuse });
      continue;
    }
    if (affecting.length > 0) {
      hits.push({
        component,
        fix: firstFix(
          component.version!,
          entries.map(({ affected }) => affected),
        ),
        entries: affecting.map(({ record, affected }) => [record, affected]),
      });
      continue;
    }
    if (open?.verdict.state === 'undecided') undecided.push({ ...about, reason: open.verdict.reason });
  }
  if (hits.length === 0) return { undecided, excused };
  const { ecosystem, name } = hits[0]!.component;
  const [advisory, ...aliases] = vulnerability.ids;
  const severities = hits.flatMap(({ entries }) => entries.map((entry) => severityOf(...entry)));
  const worst = severities.reduce((a, b) => (worse(b.rating, a.rating) ? b : a));
  const exploited = known.exploitation.isExploited(vulnerability.ids);
  const epss = known.exploitation.scoreOf(vulnerability.ids);
  return {
    undecided,
    excused,
    finding: {
      key: findingKey(advisory!, ecosystem, name, inventory.name),
      inventory: inventory.name,
      ecosystem,
      package: name,
      versions: sortedVersions(
        hits.map(({ component }) => component.version!),
        ecosystem,
      ),
      places: hits.flatMap(({ component }) => component.places).slice(0, 10),
      advisory: advisory!,
      aliases,
      summary: live.find(({ summary }) => summary !== '')?.summary ?? '',
      // What is exploited is urgent, whatever its score.
      severity: exploited ? 'critical' : worst.rating,
      ...(exploited ? { exploited } : {}),
      ...(epss === undefined ? {} : { epss }),
      ...(worst.score === undefined ? {} : { score: worst.score }),
      malicious: live.some(isMalicious),
      fixedIn: sortedVersions(
        hits.flatMap(({ fix }) => fix ?? []),
        ecosystem,
      ),
      dev: hits.every(({ component }) => component.dev),
    },
  };
}

/** Whether an entry of an advisory is about a package, as far as names and releases say. */
function concerns(affected: AffectedPackage, component: Component): boolean {
  if (packageKey(affected.ecosystem, affected.name) !== packageKey(component.ecosystem, component.name)) return false;
  const release = releaseOf(affected.ecosystem);
  return release === undefined || component.release === undefined || release === component.release;
}

/**
 * What the entries of one record say of a component. Where they are about several releases of a distribution and the inventory
 * does not say which one it is of, only what all of them agree in is known.
 */
function judgeEntries(
  component: Component,
  entries: AffectedPackage[],
): Array<{ affected: AffectedPackage; verdict: Verdict }> {
  const judged = entries.map((affected) => ({ affected, verdict: judgeVersion(component.version, affected) }));
  const unsure = component.release === undefined && entries.some(({ ecosystem }) => releaseOf(ecosystem) !== undefined);
  const states = new Set(judged.map(({ verdict }) => verdict.state));
  const { version } = component;
  const enumerated = entries.some((each) => version && isOneOf(version, each.versions, each.ecosystem));
  if (!unsure || states.size < 2 || enumerated) return judged;
  const reason = `the inventory does not say of which release of ${component.ecosystem} it is, and they differ`;
  return judged.map(({ affected }) => ({ affected, verdict: { state: 'undecided', reason } }));
}

/** 16 hex digits: the same vulnerability of the same package in the same inventory, in whatever run of the check. */
export function findingKey(advisory: string, ecosystem: string, name: string, inventory: string): string {
  const identity = JSON.stringify([advisory, ecosystem, name, inventory]);
  return createHash('sha256').update(identity).digest('hex').slice(0, 16);
}

/** What is known wins over what is not; of two known ratings the worse. */
function worse(a: Rating, b: Rating): boolean {
  return b === 'unknown' ? a !== 'unknown' : a !== 'unknown' && moreSevere(a, b);
}
