/**
 * What the workflows may ask of the outside world. Workflows import these types only.
 * Every activity is safe to repeat: its effect has a deterministic key from incident, obligation and round.
 * Inputs and results stand in workflow history, so they hold no secret, no recipient and no address.
 */

import type { PagingService } from '../domain/case/acknowledge';
import type { RaisedAlarm } from '../domain/case/alarm';
import type { CaseState } from '../domain/case/lifecycle';
import type { Detection } from '../domain/detection/detection';
import type { Climb, EscalatedAlarm, Standing } from '../domain/escalation/escalation';
import type { ContentValue } from '../domain/incident/content-value';
import type { Counted } from '../domain/incident/counted';
import type { Rendering } from '../domain/incident/evidence';
import type { ContainmentMeasure, ContainmentOutcome, IncidentStatus } from '../domain/incident/incident';
import type { LedgerHeld } from '../domain/incident/ledger-key';
import type { Reach, RoundPurpose } from '../domain/incident/round';
import type { IncidentState } from '../domain/incident/state';
import type { MailAudience } from '../domain/incident/work';
import type { RecordedEvent } from '../domain/kernel/recorded-event';
import type { Instant } from '../domain/kernel/time';
import type { CheckSummary } from '../domain/patch/dependencies';
import type { PatchAction } from '../domain/patch/patch-row';
import type { Recheck } from '../domain/patch/patch-task';
import type { PatchFinding } from '../domain/patch/state';
import type { Authority } from '../domain/policy/pack';
import type { PolicySnapshot } from '../domain/policy/policy';
import type { RecipientRule } from '../domain/policy/rule';
import type { ReporterMailKind, ReporterMailOutcome } from '../domain/report/state';

/** What every effect on behalf of an incident carries. In an exercise only recorders are reachable. */
export interface EffectContext {
  incidentId: string;
  exercise: boolean;
}

/** A notice of one obligation in one round. `at` is the incident's own clock when the effect was asked for. */
export interface NoticeRef extends EffectContext {
  obligation: string;
  round: number;
  at: Instant;
}

export interface DraftInput extends NoticeRef {
  title: string;
  template: string;
  channel: 'email' | 'status-page' | 'filing';
  citation: string;
  /** Id of the policy pack that asks for it; its version stands in the declaration. */
  pack: string;
  purpose: RoundPurpose;
  contents: ContentValue[];
  /** How many notices of this obligation its recipients have had: none, and it is no supplement, whatever its round. */
  toldBefore: number;
  /** Counsel's texts in place of the generated ones. */
  edits?: Array<{ language: string; subject: string; body: string; by: string }>;
  /** For the templates: the status and the detection where the text may say them. */
  incident: { title: string; severity: string; status?: IncidentStatus; detectedAt?: Instant; dueAt?: Instant };
  authority?: Authority;
  /** Whom an email notice would go to. */
  audience?: Audience;
  /** Whom an email notice is from, where the incident has another sender than the configured one. */
  sender?: { from: string; replyTo?: string };
}

/**
 * A draft in every language there is a template for; `url` where people read it (a dossier, a preview). `reach`: how many
 * an email notice would go to now; missing when they could not be counted in time, which stops no draft.
 */
export interface DraftResult {
  renderings: Rendering[];
  /** Languages of templates that it is not offered in, with the number of texts that nobody has translated. */
  untranslated?: Record<string, number>;
  url?: string;
  reach?: Reach;
}

/** Which people an email notice goes to; the directory resolves it outside of history. */
export type Audience = MailAudience;

export interface DeliveryRef extends NoticeRef {
  /** Ledger key: the obligation for the first notice and new recipients; `obligation#round` where all are told again. */
  ledgerKey: string;
  renderings: Rendering[];
  /** What was found in that ledger when it was last counted; missing where nothing was, or from an earlier version. */
  held?: LedgerHeld;
}

export interface OpenDeliveryInput extends DeliveryRef {
  audience: Audience;
}

/** Whose disk a spool is on. */
export interface SpoolPlace {
  id: string;
  host: string;
}

/** `postgres`, or `spool` when Postgres could not be reached: the later steps use the ledger that was opened. */
export interface OpenedDelivery {
  ledger: 'postgres' | 'spool';
  /** Whose spool: the later steps are done there. */
  spool?: SpoolPlace;
  total: number;
  added: number;
  /** Recipients without an outcome, in any round. Missing from what an earlier version opened. */
  left?: number;
  /** Workspaces of the assessment that the directory does not know: told to nobody, and named in the log. */
  unknownRefs: number;
}

export interface SendBatchesInput extends DeliveryRef {
  ledger: 'postgres' | 'spool';
  /** Where it was opened, if in a spool. */
  spool?: SpoolPlace;
  /** Batches to send before returning, so that one call stays short. */
  maxBatches: number;
}

export interface SendBatchesResult {
  /** Nothing is left that can be sent without a person. */
  done: boolean;
  sent: number;
  failed: number;
  /** What waits for a person who looks at the provider. */
  undecided?: UndecidedBatch[];
}

