import { decidedByRule } from '../domain/incident/authorship';
import { counting } from '../domain/incident/awareness';
import { containedWhen } from '../domain/incident/contained-when';
import { NOT_YET_ESTABLISHED } from '../domain/incident/content-value';
import { howItOccurred, likelyConsequences } from '../domain/incident/contents';
import type { IncidentEvent } from '../domain/incident/events';
import type { Attachment, Evidence } from '../domain/incident/evidence';
import { fold } from '../domain/incident/evolve';
import { judgementLines } from '../domain/incident/facts/risk-judgement';
import { attachmentsIn } from '../domain/incident/filings';
import type { DataSet } from '../domain/incident/incident';
import { type Lateness, latenessOf } from '../domain/incident/lateness';
import { namedText } from '../domain/incident/narrate-obligation';
import { ORGANISATIONS } from '../domain/incident/organisations-told';
import { PUBLIC_NOTICE } from '../domain/incident/readers';
import { type IncidentState, isSettled, type Obligation } from '../domain/incident/state';
import type { StatedBefore } from '../domain/incident/stated-before';
import { WITHDRAWAL_WORDS, withdrawalOf } from '../domain/incident/withdrawn-report';
import { type Count, countText } from '../domain/kernel/count';
import { type InexactInstant, inexactOf, latestOf, whenText } from '../domain/kernel/inexact-instant';
import { type StandIn, standInOf } from '../domain/policy/disclosure';
import { MalformedEntryError } from './errors';

/** A fact, or the words that the law's forms use while it is not known. Never left out, never guessed. */
export type Known<T> = T | typeof NOT_YET_ESTABLISHED;

/** R1: date and time detected and declared. */
export interface Times {
  /** The earliest reading, where it is not known exactly; `detectedStated` is then how it was stated, with both readings. */
  detectedAt: string;
  detectedStated?: string;
  declaredAt: string;
  declaredBy: string;
  source: string;
  /** When the company became aware that personal data may be affected: the clock of Art. 33. */
  awareAt: Known<string>;
  /** The same as it was stated, with both readings in UTC, where it is not known exactly: `awareAt` is the earliest. */
  awareStated?: string;
}

/** R2: nature, the type and how it occurred. */
export interface Nature {
  title: string;
  type: string;
  howItOccurred: Known<string>;
  affects: string[];
  systems: string[];
  severity: string;
}

/** R3: one affected set of personal data. */
export interface DataInvolved {
  id: string;
  title: string;
  role: DataSet['role'];
  categories: Known<string[]>;
  /** A number is approximate; a text says how far it is known, like "at least 5". */
  records: number | string;
  individuals: number | string;
  residence: Known<Record<string, Known<number>>>;
  risk: Known<string>;
  /** Method, factors and reasoning, as named lines. */
  judgement: [name: string, said: string][];
}

/** R5: containment with its outcome, measures taken, and what the review changed. */
export interface MeasuresTaken {
  /** When it was contained, as far as that is known, and whether each duty to contain was kept in time. */
  contained?: { at: string; stated?: string; verdicts: ({ obligation: string } & Lateness)[] };
  containment: { step: string; outcome: string; at: string; detail?: string }[];
  measures: { at: string; by: string; category: string; text: string }[];
  rootCause: Known<string>;
  controls: string[];
}

/** R6: one notification that went out: who, when, through which channel. */
export interface NotificationSent {
  obligation: string;
  /** The authority, or the rule whose audience it was. People and addresses stay in the delivery ledger. */
  who: string;
  channel: string;
  /** 1 for the first notice; higher for supplements and newly found recipients. */
  round: number;
  /** The instant that counts as its fulfilment. */
  at: string;
  firstSentAt?: string;
  lastSentAt?: string;
  recipients?: number;
  sent?: number;
  failed?: number;
  /** Of how many workspaces or people the mail came back afterwards, the most that was ever counted. */
  cameBack?: number;
  /** How many were to be told and were: by mail and otherwise. Workspaces, or people. */
  of?: number;
  told?: number;
  /** When the first and the last of them were told. */
  firstToldAt?: string;
  lastToldAt?: string;
  /** How they were told outside of the product, by whose account, and whom. */
  outside?: { how: string; by: string; who: string; note?: string; evidenceSha256?: string };
  /** Milliseconds after the deadline, of a later round after its own; frozen when it was fulfilled, 0 when in time. */
  lateByMs?: number;
  /** The same on the instants as they were corrected since; left out where nothing was corrected. */
  correctedLateByMs?: number;
  /** The deadline, where it falls between the readings of an act whose time is not known exactly; and the corrected one. */
  inTimeUntil?: string;
  correctedInTimeUntil?: string;
  /** When that act was, as it was stated, with both readings in UTC. `at` is the latest. */
  stated?: string;
  delayReasons?: string;
  reference?: string;
  /** A report that was withdrawn by it: the authority was asked to treat it as withdrawn. */
  withdraws?: true;
  /** What the authority gave the report, at once or later. */
  caseNumber?: string;
  /** Titles of the required fields that this phase of a report did not deliver. */
  missing?: string[];
  /** Receipts and other files, by name and hash. */
  attachments: Attachment[];
  url?: string;
  /** SHA-256 of each rendering that was sent. */
  renderings: { language: string; sha256: string }[];
}

