/**
 * The tally of an audience: who was told by mail, who otherwise, whom a person decided to leave untold, who is still
 * untold. It is covered when nobody is. Where people are counts and no names, whatever may be one person twice counts
 * once: nobody counts as told who was not.
 */

import { earliestOf, latestOf, type When } from '../kernel/inexact-instant';
import { type Instant, toMs } from '../kernel/time';
import { type Audience, type Group, groupName, groupOf } from './audience';
import { type Counted, MOST_NAMED, type Named, type People, type Unreached, type Whole } from './counted';

interface GroupTally {
  listed: number;
  mailed: number;
  outside: number;
  left: number;
  /** How many were owed when they were last counted. */
  owed: number;
  /** How many of those who were mailed are untold, as the mail came back. */
  cameBack?: number;
  /** A person decided that those who were told are all there are, although nobody knows how many there are. */
  settled?: boolean;
}

/** Plain JSON, a part of the state. */
export interface Tally {
  /** True once a delivery was counted. */
  counted: boolean;
  mailed: string[];
  outside: string[];
  left: string[];
  unreached: Array<{ workspace: string; why: Unreached }>;
  /** Of a delivery to all workspaces: how many of each there are. */
  numbers?: { told: number; untold: number };
  /** What of the audience a person decided on as a whole. */
  settled?: Whole[];
  groups: Record<string, Group & GroupTally>;
  firstToldAt?: Instant;
  lastToldAt?: Instant;
  /** The earliest that the last of them can have been told, where that is not known exactly. */
  lastToldFrom?: Instant;
  /** The last decision to leave somebody untold. */
  decision?: { by: string; at: Instant; reason: string };
}

/** Before anybody was told. */
export const NO_TALLY: Tally = { counted: false, mailed: [], outside: [], left: [], unreached: [], groups: {} };

/** The tally of a group of which nothing is counted. */
export const NOBODY: GroupTally = { listed: 0, mailed: 0, outside: 0, left: 0, owed: 0 };

/** The tally after a delivery was counted. `audience`: as it was then. */
export function withCounted(
  tally: Tally,
  { counted, audience, firstSentAt, lastSentAt }: { counted: Counted; audience: Audience } & Sent,
): Tally {
  const times = withTold(withTold(tally, firstSentAt), lastSentAt);
  if (counted.of === 'workspaces') {
    const before = new Set(tally.mailed);
    for (const { workspace } of tally.unreached) before.delete(workspace);
    // An outcome that nobody knows yet says nothing against a mail that went out before.
    const untold = counted.unreached.filter(
      ({ workspace, why }) => (why !== 'pending' && why !== 'stopped') || !before.has(workspace),
    );
    const named = new Set([...counted.reached, ...untold.map(({ workspace }) => workspace)]);
    const unreached = [...tally.unreached.filter(({ workspace }) => !named.has(workspace)), ...untold];
    return {
      ...times,
      counted: true,
      mailed: [...new Set([...tally.mailed, ...counted.reached])].sort(),
      unreached,
      ...(audience.of === 'workspaces' && audience.ids === 'all' ? { numbers: counted.numbers } : {}),
    };
  }
  const assessed = new Map(
    audience.of === 'people' ? audience.groups.map((group) => [groupName(group), group] as const) : [],
  );
  const found = new Map(counted.groups.map((group) => [groupName(group), group]));
  const groups = { ...tally.groups };
  for (const name of new Set([...assessed.keys(), ...found.keys()])) {
    const { dataSet, country } = found.get(name) ?? assessed.get(name)!;
    const before = groups[name] ?? NOBODY;
    // Of a group that was not counted nothing new is known.
    const { listed, told, cameBack = 0 } = found.get(name) ?? { listed: 0, told: 0, cameBack: before.cameBack };
    const next = withMailed(before, { told, cameBack });
    const owed = Math.max(assessed.get(name)?.count ?? 0, listed, next.mailed);
    groups[name] = { ...groupOf({ dataSet, country }), ...next, listed, owed };
  }
  return { ...times, counted: true, groups };
}

/** A group of which it is known anew how many are told and how many a mail came back from. */
function withMailed<G extends GroupTally>(before: G, { told, cameBack }: { told: number; cameBack: number }): G {
  // Whoever has left the directory since was told all the same; whoever a mail came back from since was not.
  const kept = Math.max(0, before.mailed - Math.max(0, cameBack - (before.cameBack ?? 0)));
  const mailed = Math.max(kept, told);
  // Each who is mailed now may be one who was told otherwise before, or left untold: one person counts once.
  const twice = Math.max(0, mailed - before.mailed);
  const outside = Math.max(0, before.outside - twice);
  const left = Math.max(0, before.left - Math.max(0, twice - before.outside));
  const { cameBack: _, ...group } = before;
  return { ...group, mailed, outside, left, ...(cameBack > 0 && { cameBack }) } as G;
}

/** Whom mails came back from, of those who were counted before: all of them, each time. */
export interface Recount {
  workspaces?: string[];
  groups?: Array<Group & { told: number; cameBack: number }>;
}

