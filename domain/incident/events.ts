/**
 * Everything that happens is one of these events; the register holds them, the state is their fold.
 * No event carries a secret, a recipient or an address: `by` is a member of staff or a tool, audiences are counts.
 */

import { type Alarm, obligationOf } from '../case/alarm';
import type { Resumed } from '../case/found';
import type { InexactInstant } from '../kernel/inexact-instant';
import type { RecordedEvent } from '../kernel/recorded-event';
import type { Instant } from '../kernel/time';
import type { PolicyRef } from '../policy/policy';
import type { Anchor } from '../policy/rule';
import type { TwoPersonAct } from '../policy/two-persons';
import type { Audience, Group } from './audience';
import type { AwarenessBasis } from './awareness';
import type { Corrected } from './corrected-facts';
import type { Doubted } from './doubted-kinds';
import type { EditedText } from './edits';
import type { Consequences, Judgements } from './facts/judgements';
import type { Assessment, ContainmentMeasure, Declaration, IncidentStatus } from './incident';
import type { LinkRelation } from './links';
import type { MessageName } from './messages';
import type { PublicChannel } from './public-channels';
import type { SecondPersonChange } from './second-person';
import type { StatedBefore } from './stated-before';
import type { CHANNELS, Counted, Named } from './tally';
import type { ToldFacts } from './told-facts';

/** One rendering of a notice in one language, stored by its hash. */
export interface Rendering {
  language: string;
  sha256: string;
  template: string;
  templateSha256: string;
  /** A person's text in place of the generated one, which stands under `of` where there is one. */
  edited?: { of?: string };
  /** Hash of the list of the renderings of single workspaces, which are told their own numbers; and how many there are. */
  own?: { sha256: string; count: number };
}

/** A receipt or another file of a report, by its hash; `name` where an event of an earlier version holds it. */
export interface Attachment {
  name?: string;
  sha256: string;
  bytes: number;
}

/** What shows that an obligation was fulfilled. */
export interface Evidence {
  channel: string;
  recipients?: number;
  sent?: number;
  failed?: number;
  firstSentAt?: Instant;
  lastSentAt?: Instant;
  renderings?: Rendering[];
  reference?: string;
  caseNumber?: string;
  /** Receipts and other files of a report: the files themselves stay with whoever filed it. */
  attachments?: Attachment[];
  /** Their names, in their order: they may name people, and stand apart so that they can be erased. */
  attachmentNames?: string[];
  /** Titles of required fields that this phase of a report did not deliver. */
  missing?: string[];
  authority?: string;
  url?: string;
  note?: string;
  /** How many were to be told, and of them were told: by mail and outside of the product. Workspaces, or people. */
  of?: number;
  told?: number;
  outside?: number;
  /** How many stay untold by a person's decision. */
  left?: number;
  firstToldAt?: Instant;
  lastToldAt?: Instant;
  /** The obligation whose notice served this one too. */
  toldWith?: string;
}

/** How many an email notice would reach when it was drafted. */
export interface Reach {
  /** Mails, by the language of the text that each gets. */
  languages: Record<string, number>;
  /** Workspaces or people without a usable address, or that the directory does not know. */
  unreachable: number;
}

/** The clock that counts for an obligation: its anchor and the anchor's recorded instant. */
export interface ArmedClock {
  /** `reopened`: a later round, whose time counts from when it was opened. */
  from: Anchor | 'reopened';
  anchorAt: Instant;
  /** The awareness of the part that made the duty, where that is a part found later: the clock starts no earlier. */
  partAt?: Instant;
}

export interface Due {
  dueAt: Instant;
  /** When an unapproved notice goes out by itself, or its owner is alarmed: margin before `dueAt`. */
  marginAt: Instant;
}

/**
 * Why a round is opened. `first`: nobody was told before · `new-recipients`: others than those told before · `retracted`:
 * what was done turned out not to be.
 */
export type RoundPurpose = 'first' | 'new-recipients' | 'supplement' | 'follow-up' | 'retracted';

/** Workspaces and data sets that a dispatch goes to. */
export interface Coverage {
  workspaces: 'all' | string[];
  dataSets: string[];
}

/**
 * `recorded-only`: a recorder on this machine took it, and nothing was done in the world. `withdrawn`: one person had asked for
 * it, and it was taken back before a second did.
 */
export type ContainmentOutcome =
  | 'applied'
  | 'verified'
  | 'recorded-only'
  | 'failed'
  | 'refused'
  | 'undone'
  | 'withdrawn';

/** Why a person must look at an instant, and by when. */
interface Doubt {
  why: string[];
  answerBy: Instant;
}