/** One incident as the breach register shows it: the six groups R1–R6, computed from its entries and nothing else. */
export interface IncidentRecord {
  incidentId: string;
  exercise: boolean;
  status: string;
  owner: string;
  closedAt?: string;
  /** R1 */
  times: Times;
  /** R2 */
  nature: Nature;
  /** R3 */
  personalData: { involved: Known<string>; dataSets: DataInvolved[]; workspaces: Known<number | 'all'> | StandIn };
  /** R4 */
  likelyConsequences: Known<string>;
  /** How the risk of the breach as a whole was judged, as named lines. */
  judgement: [name: string, said: string][];
  /** R5 */
  measures: MeasuresTaken;
  /** R6 */
  notifications: NotificationSent[];
  /** Obligations that still run, with their deadline. */
  owed: {
    obligation: string;
    status: string;
    dueAt: Known<string>;
    /** That it is not owed, as Tocsin proposes and nobody has confirmed. */
    proposed?: string;
  }[];
  /** Whom persons decided to leave untold: by whom, when, why. */
  leftUntold: { obligation: string; by: string; at: string; reason: string; who: string }[];
  /** Duties that were found not to apply or were waived. `byRule`: the rule decided, on what `by` stated; else `by` did. */
  notRequired: {
    obligation: string;
    by: string;
    byRule?: string;
    at: string;
    reason: string;
    ground?: string;
    proposed?: string;
  }[];
}

/**
 * Groups one incident's entries as R1–R6 of the breach register (GDPR Art. 33(5)). Takes any order and repetition, and
 * events as a reader is shown them, with stand-ins for what is withheld or erased.
 *
 * @throws MalformedEntryError when there are no entries, those of two incidents, or they do not begin with the declaration.
 */
export function groupEntry(events: IncidentEvent[]): IncidentRecord {
  const ids = new Set(events.map((event) => event.incidentId));
  if (ids.size !== 1) throw new MalformedEntryError(`a record shows one incident; ${ids.size} were given`);
  if (!events.some((event) => event.seq === 1 && event.kind === 'declared')) {
    throw new MalformedEntryError(
      `the entries of incident ${[...ids][0]} do not begin with its declaration: read all of them`,
    );
  }
  const state = fold(events)!;
  const facts = state.assessment?.facts;
  return {
    incidentId: state.caseId,
    exercise: state.exercise,
    status: state.status,
    owner: state.declaration.owner,
    closedAt: state.closedAt,
    times: timesOf(state),
    nature: natureOf(state),
    personalData: {
      involved: known(facts?.personalData === 'unknown' ? undefined : facts?.personalData),
      dataSets: (facts?.dataSets ?? []).map(dataInvolved),
      workspaces: facts === undefined ? NOT_YET_ESTABLISHED : workspacesOf(facts.workspaces),
    },
    likelyConsequences: known(likelyConsequences(state)),
    judgement: judgementLines(facts?.riskJudgement),
    measures: measuresOf(state, events),
    ...obligationsOf(state),
  };
}

function timesOf({ declaration, anchors, awareness }: IncidentState): Times {
  const { detectedAt, detectedAs, declaredAt, declaredBy, source } = declaration;
  const { statement } = counting(awareness) ?? {};
  const inexact = statement?.awareAt === anchors.aware ? statement?.inexact : undefined;
  return {
    ...{ detectedAt, declaredAt, declaredBy, source, awareAt: known(anchors.aware) },
    ...(detectedAs && { detectedStated: whenText(detectedAs) }),
    ...(inexact && { awareStated: whenText(inexact) }),
  };
}

function natureOf(state: IncidentState): Nature {
  const { title, kind, affects, systems, severity } = state.declaration;
  // The review's root cause answers the question where the declaration and the assessment could not.
  const how = known(howItOccurred(state) ?? state.review?.rootCause);
  return { title, type: kind, howItOccurred: how, affects, systems, severity };
}