/** A batch of which only the provider's own records tell whether it was accepted. */
export interface UndecidedBatch {
  batch: string;
  recipients: number;
  claimedAt: Instant;
}

/** What a person read at the provider. `acceptedAt`: when it accepted the batch; without it, it did not. */
export interface SettleBatchInput extends EffectContext {
  ledgerKey: string;
  /** The beginning of the batch's key; without it, all that wait. */
  batch?: string;
  acceptedAt?: Instant;
}

/** Stops a round in one of its ledgers. */
export interface StopDeliveryInput extends EffectContext {
  ledgerKey: string;
  round: number;
  ledger: 'postgres' | 'spool';
  /** Whose spool. */
  spool?: SpoolPlace;
}

/** Counts of a whole delivery, over all rounds of its ledger key. */
export interface DeliverySummary {
  total: number;
  sent: number;
  failed: number;
  pending: number;
  /** Whom a stop took out before they were sent to; in no other count. Missing where a worker of an older release counted. */
  stopped?: number;
  firstSentAt?: Instant;
  lastSentAt?: Instant;
  /** Who was reached, of the audience as the directory has it now: without any address or id of a person. */
  counted: Counted;
  /** People whose mail came back and whom the directory does not have any more, where there are any. */
  gone?: number;
}

/** `own`: a public communication with pages of its own, not a line on the status page. */
export interface PublishStatusInput extends NoticeRef {
  own: boolean;
  renderings: Rendering[];
  status: IncidentStatus;
  title: string;
  detectedAt: Instant;
  /** It takes the place of what a page refused: the first, second … correction of its round. */
  correction?: number;
}

/** A notice that goes out, for the company's own product to show. `workspaces` and `dataSets`: whom it goes to. */
export interface InAppInput extends NoticeRef {
  title: string;
  audience: { to: RecipientRule['to']; workspaces: 'all' | string[]; dataSets: string[] };
  renderings: Rendering[];
  /** As of a `PublishStatusInput`. */
  correction?: number;
}

/** `seq` of the `alarm-raised` event is the idempotency key. */
export interface AlarmInput extends EffectContext, RaisedAlarm {
  to: string;
  severity: string;
  incidentTitle: string;
}

export interface FilingTaskInput extends NoticeRef {
  to: string;
  title: string;
  authority?: Authority;
  dossierUrl?: string;
  dueAt: Instant;
  missing: string[];
}

export interface MeasureInput extends EffectContext {
  id: string;
  /** 1 at first; higher when the measure was asked for again, which is a new effect. */
  round: number;
  measure: ContainmentMeasure;
}

/** `refused`: a guard forbids it (a protected range…), retrying cannot help. A failure is thrown and retried instead. */
export interface MeasureResult {
  outcome: Extract<ContainmentOutcome, 'applied' | 'verified' | 'recorded-only' | 'refused' | 'undone'>;
  /** What was done and what the verification saw, as an authority may read it: no secret, and no id of a system. */
  detail: string;
  /** What only those who work on it need: where to find it, why it was refused, what to do. No secret. */
  internal?: string;
}

/** A mail to whoever reported a vulnerability. `incidentId` is the report's id; the address stays in Postgres. */
export interface ReporterMailInput extends EffectContext {
  mail: ReporterMailKind;
}

export interface ReporterMailResult {
  outcome: ReporterMailOutcome;
  /** Why it was refused, in the provider's code. */
  detail?: string;
}

/** What a look at an audit log found. `whole`: verified from its first entry on. `head` is NUMBER:HASH. */
export type AuditCheck =
  | { log: string; outcome: 'intact'; whole: boolean; entries: number; head: string }
  | {
      log: string;
      outcome: 'damaged';
      whole: boolean;
      entries: number;
      head: string;
      /** The first bad line, counted from 1. */
      line: number;
      kind: 'edit' | 'deletion' | 'insertion' | 'reorder' | 'truncation';
      reason: string;
    }
  | { log: string; outcome: 'unreadable'; reason: string };

/** What the activities of an escalation are told of its case. Only live cases have one. */
export interface EscalatedCase {
  caseId: string;
  severity: string;
  title: string;
  climb: Pick<Climb, 'seq' | 'number' | 'since'>;
  at: Instant;
}

/** Alarms of a case, to look up whether a page about them is still wanted. */
export interface AlarmsOfCase {
  caseId: string;
  alarms: EscalatedAlarm[];
}

export interface PageInput extends EscalatedCase, AlarmsOfCase {
  owner: string;
  attempt: number;
  level: number;
  dropped: number;
}

/** `who`: the handle of the person who was paged, and through what; missing when no page was wanted any more. */
export interface PageResult {
  standing?: Standing;
  paged?: { who: string; through: string[]; refused: string[] };
}

export interface TellAcknowledgedInput extends EscalatedCase {
  by?: string;
  alarms: number[];
  remaining: number;
  via?: PagingService;
}

export interface TellResolvedInput extends EscalatedCase {
  reason: 'closed' | 'done';
}

