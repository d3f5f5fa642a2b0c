/**
 * How long an incident stays in the register: the longest of the periods that apply to it, each counted from its own
 * start. Before the last of them is over nothing of it is erased without a lawful request. Pure: the periods are a table
 * of the policy.
 */
import { z } from 'zod';
import { addMonths, type Instant, PeriodSchema, parsePeriod, TimeZoneSchema, toInstant, toMs } from '../kernel/time';
import { ConditionSchema, evaluate } from '../policy/conditions';
import type { IncidentState } from './state';

/**
 * What a period counts from: `determined`: a person assessed that personal data is affected · `aware`: the company became
 * aware · `authority-notified`: the last report to an authority · `closed`: the incident was closed.
 */
export const RETENTION_STARTS = ['determined', 'aware', 'authority-notified', 'closed'] as const;
export type RetentionStart = (typeof RETENTION_STARTS)[number];

export const RetentionRuleSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'must be lower-case letters, digits and "-"'),
  regime: z.string().min(1),
  citation: z.string().min(1),
  confirmWithCounsel: z.boolean().default(false),
  /** The law names no period; this one is the product's own. */
  ownTarget: z.boolean().default(false),
  appliesWhen: ConditionSchema,
  /** Where the period counts from. Where that never happened (nobody was notified), it counts from the closing. */
  from: z.enum(RETENTION_STARTS),
  period: PeriodSchema,
  /** On whose calendar months are counted. */
  timeZone: TimeZoneSchema.default('UTC'),
});
export type RetentionRule = z.infer<typeof RetentionRuleSchema>;

export const RetentionTableSchema = z.strictObject({
  version: z.string(),
  rules: z
    .array(RetentionRuleSchema)
    .min(1)
    .refine((rules) => new Set(rules.map(({ id }) => id)).size === rules.length, 'each id may stand once only')
    .refine((rules) => rules.some(({ appliesWhen }) => 'always' in appliesWhen), {
      error: 'one rule must apply always: without it an incident that no regime covers could be erased at once',
    }),
});
export type RetentionTable = z.infer<typeof RetentionTableSchema>;

/** One period that applies, and why. */
export interface RetentionReason {
  rule: string;
  regime: string;
  citation: string;
  confirmWithCounsel: boolean;
  ownTarget: boolean;
  /** The facts by which it applies, in words; what is undecided applies. */
  because: string[];
  from: RetentionStart;
  /** The instant it counts from; absent while the incident is open and the start may still come. */
  startAt?: Instant;
  period: string;
  /** The end of this period; absent without a start. */
  until?: Instant;
}

/** How long an incident is kept. */
export interface Retention {
  /** The end of the longest period. Absent while the incident is open: nothing of it ends before. */
  until?: Instant;
  /** Every period that applies, the one that ends last first. */
  because: RetentionReason[];
}

/**
 * The retention of an incident, from its state. Undecided facts mean that a regime applies; a corrected fact moves the end.
 * An exercise is kept like the incident that it plays.
 */
export function retentionOf(state: IncidentState, table: RetentionTable): Retention {
  const because = table.rules.flatMap((rule) => {
    const verdict = evaluate(rule.appliesWhen, state);
    return verdict.value === false ? [] : [reasonOf(rule, verdict.because, state)];
  });
  because.sort((a, b) => endMs(b) - endMs(a));
  const until = because[0]?.until;
  return state.closedAt === undefined || until === undefined ? { because } : { until, because };
}

/** Whether everything that applies is over. */
export function isOver({ until }: Retention, now: Instant): boolean {
  return until !== undefined && toMs(until) <= toMs(now);
}

function reasonOf(rule: RetentionRule, because: string[], state: IncidentState): RetentionReason {
  const { id, regime, citation, confirmWithCounsel, ownTarget, from, period, timeZone } = rule;
  const startAt = startOf(from, state) ?? state.closedAt;
  const until = startAt === undefined ? undefined : endOf(startAt, period, timeZone);
  return {
    ...{ rule: id, regime, citation, confirmWithCounsel, ownTarget, because, from, period },
    ...(startAt !== undefined && { startAt, until }),
  };
}

function startOf(from: RetentionStart, state: IncidentState): Instant | undefined {
  switch (from) {
    case 'determined':
      return state.anchors.confirmed;
    case 'aware':
      return state.anchors.aware;
    case 'authority-notified':
      return lastFiling(state);
    case 'closed':
      return state.closedAt;
  }
}

/** The last of all reports to authorities: the facts do not say which of them a regime means, and later is safer. */
function lastFiling({ obligations }: IncidentState): Instant | undefined {
  const filings = Object.values(obligations).flatMap(({ evidence, fulfilledAt, supplements }) => [
    ...(evidence?.channel === 'filing' && fulfilledAt ? [fulfilledAt] : []),
    ...supplements.flatMap((later) => (later.evidence.channel === 'filing' ? [later.at] : [])),
  ]);
  return filings.reduce<Instant | undefined>((a, b) => (a === undefined || toMs(b) > toMs(a) ? b : a), undefined);
}

/** Months on the calendar, clamped to the last day of a shorter month; days are 24 hours. */
function endOf(startAt: Instant, period: string, timeZone: string): Instant {
  const { months, exactMs } = parsePeriod(period);
  return toInstant(toMs(months > 0 ? addMonths(startAt, months, timeZone) : startAt) + exactMs);
}

function endMs({ until }: RetentionReason): number {
  return until === undefined ? Number.POSITIVE_INFINITY : toMs(until);
}
