/** The contract of the incident workflow: its input, messages, queries and search attributes, as clients and tools see them. */
import { z } from 'zod';
import { InstantSchema } from '../kernel/time';
import { PolicySnapshotSchema } from '../policy/policy';
import type { IncidentEvent } from './events';
import { DeclarationSchema } from './incident';
import type { IncidentState } from './state';

export const INCIDENT_WORKFLOW = 'incident';
export const TASK_QUEUE = 'tocsin';

/**
 * An exercise: the same workflow with waiting compressed. While nothing is in flight the incident's clock runs `speed`
 * times as fast as real time; while work is being done it runs in real time; it never passes the instant of the last
 * `pace` signal, so that a slow machine changes nothing about who acted when.
 */
export const ExerciseSchema = z.strictObject({ speed: z.number().min(1).max(1_000_000), startAt: InstantSchema });

/** Input of the workflow `incident`. Without `policy` the worker's current pack is taken and recorded at the start. */
export const IncidentInputSchema = z.object({
  declaration: DeclarationSchema,
  policy: PolicySnapshotSchema.optional(),
  exercise: ExerciseSchema.optional(),
});
export type IncidentInput = z.input<typeof IncidentInputSchema>;

/** How the incident's clock stands: at `realAt` it showed `incidentAt` and ran at `rate`, up to `until`. */
export interface ClockReading {
  incidentAt: string;
  realAt: string;
  rate: number;
  until?: string;
}

/** Answer of the query `state`. */
export interface IncidentView {
  state: IncidentState;
  clock: ClockReading;
  /** Events not yet appended to the register. */
  registerBacklog: number;
  /** Effects in flight, by their keys. */
  inFlight: string[];
}

/** Answer of the query `timeline`: the latest events, oldest first. The register holds all of them. */
export type Timeline = IncidentEvent[];
export const TIMELINE_KEPT = 500;
/** Of them as many as a continue-as-new takes along: its input stays far below 256 KB. */
export const TIMELINE_CARRIED = 200;

/** Answer of an update: what the message caused. `note` says why nothing changed. */
export interface Receipt {
  events: Array<{ seq: number; kind: string; obligation?: string }>;
  note?: string;
}

/** Signal of an exercise's driver: the incident's clock may run up to `until`; `null`: without a limit. */
export const PaceSchema = z.object({ until: InstantSchema.nullable() });
export type Pace = z.infer<typeof PaceSchema>;

const obligation = z.string().min(1).max(160);
const count = z.int().min(0);

/** Signal of the delivery workflow when a round is done. */
export const DeliveryReportSchema = z.object({
  obligation,
  round: z.int().min(1),
  total: count,
  sent: count,
  failed: count,
  firstSentAt: InstantSchema.optional(),
  lastSentAt: InstantSchema.optional(),
});
export type DeliveryReport = z.infer<typeof DeliveryReportSchema>;

/** Signal of the delivery workflow about a problem that a person must see. */
export const DeliveryProblemSchema = z.object({ obligation, problem: z.string().max(4000) });
export type DeliveryProblem = z.infer<typeof DeliveryProblemSchema>;

/** Search attributes and their types, as registered at the server. The list sorted by next deadline is the on-call board. */
export const SEARCH_ATTRIBUTES = {
  TocsinSeverity: 'Keyword',
  TocsinStatus: 'Keyword',
  TocsinOwner: 'Keyword',
  TocsinNextDeadline: 'Datetime',
  TocsinOverdue: 'Int',
  TocsinPersonalData: 'Keyword',
  TocsinExercise: 'Bool',
} as const;
