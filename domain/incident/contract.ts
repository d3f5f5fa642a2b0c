/** The contract of the incident workflow: its input, messages, queries and search attributes, as clients and tools see them. */
import { z } from 'zod';
import { type CaseView, ExerciseSchema } from '../case/contract';
import { PolicySnapshotSchema } from '../policy/policy';
import { JoinedSchema } from './detections';
import { DeclarationSchema, IncidentIdSchema } from './incident';
import { RecordedActsSchema } from './recorded-acts';
import type { IncidentState } from './state';

export const INCIDENT_WORKFLOW = 'incident';
export const TASK_QUEUE = 'tocsin';

/** Input of the workflow `incident`. Without `policy` the worker's current pack is taken and recorded at the start. */
export const IncidentInputSchema = z.object({
  declaration: DeclarationSchema,
  policy: PolicySnapshotSchema.optional(),
  exercise: ExerciseSchema.optional(),
  /** The acts of a past incident that is only recorded. */
  recorded: RecordedActsSchema.optional(),
  /** Of the triage case that it is declared from. */
  joined: JoinedSchema.optional(),
});
/** Input of the workflow for what comes after an incident was closed: its state is read from the register. */
export const ClosedIncidentInputSchema = z.object({ closed: z.strictObject({ incidentId: IncidentIdSchema }) });
export type ClosedIncidentInput = z.infer<typeof ClosedIncidentInputSchema>;

export type IncidentInput = z.input<typeof IncidentInputSchema>;

/** Answer of the query `state`. */
export type IncidentView = CaseView<IncidentState>;

const obligation = z.string().min(1).max(160);

/** Signal of the delivery workflow when a round is done: only a reason to look into the ledger. */
export const RoundSchema = z.object({
  obligation,
  round: z.int().min(1),
  /** Where it was counted last, while Postgres was away. */
  spool: z.object({ id: z.string().regex(/^[0-9a-f]{16}$/), host: z.string().max(255) }).optional(),
});

/** Signal of the delivery workflow about a problem that a person must see. `undecided`: only a look at the provider settles it. */
export const DeliveryProblemSchema = z.object({
  obligation,
  problem: z.string().max(4000),
  undecided: z.boolean().optional(),
});

/** Signal of the intake: the ledger has mails of a notice that came back since it was counted; only a reason to look into it. */
export const CameBackSchema = z.object({ ledgerKey: z.string().min(1).max(200) });

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
