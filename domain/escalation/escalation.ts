/**
 * An escalation: the open alarms of one incident or case, repeated from person to person until a named one acknowledges
 * them. One escalation holds all alarms of its case, so a storm of alarms is one page with a digest, not a flood. Pure.
 *
 * A climb goes through the levels: `tries` pages to level 1, as many to level 2, … and round again. It begins with the
 * first open alarm and ends when none is open. What the case's own state says wins: it is read before every page.
 */
import { z } from 'zod';
import { PagingServiceSchema } from '../case/acknowledge';
import { AlarmSchema, type RaisedAlarm } from '../case/alarm';
import { exactMs, type Instant, InstantSchema, PeriodSchema, toInstant, toMs } from '../kernel/time';

export const ESCALATION_WORKFLOW = 'escalation';

/** The workflow id of the escalation of an incident or case. */
export function escalationId(caseId: string): string {
  return `${caseId}/escalation`;
}

/**
 * How alarms of a severity are repeated. `every`: from one page to the next, without months; `tries`: pages to one level
 * before the next one; `levels`: how many there are, the last one followed by the first; `mailsFirst`: no paging service is
 * there to take the first page of a climb, which then is the mails of its alarms alone.
 */
const PlanSchema = z.object({
  every: PeriodSchema.refine((period) => !/^P\d*Y?\d+M|Y/.test(period), 'must be a fixed length, like PT5M'),
  tries: z.int().min(1),
  levels: z.int().min(1),
  mailsFirst: z.literal(true).optional(),
});
export type EscalationPlan = z.infer<typeof PlanSchema>;

/** An alarm as an escalation carries it. `seq` is the number of its `alarm-raised` event. */
const EscalatedAlarmSchema = AlarmSchema.extend({ seq: z.int().min(1), at: InstantSchema });
export type EscalatedAlarm = RaisedAlarm;

/** Signal `alarm`: an alarm was raised. It comes with how its case stands, and the plan for a climb that it begins. */
export const AlarmSignalSchema = z.object({
  alarm: EscalatedAlarmSchema,
  owner: z.string().min(1),
  severity: z.string(),
  title: z.string(),
  plan: PlanSchema,
});
export type AlarmSignal = z.infer<typeof AlarmSignalSchema>;

/** Signal `acknowledge`: a person has seen these alarms, by their numbers. The register has it already. `via`: where they did it. */
export const AcknowledgementSchema = z.object({
  by: z.string().min(1),
  alarms: z.array(z.int()),
  via: PagingServiceSchema.optional(),
});
export type Acknowledgement = z.infer<typeof AcknowledgementSchema>;

/** One way through the levels. */
export interface Climb {
  /** Number of the alarm that began it. */
  seq: number;
  /** Instant of that alarm. */
  since?: Instant;
  /** 1 for the first of this escalation. */
  number: number;
  /** Pages so far. */
  attempt: number;
  nextAt: Instant;
}

export interface EscalationState {
  caseId: string;
  owner: string;
  severity: string;
  title: string;
  plan: EscalationPlan;
  /** The present climb, or the last one while everything is acknowledged. */
  climb: Climb;
  open: EscalatedAlarm[];
  /** Acknowledged, and what they are about is not done yet. */
  acknowledged: EscalatedAlarm[];
  /** By the number of an alarm: from when on PagerDuty has a page of the present climb that tells of it. */
  told?: Record<number, Instant>;
  /** Open alarms that are not carried any more: the oldest of very many. */
  dropped: number;
  /** When the case is looked at again while everything is acknowledged. */
  lookAt?: Instant;
  isClosed: boolean;
}

/** What a page told of that PagerDuty took, and by when. */
interface Taken {
  alarms: readonly EscalatedAlarm[];
  at: Instant;
}

/** What the case's own state says about alarms. */
export interface Standing {
  isClosed: boolean;
  /** Those that a person acknowledged. */
  acknowledged: number[];
  /** Those whose obligation or deadline is met or fell away. */
  settled: number[];
}

export type Step =
  | { step: 'page'; at: Instant; attempt: number; level: number }
  | { step: 'look'; at: Instant }
  | { step: 'end' };

