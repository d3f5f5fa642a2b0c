/** One incident as the breach register shows it: the six groups R1–R6 of GDPR Art. 33(5). */

import { NOT_YET_ESTABLISHED } from '../domain/incident/content-value';
import type { Attachment } from '../domain/incident/evidence';
import type { DataSet } from '../domain/incident/incident';
import type { Lateness } from '../domain/incident/lateness';
import type { StandIn } from '../domain/policy/disclosure';

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
  /** Mails came back since, and nobody has counted them: it was closed by then, or is being counted. */
  uncounted?: true;
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
  /** It did not reach everybody whom it had to tell. */
  inPart?: true;
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
    /** Of a notice that had told some when it was waived: how many, and who was not told. */
    inPart?: string;
  }[];
}

/** A fact, or that it is not yet established. */
export function known<T>(value: T | undefined): Known<T> {
  return value === undefined ? NOT_YET_ESTABLISHED : value;
}
