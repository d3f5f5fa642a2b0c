/** What is installed, what is wrong with it, and how long a patch may take: plain shapes, without files or networks. */
import { z } from 'zod';
import { AlarmAtSchema } from '../kernel/alarm-clock';
import { text } from '../kernel/text';
import { HOUR_MS, type Instant, PeriodSchema, parsePeriod } from '../kernel/time';
import { RATINGS, type Rating } from './advisory';

/** A package as a lock file or an SBOM lists it. */
export interface Component {
  /** OSV's name of the ecosystem: `npm`, `PyPI`, `Maven`… */
  ecosystem: string;
  name: string;
  /** Missing where the file names none: a git address, a tarball. Then no range can be judged. */
  version?: string;
  /** The release of its distribution, where the inventory says it: `12` of Debian, `22.04` of Ubuntu. */
  release?: string;
  /** What its package URL says of it beside its version, `arch=amd64`; of several places what all of them say. */
  qualifiers?: string[] | undefined;
  /** Where it stands: `node_modules/a/node_modules/b`, or the component's reference. Of several, the first few. */
  places: string[];
  /** Only for development; or, in an SBOM, excluded from what is shipped. */
  dev: boolean;
  /** May be missing at run time. */
  optional: boolean;
}

export interface Inventory {
  /** What people call it: the configured name, else the project's own. */
  name: string;
  format: 'package-lock' | 'pnpm-lock' | 'yarn-lock' | 'bun-lock' | 'cyclonedx' | 'spdx';
  components: Component[];
  /** What could not be judged and why, such as components without a package URL. */
  problems: string[];
  /** What is listed and nobody can identify, by its name; empty where it has none, so that it may be any package. */
  unread: string[];
}

/** One vulnerability in one package of one inventory, whatever the number of places, records and aliases. */
export interface Finding {
  /** 16 hex digits over advisory, package and inventory. */
  key: string;
  inventory: string;
  ecosystem: string;
  package: string;
  /** The vulnerable versions that are installed. */
  versions: string[];
  places: string[];
  /** The id that people use, then all others of the same vulnerability. */
  advisory: string;
  aliases: string[];
  summary: string;
  severity: Rating;
  /** CVSS score, where there is a vector. */
  score?: number;
  /** A package that was made to do harm. */
  malicious: boolean;
  /** Known to be exploited, as a catalogue says: then it is critical. */
  exploited?: boolean;
  /** The chance that it is exploited within thirty days, from 0 to 1 (EPSS). */
  epss?: number;
  /** The first fixed version after each installed one; empty when none is known. */
  fixedIn: string[];
  dev: boolean;
}

/** An advisory names an installed package, but nobody here can say whether its version is affected. */
export interface Undecided {
  inventory: string;
  ecosystem: string;
  package: string;
  version?: string;
  advisory: string;
  aliases: string[];
  reason: string;
}

/** A vulnerable or undecided version that somebody states not to be affected, or to be fixed (VEX). */
export interface Excused extends Undecided {
  status: string;
  author: string;
  at: Instant;
  /** The file that says so. */
  where: string;
}

/** Who states what, and why, on one line. */
export function excuseText({ author, status, reason, at, where }: Excused): string {
  const what = status === 'fixed' ? 'fixed' : 'not affected';
  return `${author} states ${what} (${where}, ${at}): ${reason}`.slice(0, 500);
}

/** What a check of all inventories against all advisories gave. */
export interface CheckSummary {
  at: Instant;
  inventories: Array<{ name: string; components: number }>;
  advisories: number;
  findings: Record<Rating, number>;
  /** Installed packages that could not be judged. They count as neither safe nor vulnerable. */
  undecided: number;
  /** Those that somebody states not to be affected. Missing from a worker of an earlier release. */
  excused?: number;
  /** What could not be read. While there is any, the check is not complete. */
  problems: string[];
}

/** How often an alarm is repeated: an hour at least, so that nobody is flooded and no timer spins. */
export const RepeatSchema = PeriodSchema.refine(
  (period) => {
    // A text that is no period has its own message.
    if (!PeriodSchema.safeParse(period).success) return true;
    const { months, exactMs } = parsePeriod(period);
    return months > 0 || exactMs >= HOUR_MS;
  },
  { error: 'must be an hour or longer, like PT24H' },
);

const Within = z.union([PeriodSchema, z.literal('none')]);

/** `policy/dependencies.yaml`: how long a patch may take, whom to tell and when. */
export const DependencyPolicySchema = z.strictObject({
  /** Who is told: a handle or work address. */
  owner: text(120),
  /** From the first finding to the patch; `none` opens no task. */
  deadlines: z.strictObject(
    Object.fromEntries(RATINGS.map((rating) => [rating, Within])) as Record<Rating, typeof Within>,
  ),
  /** Tasks of these severities are told at once, not only when time runs out. */
  tellAtOnce: z.array(z.enum(RATINGS)).default([]),
  /** Percent of the time at which the owner is told; the deadline always is. */
  alarmAt: AlarmAtSchema.default([]),
  /** After the deadline, again and again. */
  repeatEvery: RepeatSchema,
  /** How long an acknowledgement of an alarm holds; without it for good. */
  acknowledgedFor: RepeatSchema.optional(),
  /** How long a waiver may last. */
  longestWaiver: PeriodSchema,
  /** Packages that are only used in development open tasks too. */
  includeDevelopment: z.boolean(),
});
export type DependencyPolicy = z.infer<typeof DependencyPolicySchema>;

/** True when `rating` is at least as severe as `limit`. Unknown counts as severe as any known one, as it may be. */
export function atLeast(rating: Rating, limit: Rating): boolean {
  return rating === 'unknown' || RATINGS.indexOf(rating) <= RATINGS.indexOf(limit);
}

/** True when `a` is more severe than `b`; anything known is more severe than unknown only from `high` on. */
export function moreSevere(a: Rating, b: Rating): boolean {
  const rank = { critical: 4, high: 3, unknown: 2.5, medium: 2, low: 1 } as const;
  return rank[a] > rank[b];
}
