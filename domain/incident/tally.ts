/**
 * The tally of an audience: who was told by mail, who otherwise, whom a person decided to leave untold, who is still
 * untold. It is covered when nobody is. Where people are counts and no names, whatever may be one person twice counts
 * once: nobody counts as told who was not.
 */

import { z } from 'zod';
import { grouped } from '../kernel/grouped';
import { earliestOf, latestOf, type When } from '../kernel/inexact-instant';
import { type Instant, toMs } from '../kernel/time';
import { type AssessedGroup, type Audience, type Group, GroupSchema, groupName } from './audience';

const count = z.int().min(0);
/** As the directory has it. */
const workspace = z.string().min(1).max(200);

/** Why a workspace was not reached by mail. */
export const UNREACHED = ['unknown', 'no-address', 'undeliverable', 'pending', 'came-back'] as const;
export type Unreached = (typeof UNREACHED)[number];

/** Most workspaces that a count names; those beyond are in its numbers only. */
export const MOST_NAMED = 20_000;

/**
 * What a delivery reached, counted from the ledger. Workspaces by id: one is told when each of its owners' addresses was
 * mailed. People by data set and country: those that the directory lists, and of them those that were mailed.
 */
export const CountedSchema = z.discriminatedUnion('of', [
  z.strictObject({
    of: z.literal('workspaces'),
    reached: z.array(workspace).max(MOST_NAMED),
    unreached: z.array(z.strictObject({ workspace, why: z.enum(UNREACHED) })).max(MOST_NAMED),
    /** How many of each there are, also those that are not named. */
    numbers: z.strictObject({ told: count, untold: count }),
  }),
  z.strictObject({
    of: z.literal('people'),
    /** `cameBack`: of those who are not told, how many a mail came back from. */
    groups: z.array(GroupSchema.extend({ listed: count, told: count, cameBack: count.optional() })).max(MOST_NAMED),
  }),
]);
export type Counted = z.infer<typeof CountedSchema>;

/** A number of people of a group. */
export const PeopleSchema = GroupSchema.extend({ count });
export type People = z.infer<typeof PeopleSchema>;

/** How those were told who were told outside of the product. */
export const CHANNELS = ['phone', 'letter', 'email', 'in-app', 'in-person', 'by-customer', 'public-notice'] as const;

export function isChannel(channel: string): channel is (typeof CHANNELS)[number] {
  return (CHANNELS as readonly string[]).includes(channel);
}

/** What stands of those who were told otherwise, or left untold: workspaces by id, people by count. */
export interface Named {
  workspaces?: string[];
  people?: People[];
  /** Groups whose number is not established, and of which a person decided that these are all. */
  unestablished?: Group[];
  /** What else of the audience a person decided on as a whole. */
  whole?: Whole;
}

/** `not-named`: the facts name nobody · `not-sent`: all workspaces · `not-listed`: those beyond the ones that are named. */
export type Whole = 'not-named' | 'not-sent' | 'not-listed';

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

export const NO_TALLY: Tally = { counted: false, mailed: [], outside: [], left: [], unreached: [], groups: {} };

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
    told: ids === 'all' ? Math.max(0, (tally.numbers?.told ?? 0) - MOST_NAMED) : 0,
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
    .map((each) => ({ ...group(each), count: 0 }));
}

/** How many were told in the countries of a data set beyond those assessed there: people of whom no assessment knew where. */
function beyond({ dataSet }: Group, all: Array<Group & { count?: number }>, tally: Tally): number {
  const placed = all.filter(
    (each) => each.dataSet === dataSet && each.country !== 'unknown' && each.count !== undefined,
  );
  const surplus = placed.map((each) => {
    const { mailed, outside } = tally.groups[groupName(each)] ?? NOBODY;
    return Math.max(0, mailed + outside - each.count!);
  });
  return surplus.reduce((a, b) => a + b, 0);
}

const NOBODY: GroupTally = { listed: 0, mailed: 0, outside: 0, left: 0, owed: 0 };

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
    const untold = counted.unreached.filter(({ workspace, why }) => why !== 'pending' || !before.has(workspace));
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
    groups[name] = { ...group({ dataSet, country }), ...next, listed, owed };
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
    groups[name] = { ...group(each), ...(groups[name] ?? NOBODY), settled: true };
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

/** How many a tally holds as told, whoever they are: by mail and otherwise. */
export function toldIn({ mailed, outside, unreached, numbers, groups }: Tally): number {
  const bounced = new Set(unreached.map(({ workspace }) => workspace));
  const workspaces = new Set([...mailed.filter((workspace) => !bounced.has(workspace)), ...outside]);
  const beyond = Math.max(0, (numbers?.told ?? 0) - MOST_NAMED);
  const people = Object.values(groups).reduce((sum, each) => sum + each.mailed + each.outside, 0);
  return workspaces.size + beyond + people;
}

function plus(groups: Tally['groups'], people: People[], what: 'outside' | 'left'): Tally['groups'] {
  const next = { ...groups };
  for (const { count: more, ...each } of people) {
    const name = groupName(each);
    const before = { ...group(each), ...(next[name] ?? NOBODY) };
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

/** Without what else stood beside it; a missing part stays missing. */
function group({ dataSet, country }: Group): Group {
  return { ...(dataSet === undefined ? {} : { dataSet }), ...(country === undefined ? {} : { country }) };
}
