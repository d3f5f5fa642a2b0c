/** The state of an incident: the fold of its events. Plain JSON, so that continue-as-new can carry it. */
import type { CaseState } from '../case/lifecycle';
import type { Rung } from '../kernel/alarm-clock';
import type { InexactInstant } from '../kernel/inexact-instant';
import type { Instant } from '../kernel/time';
import type { PolicyRef } from '../policy/policy';
import type { Anchor } from '../policy/rule';
import type { AwarenessDoubt, AwarenessStatement } from './awareness';
import type { ToldInPart } from './counted';
import type { ListedDetections } from './detections';
import type { NoticeEdit } from './edits';
import type { DataOf, OrganisationsTold, Publication } from './events';
import type { Attachment, Evidence } from './evidence';
import type { Assessment, ContainmentMeasure, ContainmentOutcome, Declaration, IncidentStatus } from './incident';
import type { LedgerHeld } from './ledger-key';
import type { LinkRelation } from './links';
import type { SwitchedSender } from './notice-sender';
import type { Parts } from './parts';
import type { ArmedClock, Coverage, RoundPurpose } from './round';
import type { AwaitsSecond, FirstsOfTwo } from './second-person';
import type { Moved } from './sending-progress';
import type { StatedBefore } from './stated-before';
import type { Tally } from './tally';
import type { ToldFacts } from './told-facts';
import type { Translations } from './translations';

/**
 * `pending`: its clock runs, nothing is drafted · `drafted`: awaits a person or its margin · `dispatching`: being sent ·
 * `partly-told`: sent, but somebody was not reached; of a public communication: its page stands, and it was not made public everywhere ·
 * `filing`: a person files it · `proposed-not-owed`: the facts say that it is not owed, and a person has not confirmed it · then fulfilled, not-required or waived.
 */
export type ObligationStatus =
  | 'pending'
  | 'drafted'
  | 'filing'
  | 'dispatching'
  | 'partly-told'
  | 'proposed-not-owed'
  | 'fulfilled'
  | 'not-required'
  | 'waived';

/** The present draft of a notice, as it was recorded. */
export type Draft = Omit<DataOf<'notice-drafted'>, 'obligation' | 'round'>;

/** An obligation before anything happened to it. */
export function blank(id: string, rule: string): Obligation {
  return { id, rule, status: 'pending', round: 1, purpose: 'first', because: [], supplements: [] };
}

/** What the product proposes on a duty, for a person to decide. */
export interface Proposal {
  /** Always the product: a person confirms. */
  by: string;
  at: Instant;
  reason: string;
  because: string[];
  /** The revision of the assessment that it rests on. */
  facts: string;
  /** What the rule read of the facts, as a fingerprint: while it is the same, the proposal and its confirmation stand. */
  basis: string;
  /** What the obligation was before; missing where it had not begun. */
  statusBefore?: ObligationStatus;
}

