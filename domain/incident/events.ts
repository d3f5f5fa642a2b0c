/**
 * Everything that happens is one of these events; the register holds them, the state is their fold.
 * No event carries a secret, a recipient or an address: `by` is a member of staff or a tool, audiences are counts.
 * Those of one obligation are in obligation-events.ts.
 */

import type { PagingService, RingAgain } from '../case/acknowledge';
import { type Alarm, obligationOf } from '../case/alarm';
import type { Resumed } from '../case/found';
import type { InexactInstant } from '../kernel/inexact-instant';
import type { RecordedEvent } from '../kernel/recorded-event';
import type { Instant } from '../kernel/time';
import type { PolicyRef } from '../policy/policy';
import type { AwarenessBasis } from './awareness';
import type { Corrected } from './corrected-facts';
import type { Detections, Recounted } from './detections';
import type { Doubted } from './doubted-kinds';
import type { Consequences, Judgements } from './facts/judgements';
import type { Assessment, ContainmentMeasure, ContainmentOutcome, Declaration, IncidentStatus } from './incident';
import type { LinkRelation } from './links';
import type { MessageName } from './messages';
import type { ObligationEventData } from './obligation-events';
import type { SecondPersonChange } from './second-person';

/** Why a person must look at an instant, and by when. */
interface Doubt {
  why: string[];
  answerBy: Instant;
}

interface EventData extends ObligationEventData {
  /** `doubt`: why a person must look at the detection, and by when. */
  /**
   * `draftsByText`: its drafts are out of date by what they say; missing where each status made them so (decision 0038).
   * `waiversByFacts`: a waiver stands while what it rests on is the same; missing where each assessment opened it (decision 0041).
   */
  declared: {
    declaration: Declaration;
    policy: PolicyRef;
    doubt?: Doubt;
    draftsByText?: true;
    waiversByFacts?: true;
  };
  /**
   * `partsAwareAt`: when what it newly names became known, where that was before it was recorded. `saidAt`: when it was
   * said, where it was recorded later. `judgements`: the judgements
   * of the risk of single data sets, which stand apart from them.
   */
  assessed: {
    revision: number;
    assessment: Assessment;
    judgements?: Judgements;
    consequences?: Consequences;
    reason?: string;
    saidAt?: Instant;
    partsAwareAt?: Instant;
    partsAwareAs?: InexactInstant;
    /** Why a person must look at that instant, and by when. */
    doubt?: Doubt;
  };
  /** `previousAt`: what counted before. `doubt`: why a person must look at it, and by when. */
  'awareness-recorded': {
    /** The earliest reading, where it is not known exactly. */
    awareAt: Instant;
    inexact?: InexactInstant;
    basis: AwarenessBasis;
    previousAt?: Instant;
    reason?: string;
    agreedBy?: string;
    doubt?: Doubt;
  };
  /** A person stands by a doubtful awareness; `of`: by another doubtful instant. */
  'awareness-upheld': { awareAt: Instant; reason?: string; of?: Doubted };
  /** A change that one person alone cannot make waits for a second. */
  'second-person-asked': {
    change: SecondPersonChange;
    awareAt: Instant;
    inexact?: InexactInstant;
    basis: AwarenessBasis;
    previousAt: Instant;
    reason: string;
  };
  'second-person-declined': { change: SecondPersonChange; reason?: string };
  'status-changed': { status: IncidentStatus; at: Instant; previous: IncidentStatus; note?: string };
  'alarm-raised': Alarm;
  /**
   * `alarms`: sequence numbers of `alarm-raised` events that are not repeated any more. `via`: the paging service in which it was
   * done, on whose word `by` stands there; `ringAgain`: which of them ring again, and when, unless what they call for is done before.
   */
  'alarm-acknowledged': { alarms: number[]; via?: PagingService; ringAgain?: RingAgain };
  /** `at`: the earliest reading, where it is not known exactly. */
  contained: { at: Instant; inexact?: InexactInstant; atUnknown?: boolean; despite?: string; steps?: string[] };
  'partly-contained': { at: Instant; note: string };
  'containment-corrected': { at: Instant; inexact?: InexactInstant; previousAt: Instant; reason: string };
  corrected: Corrected;
  'containment-requested': { id: string; measure: ContainmentMeasure; firstBy?: string };
  /** One of two persons asked for a wide block: it is carried out when a second asks for the same. */
  'containment-first-of-two': { id: string; measure: ContainmentMeasure };
  'containment-undo-requested': { id: string };
  /** `internal`: what only those who work on it need, with the ids of systems and in whose words it failed. */
  'containment-step': { id: string; outcome: ContainmentOutcome; detail: string; internal?: string };
  'measure-recorded': { text: string; category: string; planned?: boolean; at: Instant };
  /** `translations`: of each of the texts, in their order. */
  'texts-translated': { language: string; texts: string[]; translations: string[] };
  /** Notices come from another sender; without `from`, from the configured one again. `underWay`: those that keep theirs. */
  'sender-switched': { from?: string; replyTo?: string; reason: string; underWay?: string[] };
  reviewed: { rootCause: string; controls: string[]; shareSummary: boolean; summary?: string };
  'register-verified': { entries: number; head: string };
  /** `message` is the name under which it came, which may be none of ours. */
  rejected: { message: string; problems: string[] };
  noted: { message: MessageName; note: string };
  closed: { note?: string };
  /** `policy`: the one that applies from now on, where it is another. */
  reopened: { closedAt: Instant; reason: string; policy?: PolicyRef };
  /** `policy`: the one that applies from now on, where it is another. */
  resumed: Resumed & { policy?: PolicyRef };
  'followed-up': { text: string; at: Instant };
  linked: { to: string; relation: LinkRelation; note?: string };
  /** The detections of a triage case belong to it: it was declared from them, or they were merged into it. */
  'detections-joined': Detections;
  /** More of them came since. */
  'detections-recounted': Recounted;
  /** A person took them out again. */
  'detections-left': { caseId: string; reason: string };
}

export type EventKind = keyof EventData;
export type DataOf<K extends EventKind> = EventData[K];

/** An event before it has its place in the incident's sequence. */
export type NewEvent = { [K in EventKind]: { kind: K; data: EventData[K]; by?: string } }[EventKind];

/** An event of an incident as it stands in the register. */
export type IncidentEvent = NewEvent & Omit<RecordedEvent, 'kind' | 'data'>;

export type EventOf<K extends EventKind> = Extract<IncidentEvent, { kind: K }>;

/** The obligation that an event is about. */
export function obligationOfEvent(event: IncidentEvent): string | undefined {
  if (event.kind === 'alarm-raised') return obligationOf(event.data);
  return 'obligation' in event.data ? event.data.obligation : undefined;
}

/** One channel by which a notice was made public, as a person recorded it. */
export type Publication = Omit<DataOf<'made-public'>, 'obligation'> & { by: string };

/** Other organisations that were told together, as a person recorded it. */
export type OrganisationsTold = Omit<DataOf<'organisations-told'>, 'obligation'> & { by: string };