interface EventData {
  /** `doubt`: why a person must look at the detection, and by when. */
  declared: { declaration: Declaration; policy: PolicyRef; doubt?: Doubt };
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
  /** One of two persons decided; it takes effect when a second decides the same. `what`: the draft, the ground, the facts. */
  'first-of-two': { act: TwoPersonAct; obligation: string; what: string; ground?: string; reason?: string };
  'second-person-declined': { change: SecondPersonChange; reason?: string };
  'status-changed': { status: IncidentStatus; at: Instant; previous: IncidentStatus; note?: string };
  'obligation-armed': {
    obligation: string;
    rule: string;
    recipient?: string;
    clock: ArmedClock;
    because: string[];
  } & Due;
  'obligation-due-changed': { obligation: string; clock: ArmedClock; previousDueAt?: Instant } & Due;
  /** `proposed`: what Tocsin had proposed, where a person confirmed it; `reason` is then that person's own. */
  'obligation-not-required': {
    obligation: string;
    rule: string;
    reason: string;
    decidedBy: string;
    proposed?: string;
    firstBy?: string;
  };
  /** By Tocsin, under the rule: a person confirms it or it stays open. `facts`: the assessment that it rests on. */
  'not-owed-proposed': {
    obligation: string;
    rule: string;
    recipient?: string;
    reason: string;
    because: string[];
    facts: string;
    /** What the rule read of the facts, as a fingerprint. */
    basis: string;
    clock?: ArmedClock;
  } & Partial<Due>;
  'not-owed-withdrawn': { obligation: string; reason: string };
  'obligation-reopened': {
    obligation: string;
    round: number;
    purpose: RoundPurpose;
    reason: string;
    clock: ArmedClock;
    /** The facts that changed since it was told, in words. */
    changed?: string[];
  } & Due;
  'notice-drafted': {
    obligation: string;
    round: number;
    fingerprint: string;
    renderings: Rendering[];
    missing: string[];
    /** Languages that the notice is not offered in, with the number of texts that nobody has translated. */
    untranslated?: Record<string, number>;
    url?: string;
    reach?: Reach;
    /** What it tells, by fact. */
    says?: ToldFacts;
  };
  /** `incomplete`: what its law requires and it lacks, and why a person sends it all the same. */
  'notice-approved': {
    obligation: string;
    round: number;
    draft: string;
    incomplete?: { missing: string[]; reason: string };
    firstBy?: string;
  };
  /** Counsel's text of a notice in one language. It stands while the facts of that draft do. */
  'notice-edited': { obligation: string; round: number; draft: string } & EditedText;
  /** `beside`: others who hold it too, where it takes two persons to release what somebody else holds. */
  'obligation-held': { obligation: string; reason: string; ground?: string; until?: Instant; beside?: string[] };
  'obligation-released': { obligation: string; reason?: string; firstBy?: string };
  'obligation-waived': {
    obligation: string;
    rule: string;
    reason: string;
    ground: string;
    says?: ToldFacts;
    /** Who decided the same first, where two persons must. */
    firstBy?: string;
  };
  /** A named person decides that what changed since it was told is not material. */
  'change-not-material': { obligation: string; round: number; reason: string; says: ToldFacts };
  'filing-opened': { obligation: string; round: number; authority: string };
  'dispatch-started': {
    obligation: string;
    round: number;
    trigger: 'approved' | 'silence' | 'automatic';
    covers: Coverage;
  };
  /** A round that is still under way was looked at: `settled` have an outcome, the first time or more than before; `total`: of so many. */
  'delivery-moved': { obligation: string; round: number; settled: number; total?: number };
  /** The company's own product took the notice to show it; that alone counts as nobody told. */
  'told-in-app': { obligation: string; round: number; messageId: string; renderings: Rendering[] };
  /** `audience`: the workspaces that it went to, or the people whom the facts named when it was counted. */
  'delivery-counted': { obligation: string; round: number; evidence: Evidence; counted: Counted; audience: Audience };
  /** The ledger has mails of a notice that came back after they were counted: it is counted again. */
  'mails-came-back': { obligation: string; round: number };
  /**
   * Of those who were mailed, whom the mail came back from, all of them: workspaces by id; people by count, with how many of
   * those that the directory lists are told. `asOf`: the number of the event that asked for it. What was fulfilled and now is
   * not is owed again: from this round on, and until `dueAt`.
   */
  'delivery-recounted': {
    obligation: string;
    round: number;
    asOf: number;
    workspaces?: string[];
    groups?: Array<Group & { told: number; cameBack: number }>;
    /** How many workspaces or people that is. */
    cameBack: number;
    clock?: ArmedClock;
  } & Partial<Due>;
  'told-outside': {
    obligation: string;
    round: number;
    /** The latest reading, where it is not known exactly. */
    at: Instant;
    inexact?: InexactInstant;
    channel: (typeof CHANNELS)[number];
    note?: string;
    evidence?: { sha256: string; bytes: number };
  } & Named;
  /** A person read at the mail provider what became of a batch whose outcome was unknown. `at`: when it was accepted. */
  'batch-settled': {
    obligation: string;
    round: number;
    accepted: boolean;
    at?: Instant;
    batch?: string;
    reason: string;
  };
  'left-untold': { obligation: string; round: number; reason: string; firstBy?: string } & Named;
  /** Other organisations were told that may reduce the harm; `all`: a person says that these are all. */
  'organisations-told': {
    obligation: string;
    round: number;
    /** The latest reading, where it is not known exactly. */
    at: Instant;
    inexact?: InexactInstant;
    channel: (typeof CHANNELS)[number];
    organisations: string[];
    all?: true;
    note?: string;
    evidence?: { sha256: string; bytes: number };
  };
  /** The page of a public communication stands; that alone informs nobody. */
  'page-published': { obligation: string; round: number; evidence: Evidence };
  /** It was made public by one channel, as a person recorded it. */
  'made-public': {
    obligation: string;
    round: number;
    /** The latest reading, where it is not known exactly. */
    at: Instant;
    inexact?: InexactInstant;
    channel: PublicChannel;
    languages: string[];
    note?: string;
    evidence?: { sha256: string; bytes: number };
  };
  'obligation-fulfilled': {
    obligation: string;
    round: number;
    /** The latest reading, where it is not known exactly; `lateByMs` is then the most that it can be. */
    at: Instant;
    inexact?: InexactInstant;
    lateByMs: number;
    /** The deadline, where it falls between the readings: whether it was in time depends on the hour. */
    inTimeUntil?: Instant;
    evidence: Evidence;
    sets?: Anchor;
  };
  /** A named person decides which authority a report goes to, in place of one to be determined. */
  'authority-decided': { obligation: string; rule: string; authority: string; reason: string };
  'receipt-recorded': { obligation: string } & Pick<Evidence, 'caseNumber' | 'attachments' | 'attachmentNames'>;
  'field-cannot-be-established': { obligation: string; field: string; reason: string };
  'obligation-supplemented': {
    obligation: string;
    round: number;
    /** The latest reading, where it is not known exactly. */
    at: Instant;
    inexact?: InexactInstant;
    /** After the deadline of its round. */
    lateByMs?: number;
    inTimeUntil?: Instant;
    /** That deadline. */
    dueAt?: Instant;
    evidence: Evidence;
  };
  /** The awareness was corrected after the act: what its lateness is on the corrected one. */
  'lateness-corrected': {
    obligation: string;
    clock: ArmedClock;
    dueAt: Instant;
    lateByMs: number;
    /** The deadline, where it falls between the readings of the act. */
    inTimeUntil?: Instant;
    previousLateByMs: number;
    /** The same of the value before. */
    previousInTimeUntil?: Instant;
  };
  /** When it was done, stated more exactly than before; `previous`: as it was stated, with the verdict of then. */
  'act-timed': {
    obligation: string;
    /** The later round that it was done in; the first fulfilment where it is missing. */
    round?: number;
    /** The latest reading, where it still is not known exactly. */
    at: Instant;
    inexact?: InexactInstant;
    lateByMs: number;
    inTimeUntil?: Instant;
    previous: StatedBefore;
    reason: string;
    sets?: Anchor;
  };
  /** `beside`: as of a hold. */
  'deadline-missed': { obligation: string; dueAt: Instant; heldBy?: string; holdReason?: string; beside?: string[] };
  'delay-reasons-requested': { obligation: string };
  'delay-reasons-recorded': { obligation: string; reasons: string };
  'alarm-raised': Alarm;
  /** `alarms`: sequence numbers of `alarm-raised` events that are not repeated any more. */
  'alarm-acknowledged': { alarms: number[] };
  /** `at`: the earliest reading, where it is not known exactly. */
  contained: { at: Instant; inexact?: InexactInstant; atUnknown?: boolean; despite?: string; steps?: string[] };
  'partly-contained': { at: Instant; note: string };
  'containment-corrected': { at: Instant; inexact?: InexactInstant; previousAt: Instant; reason: string };
  corrected: Corrected;
  'containment-requested': { id: string; measure: ContainmentMeasure; firstBy?: string };
  /** One of two persons asked for a wide block: it is carried out when a second asks for the same. */
  'containment-first-of-two': { id: string; measure: ContainmentMeasure };
  'containment-undo-requested': { id: string };
  'containment-step': { id: string; outcome: ContainmentOutcome; detail: string };
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