export interface Obligation {
  id: string;
  rule: string;
  /** Key of the authority, for obligations that expand into one each. */
  recipient?: string;
  status: ObligationStatus;
  /** 1 for the first notice; higher for supplements, follow-ups and newly found recipients. */
  round: number;
  purpose: RoundPurpose;
  /** What the rounds before this one could not say yet. */
  missingThen?: string[];
  /** What those who were told know, by fact. */
  told?: ToldFacts;
  /** What changed since then, for which this round was opened. */
  changed?: string[];
  because: string[];
  clock?: ArmedClock;
  dueAt?: Instant;
  marginAt?: Instant;
  roundStartedAt?: Instant;
  /** What of its alarm clock has rung. */
  rung?: Rung;
  draft?: Draft;
  /** Counsel's texts for this round, by language. */
  edits?: Record<string, NoticeEdit>;
  approved?: boolean;
  /** Sent without what its law requires, by a person's decision. */
  incomplete?: { by: string; missing: string[]; reason: string };
  hold?: { by: string; reason: string; ground?: string; until?: Instant; beside?: string[] };
  /** A person stopped the sending: nothing more goes out until a person approves or releases it. */
  stopped?: Stopped;
  /** The status page did not take the text: what it said. Nothing goes out until a person approves it again. */
  refused?: { at: Instant; detail: string };
  /** How many texts of a round the status page did not take: the next one takes their place on pages that did. */
  refusals?: { round: number; times: number };
  /** That it is not owed, as Tocsin proposed it; kept when a person has confirmed it. */
  proposal?: Proposal;
  missedDueAt?: Instant;
  /** Every deadline that passed while it was open: moving a clock forward erases none. */
  misses?: Instant[];
  delayReasonsOwed?: boolean;
  delayReasons?: string;
  /** When the dispatch that is under way was last found to have reached more, and how many have an outcome since. */
  moved?: Moved;
  /** Whom the dispatch that is under way goes to. */
  covers?: Coverage;
  /** Who was told of the breach. */
  tally?: Tally;
  /** Who was told once more, in a round that tells everybody again; it takes the place of the tally when it is covered. */
  again?: Tally;
  /** The round under whose key the ledger holds the mails of this one; the first where it is missing. */
  ledgerRound?: number;
  /** What was found in its ledgers, by their keys. */
  ledgers?: Record<string, LedgerHeld>;
  /** How many had been told when this round was opened, where it tells others than those. */
  toldThen?: number;
  /** The number of the event for which it is to be counted again whom mails came back from. */
  recount?: number;
  /** Of how many workspaces or people the mail came back, the most that was ever counted. */
  cameBack?: number;
  /** The last delivery that was counted. */
  delivery?: Evidence;
  /** The rounds that the company's own product took to show. */
  inApp?: Array<{ round: number; at: Instant }>;
  /** What was told outside of the product, oldest first. */
  outside?: Array<Omit<DataOf<'told-outside'>, 'obligation'> & { by: string }>;
  /** How a public communication was made public, oldest first. */
  publications?: Publication[];
  /** Other organisations that were told as they may reduce the harm, oldest first. */
  organisations?: OrganisationsTold[];
  /** Whom persons decided to leave untold, oldest first. */
  leftUntold?: Array<Omit<DataOf<'left-untold'>, 'obligation'> & { by: string; at: Instant }>;
  /** Instant, lateness and evidence of the first fulfilment: never changed afterwards. */
  fulfilledAt?: Instant;
  /** Its readings, where it is not known exactly: `fulfilledAt` is the latest, and so is the lateness the most. */
  fulfilledAs?: InexactInstant;
  lateByMs?: number;
  /** The deadline, where it falls between those readings: whether it was in time depends on the hour. */
  inTimeUntil?: Instant;
  /** As it was stated before it was stated more exactly, each with its verdict. */
  statedBefore?: StatedBefore[];
  /** The clock that the first fulfilment met. */
  metClock?: { clock: ArmedClock; dueAt: Instant };
  /** Its lateness on the instants as they were corrected since. */
  correctedLateByMs?: number;
  correctedInTimeUntil?: Instant;
  correctedDueAt?: Instant;
  evidence?: Evidence;
  /** The case number that the authority gave, at once or later (in Germany: the Aktenzeichen). */
  caseNumber?: string;
  /** Receipts and other files that came after a report was filed, by their hashes. */
  attachments?: Attachment[];
  /** Required fields of a report, by title, that a person decided cannot be established. */
  cannotEstablish?: Array<{ field: string; reason: string; by: string; at: Instant }>;
  /** Instants and evidence of later rounds, each with its lateness after the deadline of that round. */
  supplements: Supplement[];
  /** Decision of a person, for `not-required` and `waived`. */
  decision?: {
    by: string;
    at: Instant;
    reason: string;
    ground?: string;
    facts?: string;
    /** What a waiver rests on, as a fingerprint. */
    basis?: string;
    /** Who had been told when it was waived, and who was not. */
    inPart?: ToldInPart;
    proposed?: string;
  };
  statusAtDispatch?: IncidentStatus;
}

/** Who stopped the sending of a notice, when and why. */
export interface Stopped {
  by: string;
  at: Instant;
  reason: string;
}

/** A later round that was fulfilled. */
export interface Supplement extends Omit<DataOf<'obligation-supplemented'>, 'obligation'> {
  /** As it was stated before it was stated more exactly. */
  statedBefore?: StatedBefore[];
}

/** Which authority takes the place of one that is to be determined, by whom and why. */
export interface AuthorityDecision {
  authority: string;
  by: string;
  at: Instant;
  reason: string;
}

export interface ContainmentStep {
  id: string;
  /** 1 at first; higher when the measure was asked for again; 0 while the first time waits for a second person. */
  round: number;
  measure: ContainmentMeasure;
  /** `awaits-second` is for a person, `requested` and `undo-requested` are work for the workflow; the rest are outcomes. */
  state: 'awaits-second' | 'requested' | 'undo-requested' | ContainmentOutcome;
  /** Who asked for it first, while it waits for a second person. */
  askedBy?: string;
  /** How it stood before it was asked for again, while that waits for a second person. */
  stood?: ContainmentStep['state'];
  detail?: string;
  at: Instant;
}