function dataInvolved({
  id,
  title,
  role,
  categories,
  records,
  individuals,
  residence,
  risk,
  riskJudgement,
}: DataSet): DataInvolved {
  const countries = Object.entries(residence).map(([country, count]) => [country, known(count ?? undefined)] as const);
  return {
    id,
    title,
    role,
    categories: categories.length > 0 ? categories : NOT_YET_ESTABLISHED,
    records: counted(records),
    individuals: counted(individuals),
    residence: countries.length > 0 ? Object.fromEntries(countries) : NOT_YET_ESTABLISHED,
    risk: known(risk === 'unknown' ? undefined : risk),
    judgement: judgementLines(riskJudgement),
  };
}

function counted(count: Count | undefined): number | string {
  return count === undefined || typeof count === 'number' ? known(count) : countText(count);
}

function workspacesOf(workspaces: 'all' | string[]): number | 'all' | StandIn {
  return standInOf(workspaces) ?? (workspaces === 'all' ? 'all' : workspaces.length);
}

function measuresOf(state: IncidentState, events: IncidentEvent[]): MeasuresTaken {
  const { containment, measures, review } = state;
  const steps = Object.values(containment).filter(({ id }) => !standInOf(id));
  return {
    ...containedIn(state),
    containment: [
      ...steps.map(({ id, state, at, detail }) => ({ step: id, outcome: state, at, detail })),
      ...unnamedSteps(events),
    ],
    measures: measures.map(({ at, by, category, text }) => ({ at, by, category, text })),
    rootCause: known(review?.rootCause),
    controls: review?.controls ?? [],
  };
}

/** Containment at an inexact time is in time, late, or either by the hour: the register says which. */
function containedIn(state: IncidentState): Pick<MeasuresTaken, 'contained'> {
  const when = containedWhen(state);
  if (when === undefined) return {};
  const kept = Object.values(state.obligations).filter(({ evidence }) => evidence?.channel === 'containment');
  const verdicts = kept.map((o) => ({ obligation: o.id, ...latenessOf(o) }));
  return { contained: { at: latestOf(when), ...statedAs(inexactOf(when)), verdicts } };
}

/** Where this reader is not shown which measure a step was of, the steps cannot be told apart: each outcome stands alone. */
function unnamedSteps(events: IncidentEvent[]): MeasuresTaken['containment'] {
  const bySeq = new Map(events.map((event) => [event.seq, event]));
  return [...bySeq.values()]
    .sort((a, b) => a.seq - b.seq)
    .flatMap((event) =>
      event.kind === 'containment-step' && standInOf(event.data.id)
        ? [{ step: event.data.id, outcome: event.data.outcome, at: event.at, detail: event.data.detail }]
        : [],
    );
}

/** Fulfilled through these channels, an obligation was a notification; the rest are containment, review and records. */
const NOTICE_CHANNELS = ['email', 'status-page', 'filing', 'outside', PUBLIC_NOTICE, ORGANISATIONS];

function obligationsOf(
  state: IncidentState,
): Pick<IncidentRecord, 'notifications' | 'owed' | 'leftUntold' | 'notRequired'> {
  const all = Object.values(state.obligations);
  return {
    notifications: all
      .flatMap(sentFor)
      .filter(({ channel }) => NOTICE_CHANNELS.includes(channel))
      .concat(all.flatMap(toldOutside), all.flatMap(madePublic), all.flatMap(organisationsTold))
      .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)),
    owed: all
      .filter((obligation) => !isSettled(obligation))
      .map((o) => {
        const { id, dueAt, proposal } = o;
        const withdrawal = withdrawalOf(o);
        return {
          ...{ obligation: id, status: withdrawal ? WITHDRAWAL_WORDS[withdrawal] : o.status, dueAt: known(dueAt) },
          ...(proposal && { proposed: proposal.reason }),
        };
      }),
    leftUntold: all.flatMap(({ id, leftUntold = [] }) =>
      leftUntold.map(({ by, at, reason, ...named }) => ({ obligation: id, by, at, reason, who: namedText(named) })),
    ),
    notRequired: all.flatMap((o) => {
      const { id, status, decision } = o;
      if (decision === undefined || (status !== 'not-required' && status !== 'waived')) return [];
      const { by, at, reason, ground, proposed } = decision;
      const byRule = decidedByRule(o, state);
      return [
        {
          obligation: id,
          by,
          ...(byRule !== undefined && { byRule }),
          at,
          reason,
          ...(ground !== undefined && { ground }),
          ...(proposed !== undefined && { proposed }),
        },
      ];
    }),
  };
}