/** Alarms that an escalation carries; of more the oldest are only counted. */
const KEPT = 100;
/** How often an acknowledged case is looked at: when it is closed, paging services are told. */
const LOOK_MS = 3_600_000;
/** Characters of an alarm's detail that a digest needs; the register has all of it. */
const DETAIL_KEPT = 300;

/**
 * Takes an alarm in. The first open one begins a climb at once; a later one joins and is in the next page. One of the number
 * of another takes its place: a run that was reset, or was lost before its entries were written, had raised that.
 */
export function joined(
  before: EscalationState | undefined,
  caseId: string,
  signal: AlarmSignal,
  now: Instant,
): EscalationState {
  const { owner, severity, title, plan } = signal;
  const { detail } = signal.alarm;
  const alarm = { ...signal.alarm, ...(detail === undefined ? {} : { detail: shortened(detail) }) };
  const state = before && withoutOther(before, alarm);
  const climb = { seq: alarm.seq, since: alarm.at, number: (state?.climb.number ?? 0) + 1, attempt: 0, nextAt: now };
  const about = { caseId, owner, severity, title, isClosed: state?.isClosed ?? false };
  if (!state) return { ...about, plan, climb, open: [alarm], acknowledged: [], dropped: 0 };
  const isKnown = [...state.open, ...state.acknowledged].some(({ seq }) => seq === alarm.seq);
  if (isKnown) return state;
  if (state.open.length === 0)
    return { ...state, ...about, plan, climb, open: [alarm], told: undefined, lookAt: undefined };
  const open = [...state.open, alarm].sort((a, b) => a.seq - b.seq);
  const over = Math.max(0, open.length - KEPT);
  return { ...state, ...about, open: open.slice(over), dropped: state.dropped + over };
}

function withoutOther(state: EscalationState, { seq, at }: EscalatedAlarm): EscalationState {
  const isOther = (alarm: EscalatedAlarm) => alarm.seq === seq && alarm.at !== at;
  if (![...state.open, ...state.acknowledged].some(isOther)) return state;
  const left = (alarms: EscalatedAlarm[]) => alarms.filter((alarm) => !isOther(alarm));
  const { [seq]: _, ...told } = state.told ?? {};
  return { ...state, open: left(state.open), acknowledged: left(state.acknowledged), ...(state.told && { told }) };
}

/** A person acknowledged alarms. The paging ends when none is left open. */
export function acknowledge(
  state: EscalationState,
  { alarms }: Pick<Acknowledgement, 'alarms'>,
  now: Instant,
): EscalationState {
  const seen = state.open.filter(({ seq }) => alarms.includes(seq));
  if (seen.length === 0) return state;
  const acknowledged = [...state.acknowledged, ...seen].slice(-KEPT);
  return rested({ ...state, open: state.open.filter((alarm) => !seen.includes(alarm)), acknowledged }, now);
}

/**
 * The alarms of which paging services hear that they were acknowledged. Where somebody did it in PagerDuty that is told though it is
 * known, from a look at the case before a page: while others are open, the incident there must end for the next page to ring.
 */
export function acknowledgedNow(
  before: EscalationState | undefined,
  after: EscalationState,
  { alarms = [], via }: Partial<Acknowledgement> = {},
): number[] {
  const was = new Set(before?.acknowledged.map(({ seq }) => seq));
  const news = after.acknowledged.flatMap(({ seq }) => (was.has(seq) ? [] : [seq]));
  return news.length === 0 && via === 'pagerduty' && after.open.length > 0 ? alarms : news;
}

/** Takes over what the case's own state says. */
export function stands(state: EscalationState, standing: Standing, now: Instant): EscalationState {
  const isLeft = ({ seq }: EscalatedAlarm) => !standing.settled.includes(seq);
  const left = { ...state, open: state.open.filter(isLeft), acknowledged: state.acknowledged.filter(isLeft) };
  const next = acknowledge(left, { alarms: standing.acknowledged }, now);
  return rested({ ...next, isClosed: state.isClosed || standing.isClosed }, now);
}

/**
 * A page begins, of all that is open. Of the first one of a climb that counts at once as told: whoever acknowledges an incident of
 * this climb has that page, or a later one that tells of the same.
 */