export interface IncidentState extends CaseState {
  declaration: Declaration;
  policy: PolicyRef;
  status: IncidentStatus;
  /**
   * The entry by which the status last changed, or the first. Missing where each status makes every draft out of date, as in what
   * was declared before decision 0038.
   */
  statusSince?: number;
  /** Missing where each assessment opens every waiver again, as in what was declared before decision 0041. */
  waiversByFacts?: true;
  assessment?: { revision: number; by: string; at: Instant; facts: Assessment };
  anchors: Partial<Record<Anchor, Instant>>;
  /** All that was stated of the awareness, in the order of the statements. */
  awareness?: AwarenessStatement[];
  awarenessDoubt?: AwarenessDoubt;
  /** The same of the declared detection, and of the awareness of a part found later. */
  detectionDoubt?: AwarenessDoubt;
  partsDoubt?: AwarenessDoubt;
  /** What waits for a second person. */
  awaitsSecond?: AwaitsSecond;
  /** What the first of two persons decided, by act and obligation. */
  firstOfTwo?: FirstsOfTwo;
  parts?: Parts;
  /** By rule: the authority that a person decided on, where the facts do not say which one it is. */
  authorityDecided?: Record<string, AuthorityDecision>;
  /** Since when the service is affected, where that was corrected. */
  serviceAffectedFrom?: Instant;
  obligations: Record<string, Obligation>;
  containment: Record<string, ContainmentStep>;
  /** How it was contained, and what of it was contained before. */
  containedAs?: { inexact?: InexactInstant; atUnknown?: boolean; despite?: string; steps?: string[] };
  partlyContained?: { at: Instant; by: string; note: string };
  measures: Array<{ at: Instant; by: string; text: string; category: string; planned?: boolean }>;
  /** Texts of the facts in other languages. */
  translations?: Translations;
  /** Whom notices are from, in place of the configured sender. */
  sender?: SwitchedSender;
  review?: { at: Instant; by: string; rootCause: string; controls: string[]; shareSummary: boolean; summary?: string };
  /** When it was closed before it was opened again, and why. */
  reopenings?: Array<{ closedAt: Instant; at: Instant; by: string; reason: string }>;
  followUps?: Array<{ at: Instant; by: string; text: string }>;
  links?: Array<{ to: string; relation: LinkRelation; note?: string }>;
  /** The triage cases whose detections belong to it, in the order in which they joined, and those that left it again. */
  detections?: ListedDetections[];
  /** Triage cases that an earlier version merged, which it does not list, and that left it. */
  leftUnlisted?: string[];
  registerVerified?: { entries: number; head: string; at: Instant };
  rejected: number;
}

/** The state with an obligation as it is now. */
export function putObligation(state: IncidentState, o: Obligation): IncidentState {
  return { ...state, obligations: { ...state.obligations, [o.id]: o } };
}

/** Whether nothing of it goes out, on silence either, until a person acts: its sending was stopped, or its text refused. */
export function waitsForPerson({ stopped, refused }: Pick<Obligation, 'stopped' | 'refused'>): boolean {
  return Boolean(stopped || refused);
}

/**
 * What those who were told so far were told without. A round for newly found recipients tells only them, so what the
 * rounds before it lacked is still owed to the others.
 */
export function toldWithout({ draft, missingThen, purpose }: Obligation): string[] {
  const before = purpose === 'new-recipients' ? (missingThen ?? []) : [];
  return [...new Set([...before, ...(draft?.missing ?? [])])];
}

/**
 * How many notices its present recipients have had. A round for people who were never told is a first notice to them, and so
 * is one that opens again what was not required before.
 */
export function toldBefore({ fulfilledAt, supplements, purpose }: Obligation): number {
  return fulfilledAt === undefined || purpose === 'new-recipients' ? 0 : 1 + supplements.length;
}

/** True when nothing more is owed on an obligation. */
export function isSettled(obligation: Obligation): boolean {
  return ['fulfilled', 'not-required', 'waived'].includes(obligation.status);
}

/** Which correction of its round a text is, from 1; undefined while no page has refused a text of that round. */
export function correctionOf({ round, refusals }: Pick<Obligation, 'round' | 'refusals'>): number | undefined {
  return refusals?.round === round ? refusals.times : undefined;
}
