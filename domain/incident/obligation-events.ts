/** What happened to one obligation of an incident, from being armed to its last supplement. Each names it. */
import type { InexactInstant } from '../kernel/inexact-instant';
import type { Instant } from '../kernel/time';
import type { Anchor } from '../policy/rule';
import type { TwoPersonAct } from '../policy/two-persons';
import type { Audience, Group } from './audience';
import type { CHANNELS, Counted, Named, ToldInPart } from './counted';
import type { EditedText } from './edits';
import type { Evidence, Rendering } from './evidence';
import type { PublicChannel } from './public-channels';
import type { ArmedClock, Coverage, Due, Reach, RoundPurpose } from './round';
import type { MeasuresSaid } from './said';
import type { StatedBefore } from './stated-before';
import type { ToldFacts } from './told-facts';

export interface ObligationEventData {
  /** One of two persons decided; it takes effect when a second decides the same. `what`: the draft, the ground, the facts. */
  'first-of-two': { act: TwoPersonAct; obligation: string; what: string; ground?: string; reason?: string };
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
    /** The round before it was stopped by a person: this one tells the rest, once a person lets it go on. */
    stopped?: true;
    /** Counsel's texts of the round before stand in this one: the fingerprint of what they stand on now. */
    editsStandOn?: string;
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
    /** The measures taken that it says, where it says any. */
    measures?: MeasuresSaid;
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
    /** What it rests on of the facts, as a fingerprint; missing where each assessment opens it again. */
    basis?: string;
    /** Some had been told by it: how many of how many, and who was not. */
    inPart?: ToldInPart;
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
  /** The status page does not take the text of an update: what it said. A person corrects it, or publishes it there by hand. */
  'update-refused': { obligation: string; round: number; detail: string };
  /** A round that is still under way was looked at: `settled` have an outcome, the first time or more than before; `total`: of so many. */
  'delivery-moved': { obligation: string; round: number; settled: number; total?: number };
  /** The company's own product took the notice to show it; that alone counts as nobody told. */
  'told-in-app': { obligation: string; round: number; messageId: string; renderings: Rendering[] };
  /**
   * `audience`: the workspaces that it went to, or the people whom the facts named when it was counted. `stopped`: a person
   * stopped it, so not everybody was mailed.
   */
  'delivery-counted': {
    obligation: string;
    round: number;
    evidence: Evidence;
    counted: Counted;
    audience: Audience;
    stopped?: true;
  };
  /** A person stops a round that is being mailed: batches on their way end, and no further one begins. */
  'sending-stopped': { obligation: string; round: number; reason: string };
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
}
