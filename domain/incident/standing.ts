/** How an audience stands: of those who must be told, how many are, and who is untold still. */

import { grouped } from '../kernel/grouped';
import { type AssessedGroup, type Audience, type Group, groupName, groupOf } from './audience';
import { MOST_NAMED, type Unreached, type Whole } from './counted';
import { NO_TALLY, NOBODY, type Tally, toldBeyond } from './tally';

/** Somebody of the audience who is neither told nor left untold by a decision. */
export type Untold =
  | { kind: 'workspace'; workspace: string; why: Unreached | 'not-sent' }
  | { kind: 'workspaces'; why: Whole; count?: number }
  /** `count`: how many, as far as it is known. `assessed` is missing while their number is not established. */
  | (Group & { kind: 'people'; count: number; assessed?: number; listed: number; told: number; cameBack?: number });

/** How an audience stands. */
export interface Standing {
  /** How many must be told, as far as it is known. */
  of: number;
  /** Of them told: by mail and otherwise. */
  told: number;
  outside: number;
  left: number;
  untold: Untold[];
}

/** Compares a tally with the audience that the facts give now. */
export function standingOf(audience: Audience, tally: Tally = NO_TALLY): Standing {
  return audience.of === 'workspaces' ? ofWorkspaces(audience.ids, tally) : ofPeople(audience.groups, tally);
}

/** True when everybody was told or is left untold by a person's decision. An audience of nobody needs that decision too. */
export function isCovered({ untold }: Standing): boolean {
  return untold.length === 0;
}

/** `5 of 9`, with separators; what is left untold by a decision counts among those who must be told. */
export function shareText({ told, of }: Pick<Standing, 'told' | 'of'>): string {
  return `${grouped(told)} of ${grouped(of)}`;
}

function ofWorkspaces(ids: 'all' | string[], tally: Tally): Standing {
  const unreached = new Map(tally.unreached.map(({ workspace, why }) => [workspace, why]));
  const [outside, left] = [new Set(tally.outside), new Set(tally.left)];
  const mailed = new Set(tally.mailed.filter((workspace) => !unreached.has(workspace)));
  const decided = (workspace: string) => mailed.has(workspace) || outside.has(workspace) || left.has(workspace);
  const asked = ids === 'all' ? [...new Set([...mailed, ...unreached.keys(), ...outside, ...left])] : ids;
  const untold: Untold[] = asked
    .filter((workspace) => !decided(workspace))
    .map((workspace) => ({ kind: 'workspace', workspace, why: unreached.get(workspace) ?? 'not-sent' }));
  const beyond = {
    told: ids === 'all' ? toldBeyond(tally) : 0,
    untold: ids === 'all' ? Math.max(0, (tally.numbers?.untold ?? 0) - MOST_NAMED) : 0,
  };
  const whole = (why: Whole, count?: number) => {
    if (!tally.settled?.includes(why)) untold.push({ kind: 'workspaces', why, ...(count && { count }) });
  };
  if (ids === 'all' && !tally.numbers) whole('not-sent');
  else if (beyond.untold > 0) whole('not-listed', beyond.untold);
  // Sent to nobody is never all: where none is named, or the directory has none, a person says so. An id that the
  // directory does not have is none of them.
  else if (asked.length === 0 || (ids === 'all' && isNone(tally.numbers))) whole('not-named');
  const told = asked.filter((workspace) => mailed.has(workspace) || outside.has(workspace));
  return {
    of: asked.length + beyond.told + beyond.untold,
    told: told.length + beyond.told,
    outside: asked.filter((workspace) => outside.has(workspace) && !mailed.has(workspace)).length,
    left: asked.filter((workspace) => left.has(workspace) && !mailed.has(workspace) && !outside.has(workspace)).length,
    untold,
  };
}

function isNone(numbers: Tally['numbers']): boolean {
  return numbers !== undefined && numbers.told + numbers.untold === 0;
}

function ofPeople(assessed: AssessedGroup[], tally: Tally): Standing {
  const standing: Standing = { of: 0, told: 0, outside: 0, left: 0, untold: [] };
  const all: AssessedGroup[] = [...assessed, ...listedOnly(assessed, tally)];
  for (const { count: stated, atLeast, ...group } of all) {
    const { listed, mailed, outside, left, settled, cameBack = 0 } = tally.groups[groupName(group)] ?? NOBODY;
    const known = group.country === 'unknown' && stated !== undefined ? stated - beyond(group, all, tally) : stated;
    const owed = Math.max(known ?? 0, listed, mailed + outside);
    const untold = Math.max(0, owed - mailed - outside - left);
    standing.of += owed;
    standing.told += mailed + outside;
    standing.outside += outside;
    standing.left += Math.min(left, owed - mailed - outside);
    // Nobody known and nobody listed is nobody told: somebody must say that there is nobody.
    const nobody = owed === 0 && stated !== undefined && known === stated && !settled;
    const open = (known === undefined || atLeast) && !settled;
    if (untold > 0 || open || nobody) {
      const assessment = known === undefined || open || group.dataSet === undefined ? {} : { assessed: known };
      const back = Math.min(cameBack, untold);
      const reached = { listed, told: mailed + outside, ...(back > 0 && { cameBack: back }) };
      standing.untold.push({ kind: 'people', ...group, count: untold, ...assessment, ...reached });
    }
  }
  if (assessed.length === 0 && !tally.settled?.includes('not-named'))
    standing.untold.push({ kind: 'people', count: 0, listed: 0, told: 0 });
  return standing;
}

/** Groups of the same data sets that the directory lists and no assessment counts: whoever is listed must be told too. */
function listedOnly(assessed: Group[], tally: Tally): Array<Group & { count: number }> {
  const names = new Set(assessed.map(groupName));
  const dataSets = new Set(assessed.flatMap(({ dataSet }) => dataSet ?? []));
  return Object.values(tally.groups)
    .filter((each) => each.dataSet && dataSets.has(each.dataSet) && each.listed > 0 && !names.has(groupName(each)))
    .map((each) => ({ ...groupOf(each), count: 0 }));
}

/** How many were told in the countries of a data set beyond those assessed there: people of whom no assessment knew where. */
export function beyond({ dataSet }: Group, all: Array<Group & { count?: number }>, tally: Tally): number {
  const placed = all.filter(
    (each) => each.dataSet === dataSet && each.country !== 'unknown' && each.count !== undefined,
  );
  const surplus = placed.map((each) => {
    const { mailed, outside } = tally.groups[groupName(each)] ?? NOBODY;
    return Math.max(0, mailed + outside - each.count!);
  });
  return surplus.reduce((a, b) => a + b, 0);
}
