/**
 * A detection in triage: it waits for a person to declare an incident, to dismiss it with a reason or to merge it into an
 * incident that runs, and cannot be forgotten meanwhile. Its owner is alarmed before the limit, at it and after it; where
 * its rule says so, silence declares. A detection whose rule declares goes the same way, without waiting.
 */
import { z } from 'zod';
import { type About, rungBy, type Threshold } from '../case/alarm';
import { commandsFor } from '../case/alarm-commands';
import { thresholdText } from '../case/alarm-text';
import type {
  CaseEventOf,
  CaseMessage,
  CaseRow,
  CaseState,
  CommonCaseEvent,
  Lifecycle,
  NewOf,
  Work,
} from '../case/lifecycle';
import { envelope } from '../case/messages';
import { type Detection, DetectionSchema } from '../detection/detection';
import { type CaseJudgement, CaseJudgementSchema, indicatorKind, type TriagePlan } from '../detection/detection-rules';
import { type Declaration, DeclarationSchema, IncidentIdSchema } from '../incident/incident';
import { type AlarmClock, clockPoints, nextPoint, type Rung, ringing } from '../kernel/alarm-clock';
import { problemsOf } from '../kernel/problems';
import { TOCSIN } from '../kernel/recorded-event';
import { SEVERITIES, type Severity } from '../kernel/severity';
import { text, wellFormed } from '../kernel/text';
import { earliest, exactMs, type Instant, InstantSchema, minuteText, toInstant, toMs } from '../kernel/time';

export const TRIAGE_WORKFLOW = 'triage';
/** Signal that carries each detection of the case, the first one too; one that was counted before changes nothing. */
export const DETECTED_SIGNAL = 'detected';