/** The tally after it was counted again whom mails came back from. */
export function withCameBack(tally: Tally, { workspaces, groups: counted = [] }: Recount): Tally {
  const groups = { ...tally.groups };
  for (const each of counted) {
    const before = groups[groupName(each)];
    if (before) groups[groupName(each)] = withMailed(before, each);
  }
  if (!workspaces) return { ...tally, groups };
  const others = tally.unreached.filter(({ why }) => why !== 'came-back');
  const back = workspaces.map((workspace) => ({ workspace, why: 'came-back' as const }));
  const more = back.length - (tally.unreached.length - others.length);
  const { numbers } = tally;
  return {
    ...tally,
    groups,
    unreached: [...others, ...back],
    ...(numbers && { numbers: { told: Math.max(0, numbers.told - more), untold: Math.max(0, numbers.untold + more) } }),
  };
}

/** Instants of the first and the last mail of a delivery. */
export interface Sent {
  firstSentAt?: Instant | undefined;
  lastSentAt?: Instant | undefined;
}

/** The tally after somebody was told outside of the product. */
export function withOutside(tally: Tally, { workspaces = [], people = [] }: Named, when: When): Tally {
  return {
    ...withTold(tally, when),
    outside: [...new Set([...tally.outside, ...workspaces])].sort(),
    groups: plus(tally.groups, people, 'outside'),
  };
}

/** The tally after a person decided to leave somebody untold. */
export function withLeft(tally: Tally, named: Named, decision: NonNullable<Tally['decision']>): Tally {
  const { workspaces = [], people = [], unestablished = [], whole } = named;
  const groups = plus(tally.groups, people, 'left');
  for (const each of unestablished) {
    const name = groupName(each);
    groups[name] = { ...groupOf(each), ...(groups[name] ?? NOBODY), settled: true };
  }
  return {
    ...tally,
    left: [...new Set([...tally.left, ...workspaces])].sort(),
    groups,
    ...(whole && { settled: [...new Set([...(tally.settled ?? []), whole])] }),
    decision,
  };
}

/** A tally for telling everybody once more: nobody is told yet, and whoever was left untold stays so. */
export function afresh({ left, settled, groups, decision }: Tally): Tally {
  const kept = Object.entries(groups).map(([name, { mailed: _m, outside: _o, cameBack: _b, ...each }]) => [
    name,
    { ...each, mailed: 0, outside: 0 },
  ]);
  return {
    ...NO_TALLY,
    left,
    groups: Object.fromEntries(kept),
    ...(settled ? { settled } : {}),
    ...(decision ? { decision } : {}),
  };
}

/** How many of those who were mailed are untold, as the mail came back. */
export function backIn({ unreached, groups }: Tally): number {
  const workspaces = unreached.filter(({ why }) => why === 'came-back').length;
  return Object.values(groups).reduce((sum, { cameBack = 0 }) => sum + cameBack, workspaces);
}

/** How many workspaces were told by mail beyond those that are named. */
export function toldBeyond({ numbers, mailed, unreached }: Pick<Tally, 'numbers' | 'mailed' | 'unreached'>): number {
  // Where a count named all that it counted there are none.
  if (!numbers || mailed.length < MOST_NAMED) return 0;
  const untold = new Set(unreached.map(({ workspace }) => workspace));
  return Math.max(0, numbers.told - mailed.filter((workspace) => !untold.has(workspace)).length);
}

/** How many a tally holds as told, whoever they are: by mail and otherwise. */
export function toldIn({ mailed, outside, unreached, numbers, groups }: Tally): number {
  const bounced = new Set(unreached.map(({ workspace }) => workspace));
  const workspaces = new Set([...mailed.filter((workspace) => !bounced.has(workspace)), ...outside]);
  const beyond = toldBeyond({ numbers, mailed, unreached });
  const people = Object.values(groups).reduce((sum, each) => sum + each.mailed + each.outside, 0);
  return workspaces.size + beyond + people;
}

function plus(groups: Tally['groups'], people: People[], what: 'outside' | 'left'): Tally['groups'] {
  const next = { ...groups };
  for (const { count: more, ...each } of people) {
    const name = groupName(each);
    const before = { ...groupOf(each), ...(next[name] ?? NOBODY) };
    next[name] = { ...before, [what]: before[what] + more };
  }
  return next;
}

function withTold({ lastToldFrom: fromBefore, ...tally }: Tally, when: When | undefined): Tally {
  if (when === undefined) return { ...tally, ...(fromBefore && { lastToldFrom: fromBefore }) };
  const { firstToldAt, lastToldAt } = tally;
  const last = later(lastToldAt, latestOf(when));
  const from = later(fromBefore ?? lastToldAt, earliestOf(when));
  return {
    ...tally,
    firstToldAt:
      firstToldAt !== undefined && toMs(firstToldAt) <= toMs(earliestOf(when)) ? firstToldAt : earliestOf(when),
    lastToldAt: last,
    ...(from !== last && { lastToldFrom: from }),
  };
}

function later(a: Instant | undefined, b: Instant): Instant {
  return a !== undefined && toMs(a) >= toMs(b) ? a : b;
}