/** How a case stands in the register, its latest events and unheard alarms; of an incident the policy it was declared under. */
export type ToResume =
  | { problem: string }
  | { state: CaseState; recent: RecordedEvent[]; alarms: RecordedEvent[]; policy?: PolicySnapshot };

/** `follows`: another workflow is writing entries that come before these, which are waited for. */
export interface AppendInput {
  events: RecordedEvent[];
  follows?: true;
}

export interface Activities {
  /** The worker's current policy pack, for an incident that was started without one. */
  snapshotPolicy(): Promise<PolicySnapshot>;
  /** Appends to the breach register, idempotent by (incident, seq). */
  appendEntries(input: AppendInput): Promise<{ position: number; head: string }>;
  /** Verifies the register's entries of an incident, from the database. */
  verifyRegister(input: {
    incidentId: string;
    seq: number;
  }): Promise<{ ok: boolean; entries: number; head: string; problem?: string }>;
  /** A case whose workflow is gone, as the register has it; or why it cannot go on. */
  caseToResume(input: { caseId: string; currentPolicy?: boolean; closed?: true }): Promise<ToResume>;
  /** An incident as the register has it; `undefined` where it has none, or where its texts were erased. */
  incidentInRegister(input: { incidentId: string }): Promise<IncidentState | undefined>;
  draftNotice(input: DraftInput): Promise<DraftResult>;
  openFilingTask(input: FilingTaskInput): Promise<void>;
  publishStatus(input: PublishStatusInput): Promise<{ url: string }>;
  /** Hands a notice to the company's own product, once for its round. */
  tellInApp(input: InAppInput): Promise<{ messageId: string }>;
  openDelivery(input: OpenDeliveryInput): Promise<OpenedDelivery>;
  sendBatches(input: SendBatchesInput): Promise<SendBatchesResult>;
  /** Settles what waits for a person; answers how many recipients that were. */
  settleBatch(input: SettleBatchInput): Promise<{ recipients: number }>;
  /** Has nobody more claimed in a round, in the ledger that is named, from when it resolves on. */
  stopDelivery(input: StopDeliveryInput): Promise<void>;
  summariseDelivery(input: OpenDeliveryInput): Promise<DeliverySummary>;
  /** Counts who was reached, with what the mail provider told since, which Postgres alone knows. Fails while it is away. */
  recountDelivery(input: OpenDeliveryInput): Promise<Pick<DeliverySummary, 'counted' | 'gone'>>;
  /** Brings a spooled delivery into Postgres when that is back. Throws (and is retried) until then. */
  mergeSpool(input: DeliveryRef & { spool?: SpoolPlace }): Promise<void>;
  /** Mails an alarm once, and has the case's escalation repeat it until somebody acknowledges it. */
  raiseAlarm(input: AlarmInput): Promise<void>;
  /** Pages the person of a level about those of the alarms that are still open; asks the case first. */
  pageOnCall(input: PageInput): Promise<PageResult>;
  /** What the case says about alarms; `undefined` when it does not answer. */
  standingOfAlarms(input: AlarmsOfCase): Promise<Standing | undefined>;
  tellAcknowledged(input: TellAcknowledgedInput): Promise<void>;
  tellResolved(input: TellResolvedInput): Promise<void>;
  applyMeasure(input: MeasureInput): Promise<MeasureResult>;
  undoMeasure(input: MeasureInput): Promise<MeasureResult>;
  /** Hands detections to the inbox, each once for its source and event id: the rules judge them from there. */
  raiseDetections(input: { detections: Detection[] }): Promise<void>;
  /** Has the inbox hand over anew what came to a case after its decision and was sent before it. `stay`: the places of the others. */
  handBackDetections(input: { caseId: string; detections: Detection[] }): Promise<{ stay: number[] }>;
  /** Mails a reporter once for the kind of mail, however often it is asked for. */
  mailReporter(input: ReporterMailInput): Promise<ReporterMailResult>;
  /** The names of the audit logs under watch. Changes of the configuration are written to the audit log first. */
  auditLogs(): Promise<string[]>;
  /** Verifies what was added to an audit log, or all of it when that is due. Damage is a result, not an error. */
  checkAuditLog(input: { log: string }): Promise<AuditCheck>;
  /** Compares what is installed with the advisories, raises what is new, and writes down what patch tasks are to be told. */
  checkDependencies(): Promise<CheckSummary>;
  /** What patch tasks are still to be told, at most `limit` of it. */
  nextPatchActions(input: { limit: number }): Promise<PatchAction[]>;
  /** Takes away what was told. `settled`: there is no such task that runs. */
  donePatchActions(input: { done: Array<{ key: string; revision: number; settled: boolean }> }): Promise<void>;
  /** Checks one finding again, now. */
  recheckPatchTask(input: { finding: PatchFinding }): Promise<Recheck>;
  /** A task is over: when it is found again, it is another one. */
  settlePatchTask(input: { key: string; round: number }): Promise<void>;
}
