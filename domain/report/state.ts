/** What a vulnerability report is: what opens it, where it stands, and the events that it is the fold of. */
import { z } from 'zod';
import type { CaseEventOf, CaseState, CommonCaseEvent } from '../case/lifecycle';
import { ClockPointSchema, type Rung } from '../kernel/alarm-clock';
import type { SEVERITIES } from '../kernel/severity';
import { ByOf } from '../kernel/text';
import { type Instant, InstantSchema } from '../kernel/time';

/** Its clocks have the names of what their alarms are about. */
export type ReportClockName = 'acknowledgement' | 'disclosure' | 'follow-up';

/** `VR-20260401-9f3a5c1e`: the UTC day of receipt and eight random hex digits. */
export const ReportIdSchema = z
  .string()
  .regex(/^VR-\d{8}-[0-9a-f]{8}$/, 'must be a report id, like VR-20260401-9f3a5c1e');

/**
 * When a person must have acknowledged: worked out at receipt from the calendar of then, and never moved by a later one.
 * `alarms` are in order of time; the first tells that there is a report.
 */
export const ReportClockSchema = z.strictObject({
  dueAt: InstantSchema,
  alarms: z.array(ClockPointSchema).max(25),
  businessDays: z.int().min(1).max(365),
  timeZone: z.string().max(60),
  daysOff: z.array(z.iso.date()).max(100),
});
export type ReportClock = z.infer<typeof ReportClockSchema>;

/** Input of the workflow `vulnerabilityReport`. `reachable`: there is an address to which the reporter can be answered. */
export const VulnerabilityReportInputSchema = z.strictObject({
  reportId: ReportIdSchema,
  via: z.enum(['form', 'json', 'mail']),
  receivedAt: InstantSchema,
  /** Bytes of the text in UTF-8. */
  length: z.int().min(1),
  /** SHA-256 over a random salt and the content; the salt is erased with the content. */
  commitment: z.string().regex(/^[0-9a-f]{64}$/),
  reachable: z.boolean(),
  owner: ByOf,
  clock: ReportClockSchema,
  /** Between two alarms after the deadline, and between two reminders of a report on which nothing happens. */
  repeatEveryMs: z.int().min(60_000),
  followUpAfterMs: z.int().min(60_000),
  /** How long an acknowledgement of its alarms holds; without it for good. */
  acknowledgedForMs: z.int().min(60_000).optional(),
});
export type VulnerabilityReportInput = z.infer<typeof VulnerabilityReportInputSchema>;

/**
 * Mails to the reporter: at receipt one that asks whoever reads it to confirm that they reported, and, to a confirmed
 * address only, one when a person acknowledged.
 */
export type ReporterMailKind = 'confirmation' | 'acknowledgement';
/**
 * `no-address`: there is none, or it was erased. `limited`: the address or the network set off enough mails of late.
 * `no-link`: nobody configured under which address the link would be reached. `not-confirmed`: nobody has confirmed the
 * address. `refused`: the provider will not. `unknown`: it may have gone out.
 */
export type ReporterMailOutcome = 'sent' | WithheldMail | 'refused' | 'unknown';
/** Why nothing was handed to the provider. */
export type WithheldMail = 'no-address' | 'limited' | 'no-link' | 'not-confirmed';

export type Triage =
  | { decision: 'accepted'; severity: string }
  | { decision: 'declined'; reason: string }
  | { decision: 'duplicate'; of: string };

/** An incident that a report led to. `started`: its workflow runs; a linked one runs already. */
export interface ReportIncident {
  id: string;
  started: boolean;
  declaration?: IncidentOfReport;
}

export interface IncidentOfReport {
  title: string;
  severity: (typeof SEVERITIES)[number];
  affects: Array<'confidentiality' | 'integrity' | 'availability'>;
  serviceAffecting: boolean;
  detectedAt: Instant;
  declaredBy: string;
  declaredAt: Instant;
}

/** Where a report stands; the fold of its events. */
export interface VulnerabilityReportState extends CaseState {
  status: 'received' | 'acknowledged' | 'accepted' | 'declined' | 'duplicate' | 'fixed' | 'disclosed' | 'closed';
  received: Omit<VulnerabilityReportInput, 'reportId' | 'owner'>;
  /** What has rung, by clock. */
  rung: Partial<Record<ReportClockName, Rung>>;
  missed: boolean;
  acknowledged?: { at: Instant; by: string; lateByMs: number; answered: boolean };
  triage?: Triage;
  fixedIn?: string;
  /** `on`: the day agreed with the reporter, which begins at 00:00 UTC. */
  disclosure: { on?: string; agreedAt?: Instant; publishedAt?: Instant; url?: string };
  credit?: 'named' | 'anonymous';
  incident?: ReportIncident;
  mails: Partial<Record<ReporterMailKind, ReporterMailOutcome>>;
  erased: boolean;
  /** The last time a person moved it. */
  movedAt: Instant;
}

export type VulnerabilityReportEvent =
  | CommonCaseEvent
  | CaseEventOf<'report-received', Omit<VulnerabilityReportInput, 'reportId'>>
  | CaseEventOf<'acknowledged', { at: Instant; lateByMs: number; answered: boolean; note?: string }>
  | CaseEventOf<'deadline-missed', { dueAt: Instant }>
  | CaseEventOf<'triaged', Triage & { note?: string }>
  | CaseEventOf<'fixed', { version: string; note?: string }>
  | CaseEventOf<'disclosure-agreed', { on: string }>
  | CaseEventOf<'disclosed', { at: Instant; url: string }>
  | CaseEventOf<'credited', { as: 'named' | 'anonymous' }>
  | CaseEventOf<'incident-declared', { incidentId: string; declaration: IncidentOfReport }>
  | CaseEventOf<'incident-linked', { incidentId: string }>
  | CaseEventOf<'incident-started', { incidentId: string }>
  | CaseEventOf<'reporter-mailed', { mail: ReporterMailKind; outcome: ReporterMailOutcome }>
  | CaseEventOf<'erased', object>
  | CaseEventOf<'closed', { note?: string }>;
