/** What a person may decide about a case in triage. */
import { z } from 'zod';
import { envelope } from '../case/messages';
import { DeclarationFields, IncidentIdSchema } from '../incident/incident';
import { text } from '../kernel/text';

const Fields = DeclarationFields.shape;

/** A person declares an incident; what is left out comes from the rule and the detections. `awareAt` is that person's statement. */
const DeclareSchema = z.strictObject({
  ...envelope,
  title: Fields.title.optional(),
  severity: Fields.severity.optional(),
  owner: Fields.owner.optional(),
  kind: Fields.kind.optional(),
  howItOccurred: Fields.howItOccurred,
  affects: Fields.affects.optional(),
  serviceAffecting: Fields.serviceAffecting.optional(),
  systems: Fields.systems.unwrap().optional(),
  isolate: Fields.isolate.unwrap().optional(),
  maliciousSources: Fields.maliciousSources.unwrap().optional(),
  credentials: Fields.credentials.unwrap().optional(),
  publicSummary: Fields.publicSummary,
  assessment: Fields.assessment,
  awareAt: Fields.awareAt,
});
const DismissSchema = z.strictObject({ ...envelope, reason: text(2000) });
const MergeSchema = z.strictObject({
  ...envelope,
  into: IncidentIdSchema.refine((id) => !id.startsWith('TRG-'), 'must be the id of an incident, not of a triage case'),
});

const UnmergeSchema = z.strictObject({
  ...envelope,
  /** Left out where it was merged into one incident alone. */
  from: IncidentIdSchema.optional(),
  reason: text(2000),
});

export const TRIAGE_MESSAGES = {
  declare: { schema: DeclareSchema, description: 'Declare an incident from these detections' },
  dismiss: { schema: DismissSchema, description: 'Decide that this is not an incident; a reason is required' },
  merge: { schema: MergeSchema, description: 'Hand these detections to an open incident; they may belong to several' },
  unmerge: { schema: UnmergeSchema, description: 'Undo a merge, with a reason: the detections leave that incident' },
} as const;
export type TriageMessageName = keyof typeof TRIAGE_MESSAGES;
export type TriageMessage<N extends TriageMessageName> = z.infer<(typeof TRIAGE_MESSAGES)[N]['schema']>;

/** The messages that a case takes also after it was decided and closed. */
export const AFTER_DECISION = ['declare', 'merge', 'unmerge'] as const satisfies TriageMessageName[];