/** The rules under which a detection was judged. */
export const RulesRefSchema = z.strictObject({
  id: z.string().max(80),
  version: z.string().max(40),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type RulesRef = z.infer<typeof RulesRefSchema>;

/** Input of the workflow `triage`: the first detection and how it was judged. The workflow id is `caseId`. */
export const TriageInputSchema = z.strictObject({
  caseId: z.string().regex(/^TRG-[0-9a-f]{12}$/, 'must be TRG- and twelve hex digits'),
  detection: DetectionSchema,
  judgement: CaseJudgementSchema,
  rules: RulesRefSchema,
});
export type TriageInput = z.infer<typeof TriageInputSchema>;

/** Payload of the signal `detected`. `severity` is that of the judgement. */
export const DetectedSchema = z.strictObject({ detection: DetectionSchema, severity: z.enum(SEVERITIES) });
export type Detected = z.infer<typeof DetectedSchema>;

/** What the case keeps of its first detection, bounded. */
export interface Seen {
  source: string;
  format: string;
  type: string;
  scope: string;
  at: Instant;
  facts: Detection['facts'];
}

export type TriageEvent =
  | CommonCaseEvent
  | CaseEventOf<
      'detected',
      {
        title: string;
        severity: Severity;
        rule: string;
        ruleTitle: string;
        rules: RulesRef;
        action: CaseJudgement['action'];
        why: string[];
        triage?: TriagePlan;
        dueAt: Instant;
        incident: CaseJudgement['incident'];
        detection: Seen;
        systems: string[];
        indicators: string[];
      }
    >
  /** `count` is the number of all detections so far; the lists hold what is new. */
  | CaseEventOf<
      'detections-counted',
      { count: number; firstAt: Instant; lastAt: Instant; severity: Severity; systems: string[]; indicators: string[] }
    >
  | CaseEventOf<'triage-declared', { trigger: 'rule' | 'silence' | 'person'; declaration: Declaration }>
  | CaseEventOf<'incident-started', { incidentId: string; already: boolean }>
  | CaseEventOf<'triage-dismissed', { reason: string }>
  | CaseEventOf<'triage-merged', { into: string; block: string[] }>
  | CaseEventOf<'merge-delivered', { into: string }>
  | CaseEventOf<'merge-failed', { into: string; problem: string }>;

export type TriageStatus = 'waiting' | 'declaring' | 'merging' | 'declared' | 'dismissed' | 'merged';

/** What was decided, by whom and when. */
export interface TriageDecision {
  decision: 'declared' | 'dismissed' | 'merged';
  by: string;
  at: Instant;
  /** The incident that was declared or merged into. */
  incidentId?: string;
  reason?: string;
}

export interface TriageState extends CaseState {
  status: TriageStatus;
  severity: Severity;
  rule: string;
  ruleTitle: string;
  rules: RulesRef;
  action: CaseJudgement['action'];
  why: string[];
  triage?: TriagePlan;
  incident: CaseJudgement['incident'];
  detection: Seen;
  openedAt: Instant;
  /** Until when a person decides. */
  dueAt: Instant;
  count: number;
  firstAt: Instant;
  lastAt: Instant;
  systems: string[];
  indicators: string[];
  /** What of its alarm clock has rung. */
  rung?: Rung | undefined;
  decision?: TriageDecision;
  /** What was declared, until the incident runs. */
  declaration?: Declaration;
  /** Sources that the incident merged into is asked to block. */
  block?: string[];
}

/** What the outside world must do: start the incident, or hand the detections to the incident they were merged into. */
export type TriageWork =
  | (Work & { kind: 'declare'; declaration: Declaration })
  | (Work & { kind: 'merge'; into: string; block: string[]; by: string });

/** What came of it. `already`: the incident ran before. */
export type TriageOutcome =
  | { kind: 'declared'; incidentId: string; already: boolean }
  | { kind: 'merged'; into: string }
  | { kind: 'merge-failed'; into: string; problem: string };

const MOST_SYSTEMS = 50;
const MOST_INDICATORS = 100;
const MOST_FACTS = 40;

// —— messages ——

const Fields = DeclarationSchema.shape;

/** A person declares an incident; what is left out comes from the rule and the detections. `awareAt` is that person's statement. */
const DeclareSchema = z.strictObject({
  ...envelope,
  title: Fields.title.optional(),
  severity: Fields.severity.optional(),
  owner: Fields.owner.optional(),
  kind: Fields.kind.optional(),
  howItOccurred: Fields.howItOccurred,
  affects: Fields.affects.optional(),
  serviceAffecting: Fields.serviceAffecting.optional(),
  systems: Fields.systems.unwrap().optional(),
  isolate: Fields.isolate.unwrap().optional(),
  maliciousSources: Fields.maliciousSources.unwrap().optional(),
  credentials: Fields.credentials.unwrap().optional(),
  publicSummary: Fields.publicSummary,
  assessment: Fields.assessment,
  awareAt: InstantSchema.optional(),
});
const DismissSchema = z.strictObject({ ...envelope, reason: text(2000) });
const MergeSchema = z.strictObject({
  ...envelope,
  into: IncidentIdSchema.refine((id) => !id.startsWith('TRG-'), 'must be the id of an incident, not of a triage case'),
});

export const TRIAGE_MESSAGES = {
  declare: { schema: DeclareSchema, description: 'Declare an incident from these detections' },
  dismiss: { schema: DismissSchema, description: 'Decide that this is not an incident; a reason is required' },
  merge: { schema: MergeSchema, description: 'Hand these detections to an incident that runs' },
} as const;
export type TriageMessageName = keyof typeof TRIAGE_MESSAGES;
export type TriageMessage<N extends TriageMessageName> = z.infer<(typeof TRIAGE_MESSAGES)[N]['schema']>;

// —— opening ——

/** The event that opens a case. `now`: the case's clock, from which the limit counts. */
export function openingOf({ detection, judgement, rules }: TriageInput, now: Instant): NewOf<TriageEvent> {
  const { rule, title: ruleTitle, action, why, severity, triage, incident } = judgement;
  const { source, format, type, scope, at, title, systems, indicators, facts } = detection;
  return {
    kind: 'detected',
    data: {
      // A title of control characters alone is none.
      title: wellFormed(title).trim() || ruleTitle,
      severity,
      rule,
      ruleTitle,
      rules,
      action,
      why,
      triage,
      dueAt: triage ? toInstant(toMs(now) + exactMs(triage.within)) : now,
      incident,
      detection: {
        source,
        format,
        type,
        scope,
        at,
        facts: Object.fromEntries(Object.entries(facts).slice(0, MOST_FACTS)),
      },
      systems: systems.slice(0, MOST_SYSTEMS),
      indicators: indicators.slice(0, MOST_INDICATORS),
    },
  };
}

// —— the fold ——

function evolve(state: TriageState | undefined, event: TriageEvent): TriageState {
  if (state === undefined) {
    if (event.kind !== 'detected') throw new Error(`the first event must be "detected", not "${event.kind}"`);
    const { detection, ...data } = event.data;
    return {
      ...data,
      caseId: event.incidentId,
      seq: event.seq,
      exercise: event.exercise,
      owner: data.incident.owner,
      status: 'waiting',
      handled: [],
      detection,
      openedAt: event.at,
      count: 1,
      firstAt: detection.at,
      lastAt: detection.at,
    };
  }
  switch (event.kind) {
    case 'detections-counted': {
      const { count, firstAt, lastAt, severity, systems, indicators } = event.data;
      return {
        ...state,
        count,
        firstAt,
        lastAt,
        severity,
        systems: [...state.systems, ...systems],
        indicators: [...state.indicators, ...indicators],
      };
    }
    case 'alarm-raised':
      return { ...state, rung: rungBy(event.data, event.at) ?? state.rung };
    case 'triage-declared': {
      const { declaration } = event.data;
      const decision = { decision: 'declared' as const, by: event.by, at: event.at, incidentId: declaration.id };
      const { severity, owner, title } = declaration;
      return { ...state, status: 'declaring', decision, declaration, severity, owner, title };
    }
    case 'incident-started': {
      const { declaration: _, ...rest } = state;
      return { ...rest, status: 'declared', closedAt: event.at };
    }
    case 'triage-dismissed': {
      const decision = { decision: 'dismissed' as const, by: event.by, at: event.at, reason: event.data.reason };
      return { ...state, status: 'dismissed', decision, closedAt: event.at };
    }
    case 'triage-merged': {
      const { into, block } = event.data;
      const decision = { decision: 'merged' as const, by: event.by, at: event.at, incidentId: into };
      return { ...state, status: 'merging', decision, block };
    }
    case 'merge-delivered': {
      const { block: _, ...rest } = state;
      return { ...rest, status: 'merged', closedAt: event.at };
    }
    case 'merge-failed': {
      const { block: _block, decision: _decision, ...rest } = state;
      return { ...rest, status: 'waiting' };
    }
    default:
      return state;
  }
}

// —— decisions of people ——

function onMessage(state: TriageState, name: string, message: CaseMessage, now: Instant): NewOf<TriageEvent>[] {
  const rejected = (problem: string): NewOf<TriageEvent>[] => [
    { kind: 'rejected', data: { message: name, problems: [problem] } },
  ];
  if (state.decision) {
    const { decision, incidentId, by, at } = state.decision;
    const decided = `it was ${decision}${incidentId ? ` (${incidentId})` : ''} by ${by} at ${at}`;
    const same = { declare: 'declared', dismiss: 'dismissed', merge: 'merged' }[name] === decision;
    const other = name === 'merge' && (message as TriageMessage<'merge'>).into !== incidentId;
    if (same && !other) return [{ kind: 'noted', data: { message: name, note: decided } }];
    return rejected(`case: ${decided}; a decided case stays decided`);
  }
  switch (name) {
    case 'declare':
      return onDeclare(state, message as TriageMessage<'declare'>, now, rejected);
    case 'dismiss':
      return [{ kind: 'triage-dismissed', data: { reason: (message as TriageMessage<'dismiss'>).reason } }];
    case 'merge': {
      const { into } = message as TriageMessage<'merge'>;
      return [{ kind: 'triage-merged', data: { into, block: blockable(state) } }];
    }
    default:
      return rejected(`message: there is no "${name}"`);
  }
}

function onDeclare(
  state: TriageState,
  { by, commandId: _, ...stated }: TriageMessage<'declare'>,
  now: Instant,
  rejected: (problem: string) => NewOf<TriageEvent>[],
): NewOf<TriageEvent>[] {
  if (stated.awareAt && toMs(stated.awareAt) > toMs(now)) return rejected('awareAt: must not be in the future');
  const parsed = DeclarationSchema.safeParse(declarationOf(state, by, now, stated));
  if (!parsed.success) return problemsOf(parsed.error).flatMap(rejected);
  return [{ kind: 'triage-declared', data: { trigger: 'person', declaration: parsed.data } }];
}

/** The incident's id follows from the case's, so that declaring twice is one incident. */
export function incidentIdOf(caseId: string): string {
  return caseId.replace(/^TRG-/, 'INC-');
}

/**
 * What is declared: the rule's defaults, what the detections showed, and over both what a person stated. It says nothing
 * of awareness: only a person can.
 */
export function declarationOf(
  state: TriageState,
  by: string,
  now: Instant,
  stated: Omit<Partial<Declaration>, 'id'> = {},
): Declaration {
  const { kind, affects, serviceAffecting, systems, credentials } = state.incident;
  const defaults: Declaration = {
    id: incidentIdOf(state.caseId),
    title: state.title,
    kind,
    severity: state.severity,
    owner: state.owner,
    // A sender's clock may be ahead; nothing can be detected after it was declared.
    detectedAt: earliest([state.firstAt, now])!,
    declaredAt: now,
    declaredBy: by,
    source: state.detection.source,
    affects,
    systems: [...new Set([...systems, ...state.systems.flatMap(systemId)])],
    isolate: [],
    maliciousSources: blockable(state),
    credentials,
    serviceAffecting,
  };
  const given = Object.entries(stated).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
}

/** The indicators that the rule carries over. */
function blockable(state: TriageState): string[] {
  const kinds = state.incident.maliciousSources;
  return state.indicators.filter((indicator) => kinds.includes(indicatorKind(indicator)));
}

/** A system as detections name it, as an incident may name it. */
function systemId(name: string): string[] {
  const id = name
    .replace(/[^A-Za-z0-9._:-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 80);
  return id ? [id] : [];
}

// —— time ——

/** Its alarms; where silence declares, the limit itself is no alarm but the declaration. */
function alarmClock({ triage, openedAt, dueAt }: TriageState): AlarmClock | undefined {
  if (!triage) return undefined;
  const alarms = triage.onSilence === 'alarm';
  return {
    dueAt,
    points: clockPoints({ startAt: openedAt, dueAt, alarmAt: [...triage.alarmAt, ...(alarms ? [100] : [])] }),
    repeatMs: alarms ? exactMs(triage.repeatEvery) : undefined,
  };
}

function onTime(state: TriageState, now: Instant): NewOf<TriageEvent>[] {
  if (state.decision) return [];
  if (state.action === 'declare') return declareBy(state, 'rule', now);
  if (state.triage?.onSilence === 'declare' && toMs(now) >= toMs(state.dueAt)) return declareBy(state, 'silence', now);
  const clock = alarmClock(state);
  const point = clock && ringing(clock, state.rung, now);
  return point ? [alarm(state, point.threshold)] : [];
}

function declareBy(state: TriageState, trigger: 'rule' | 'silence', now: Instant): NewOf<TriageEvent>[] {
  const declaration = declarationOf(state, TOCSIN, now);
  const about: About = {
    kind: 'declared',
    incident: declaration.id,
    title: state.ruleTitle,
    detectedAt: declaration.detectedAt,
  };
  const commands = commandsFor('follow-incident', state.caseId, about);
  return [
    { kind: 'triage-declared', data: { trigger, declaration }, by: TOCSIN },
    // Nobody was there to see it: the owner is told.
    {
      kind: 'alarm-raised',
      data: { threshold: { kind: 'declared', trigger }, about, todo: 'follow-incident', commands },
    },
  ];
}

function alarm(state: TriageState, threshold: Threshold): NewOf<TriageEvent> {
  const { caseId, count, dueAt, ruleTitle, triage } = state;
  const about: About = {
    kind: 'detections',
    title: ruleTitle,
    count,
    onSilence: triage?.onSilence ?? 'declare',
  };
  const todo = 'decide-detections';
  return {
    kind: 'alarm-raised',
    data: { threshold, about, todo, dueAt, commands: commandsFor(todo, caseId, about) },
  };
}

function nextWake(state: TriageState, now: Instant): { at: Instant; what: string } | undefined {
  if (state.decision) return undefined;
  const clock = alarmClock(state);
  const next = clock && nextPoint(clock, now);
  const dueMs = toMs(state.dueAt);
  if (state.triage?.onSilence === 'declare' && dueMs > toMs(now) && (!next || dueMs <= toMs(next.at))) {
    return { at: state.dueAt, what: 'declare on silence' };
  }
  return next && { at: next.at, what: `alarm: ${thresholdText(next.threshold)}` };
}

function onOutcome(state: TriageState, outcome: TriageOutcome): NewOf<TriageEvent>[] {
  switch (outcome.kind) {
    case 'declared': {
      const { incidentId, already } = outcome;
      return [{ kind: 'incident-started', data: { incidentId, already } }];
    }
    case 'merged':
      return [{ kind: 'merge-delivered', data: { into: outcome.into } }];
    case 'merge-failed':
      return mergeFailed(state, outcome.into, outcome.problem);
  }
}

/** The incident could not be reached: the case waits for another decision, and its owner hears of it. */
function mergeFailed(state: TriageState, into: string, problem: string): NewOf<TriageEvent>[] {
  return [{ kind: 'merge-failed', data: { into, problem } }, alarm(state, { kind: 'merge-failed', into })];
}

// —— work, and what people see ——

function wantedWork(state: TriageState): TriageWork[] {
  const { status, declaration, decision, block } = state;
  if (status === 'declaring' && declaration) return [{ kind: 'declare', key: 'declare', declaration }];
  if (status === 'merging' && decision?.incidentId) {
    return [{ kind: 'merge', key: 'merge', into: decision.incidentId, block: block ?? [], by: decision.by }];
  }
  return [];
}

function rows(state: TriageState): CaseRow[] {
  const { decision, triage, count, firstAt, lastAt, detection } = state;
  const span = count === 1 ? `at ${minuteText(firstAt)}` : `${count}, ${minuteText(firstAt)} – ${minuteText(lastAt)}`;
  const decided = decision
    ? `${decision.decision} by ${decision.by}${decision.incidentId ? ` · ${decision.incidentId}` : ''}${decision.reason ? ` · ${decision.reason}` : ''}`
    : `waiting; on silence: ${triage?.onSilence ?? 'declare'}`;
  return [
    { what: 'Decision', dueAt: decision ? undefined : state.dueAt, state: decided },
    { what: 'Detections', state: `${span} · ${detection.source} · ${detection.type}` },
    { what: 'Rule', state: `${state.rule}: ${state.why.join('; ')}`.slice(0, 300) },
    ...(state.systems.length > 0 ? [{ what: 'Systems', state: some(state.systems) }] : []),
    ...(state.indicators.length > 0 ? [{ what: 'Indicators', state: some(state.indicators) }] : []),
  ];
}

function some(items: string[]): string {
  return items.length > 10 ? `${items.slice(0, 10).join(', ')} and ${items.length - 10} more` : items.join(', ');
}

/** The kind of case that a detection in triage is. */
export const triageLifecycle: Lifecycle<TriageState, TriageEvent, TriageWork, TriageOutcome> = {
  evolve,
  messages: TRIAGE_MESSAGES,
  onMessage,
  onTime,
  onOutcome,
  nextWake,
  wantedWork,
  nextDueAt: (state) => (state.decision ? undefined : state.dueAt),
  rows,
};

// —— further detections ——

/**
 * Detections that were counted and are not recorded yet. Under a flood the register gets the first few and then one entry
 * at each power of ten; what is open is recorded before any other event of the case, so every decision stands on a count
 * that is exact. `seen` are short hashes of the latest detections: a repeated delivery counts once.
 */
export interface Tally {
  more: number;
  firstAt?: Instant;
  lastAt?: Instant;
  severity?: Severity;
  systems: string[];
  indicators: string[];
  seen: string[];
}

const SEEN_KEPT = 500;
const RECORDED_SINGLY = 3;

export function emptyTally(first: Detection): Tally {
  return { more: 0, systems: [], indicators: [], seen: [hashOf(first)] };
}

/** Counts a detection in. `record`: whether the register gets it now. */
export function countIn(
  state: TriageState,
  tally: Tally,
  { detection, severity }: Detected,
): { tally: Tally; record: boolean } {
  const hash = hashOf(detection);
  if (tally.seen.includes(hash)) return { tally, record: false };
  const more = tally.more + 1;
  const total = state.count + more;
  const worst = tally.severity ?? state.severity;
  const rises = severity < worst;
  const fresh = (known: string[], open: string[], found: string[], most: number) =>
    [...new Set(found)]
      .filter((item) => !known.includes(item) && !open.includes(item))
      .slice(0, Math.max(0, most - known.length - open.length));
  return {
    tally: {
      more,
      firstAt: earliest([tally.firstAt ?? state.firstAt, detection.at]),
      lastAt: latest([tally.lastAt ?? state.lastAt, detection.at]),
      severity: rises ? severity : worst,
      systems: [...tally.systems, ...fresh(state.systems, tally.systems, detection.systems, MOST_SYSTEMS)],
      indicators: [
        ...tally.indicators,
        ...fresh(state.indicators, tally.indicators, detection.indicators, MOST_INDICATORS),
      ],
      seen: [...tally.seen, hash].slice(-SEEN_KEPT),
    },
    record: rises || state.decision !== undefined || total <= RECORDED_SINGLY || isPowerOfTen(total),
  };
}

/** The event that records what is open, and the tally after it. A risen severity is alarmed while nobody has decided. */
export function recordTally(state: TriageState, tally: Tally): { events: NewOf<TriageEvent>[]; tally: Tally } {
  if (tally.more === 0) return { events: [], tally };
  const { more, seen, firstAt, lastAt, severity, systems, indicators } = tally;
  const count = state.count + more;
  const data = { count, firstAt: firstAt!, lastAt: lastAt!, severity: severity!, systems, indicators };
  // After the decision the severity is that of the decision.
  if (state.decision) data.severity = state.severity;
  const events: NewOf<TriageEvent>[] = [{ kind: 'detections-counted', data }];
  if (data.severity !== state.severity) {
    const threshold = { kind: 'severity-changed', from: state.severity, to: data.severity } as const;
    events.push(alarm({ ...state, count, severity: data.severity }, threshold));
  }
  return { events, tally: { more: 0, systems: [], indicators: [], seen } };
}

function latest(instants: Instant[]): Instant {
  return instants.reduce((a, b) => (toMs(b) > toMs(a) ? b : a));
}

function isPowerOfTen(n: number): boolean {
  let power = 1;
  while (power < n) power *= 10;
  return power === n;
}

/** A short hash of a detection's identity (cyrb53): enough to know a repeated delivery, no secret and no proof. */
function hashOf({ source, eventId }: Pick<Detection, 'source' | 'eventId'>): string {
  let [h1, h2] = [0xdeadbeef, 0x41c6ce57];
  for (const char of `${source}/${eventId}`) {
    const code = char.codePointAt(0)!;
    h1 = Math.imul(h1 ^ code, 2654435761);
    h2 = Math.imul(h2 ^ code, 1597334677);
  }
  h1 = Math.imul(h1 ^ (h1 >>> 16), 2246822507) ^ Math.imul(h2 ^ (h2 >>> 13), 3266489909);
  h2 = Math.imul(h2 ^ (h2 >>> 16), 2246822507) ^ Math.imul(h1 ^ (h1 >>> 13), 3266489909);
  return (4294967296 * (2097151 & h2) + (h1 >>> 0)).toString(36);
}