/** What was told outside of the product, one notification each. */
function toldOutside({ id, rule, outside = [] }: Obligation): NotificationSent[] {
  return outside.map(({ round, at, inexact, channel, by, note, evidence, ...named }) => ({
    ...{ obligation: id, who: rule, channel: 'outside', round, at, renderings: [], attachments: [] },
    ...statedAs(inexact),
    outside: {
      ...{ how: channel, by, who: namedText(named) },
      ...(note !== undefined && { note }),
      ...(evidence !== undefined && { evidenceSha256: evidence.sha256 }),
    },
  }));
}

/** By which channels a public communication was made public, one notification each. */
function madePublic({ id, rule, publications = [] }: Obligation): NotificationSent[] {
  return publications.map(({ round, at, inexact, channel, languages, by, note, evidence }) => ({
    ...{ obligation: id, who: rule, channel: 'outside', round, at, renderings: [], attachments: [] },
    ...statedAs(inexact),
    outside: {
      ...{ how: channel, by, who: `the public, in ${standInOf(languages) ?? languages.join(', ')}` },
      ...(note !== undefined && { note }),
      ...(evidence !== undefined && { evidenceSha256: evidence.sha256 }),
    },
  }));
}

/** Which other organisations were told that may reduce the harm, one notification each time. */
function organisationsTold({ id, rule, organisations = [] }: Obligation): NotificationSent[] {
  return organisations.map(({ round, at, inexact, channel, organisations: names, by, note, evidence }) => ({
    ...{ obligation: id, who: rule, channel: 'outside', round, at, renderings: [], attachments: [] },
    ...statedAs(inexact),
    outside: {
      ...{ how: channel, by, who: standInOf(names) ?? names.join(', ') },
      ...(note !== undefined && { note }),
      ...(evidence !== undefined && { evidenceSha256: evidence.sha256 }),
    },
  }));
}

/** The first notice and every later round, each with its lateness after its own deadline. */
function sentFor(obligation: Obligation): NotificationSent[] {
  const { fulfilledAt, fulfilledAs, statedBefore, evidence, delayReasons, supplements } = obligation;
  const isWithdrawn = withdrawalOf(obligation) === 'told';
  const rounds = supplements.map(
    (
      { round, at, inexact, lateByMs, inTimeUntil, statedBefore: before, evidence: later },
      index,
    ): NotificationSent => ({
      ...notification(obligation, round, at, later),
      ...statedAs(inexact, before),
      ...(lateByMs !== undefined && { lateByMs }),
      ...(inTimeUntil && { inTimeUntil }),
      ...(isWithdrawn && index === supplements.length - 1 && { withdraws: true }),
    }),
  );
  if (fulfilledAt === undefined || evidence === undefined) return rounds;
  const { correctedLateByMs, ...late } = latenessOf(obligation);
  const corrected = correctedLateByMs === undefined ? {} : { correctedLateByMs };
  const first = notification(obligation, 1, fulfilledAt, evidence);
  const { cameBack } = obligation;
  const back = cameBack === undefined ? {} : { cameBack };
  return [
    { ...first, ...back, ...statedAs(fulfilledAs, statedBefore), ...late, ...corrected, delayReasons },
    ...rounds,
  ];
}

/** An instant that is not known exactly as it was stated, with both of its readings; and as it was stated before that. */
function statedAs(inexact: InexactInstant | undefined, before: StatedBefore[] = []): { stated?: string } {
  const first = before[0] && `${whenText(before[0].inexact)} before it was known more exactly`;
  const stated = [...(inexact ? [whenText(inexact)] : []), ...(first ? [first] : [])];
  return stated.length > 0 ? { stated: stated.join(', and as ') } : {};
}

function notification(
  { id, rule, recipient, caseNumber, attachments = [] }: Obligation,
  round: number,
  at: string,
  evidence: Evidence,
): NotificationSent {
  const { channel, authority, recipients, sent, failed, firstSentAt, lastSentAt, renderings, reference, url } =
    evidence;
  const { of, told, firstToldAt, lastToldAt, missing } = evidence;
  return {
    obligation: id,
    who: authority ?? recipient ?? rule,
    channel,
    round,
    at,
    firstSentAt,
    lastSentAt,
    recipients,
    sent,
    failed,
    of,
    told,
    firstToldAt,
    lastToldAt,
    reference,
    caseNumber: evidence.caseNumber ?? (round === 1 ? caseNumber : undefined),
    missing,
    // What the authority gave later belongs to the report as a whole.
    attachments: [...attachmentsIn(evidence), ...(round === 1 ? attachments : [])],
    url,
    renderings: (renderings ?? []).map(({ language, sha256 }) => ({ language, sha256 })),
  };
}

function known<T>(value: T | undefined): Known<T> {
  return value === undefined ? NOT_YET_ESTABLISHED : value;
}