export function pageBegun(state: EscalationState, now: Instant): EscalationState {
  const { climb, open } = state;
  return climb.attempt > 0 ? state : { ...state, told: toldWith(state, { alarms: open, at: climb.since ?? now }) };
}

/**
 * A page of the climb of this number, begun at an instant, was delivered or given up. Pages stay at their instants; one that began so
 * late (the worker was away) that the next would follow within half the distance moves those after it. `taken`: if PagerDuty took it.
 */
export function paged(state: EscalationState, climbNumber: number, begunAt: Instant, taken?: Taken): EscalationState {
  const { climb, plan } = state;
  if (climb.number !== climbNumber) return state;
  const everyMs = exactMs(plan.every);
  const inTime = toMs(climb.nextAt) + everyMs;
  const nextAt = toInstant(inTime - toMs(begunAt) >= everyMs / 2 ? inTime : toMs(begunAt) + everyMs);
  const told = taken && toldWith(state, taken);
  return { ...state, climb: { ...climb, attempt: climb.attempt + 1, nextAt }, ...(told && { told }) };
}

/** Nothing is kept of those that are not carried any more, nor said of another one that took the place of its number meanwhile. */
function toldWith({ open, acknowledged, told }: EscalationState, taken: Taken): Record<number, Instant> {
  const isIn = (alarm: EscalatedAlarm) => taken.alarms.some(({ seq, at }) => seq === alarm.seq && at === alarm.at);
  const entries = [...open, ...acknowledged].flatMap((alarm) => {
    const at = told?.[alarm.seq] ?? (isIn(alarm) ? taken.at : undefined);
    return at === undefined ? [] : [[alarm.seq, at] as const];
  });
  return Object.fromEntries(entries);
}

/** The case was looked at while everything is acknowledged. */
export function looked(state: EscalationState, now: Instant): EscalationState {
  return { ...state, lookAt: toInstant(toMs(now) + LOOK_MS) };
}

/** What to do next, and when. */
export function nextStep(state: EscalationState): Step {
  if (state.isClosed) return { step: 'end' };
  if (state.open.length > 0) {
    const attempt = state.climb.attempt + 1;
    return { step: 'page', at: state.climb.nextAt, attempt, level: levelOf(attempt, state.plan) };
  }
  if (state.acknowledged.length > 0) return { step: 'look', at: state.lookAt ?? state.climb.nextAt };
  return { step: 'end' };
}

/** The level, from 1, that an attempt goes to: `tries` each, the last level followed by the first. */
export function levelOf(attempt: number, { tries, levels }: Pick<EscalationPlan, 'tries' | 'levels'>): number {
  return (Math.floor((attempt - 1) / tries) % levels) + 1;
}

/** Clocks of paging services may differ from ours by so much. */
const SKEW_MS = 60_000;

/**
 * The alarms that PagerDuty had been told of in the present climb by an instant of its clock; `undefined` where the climb began
 * later. A page tells of what was open when it began; what came in since waits for the next. Of a page that is under way, or that
 * PagerDuty did not take, nothing counts but what the first one tells. A state from before this was kept knows of the alarm that
 * began the climb, and of no other.
 */
export function toldBy({ climb, plan, told, ...state }: EscalationState, by: Instant): number[] | undefined {
  const byMs = toMs(by);
  const beganMs = climb.since ? toMs(climb.since) : toMs(climb.nextAt) - climb.attempt * exactMs(plan.every);
  if (byMs < beganMs - SKEW_MS) return undefined;
  const known = told ?? { [climb.seq]: toInstant(beganMs) };
  return [...state.open, ...state.acknowledged]
    .map(({ seq }) => seq)
    .filter((seq) => known[seq] !== undefined && toMs(known[seq]) <= Math.max(byMs, beganMs));
}

function rested(state: EscalationState, now: Instant): EscalationState {
  if (state.open.length > 0) return state;
  return { ...state, dropped: 0, lookAt: state.lookAt ?? toInstant(toMs(now) + LOOK_MS) };
}

function shortened(text: string): string {
  const characters = [...text];
  return characters.length <= DETAIL_KEPT ? text : `${characters.slice(0, DETAIL_KEPT - 1).join('')}…`;
}
