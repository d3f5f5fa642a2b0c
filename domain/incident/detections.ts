/**
 * The detections that belong to an incident: those of the triage case that it was declared from, and of cases that were
 * merged into it. A case that was taken out again stays listed as such.
 */
import { z } from 'zod';
import { plural } from '../kernel/plural';
import { SEVERITIES } from '../kernel/severity';
import { ByOf, text } from '../kernel/text';
import { type Instant, InstantSchema } from '../kernel/time';
import { MaliciousSourceSchema } from './incident';

/** What an incident knows of a triage case: where it came from, what its rule calls it, how many and when. No text of a sender. */
export const DetectionsSchema = z.strictObject({
  caseId: z.string().regex(/^TRG-[0-9a-f]{12}$/, 'must be TRG- and twelve hex digits'),
  how: z.enum(['declared', 'merged']),
  source: z.string().max(200),
  /** The rule's own title. */
  title: z.string().max(500),
  severity: z.enum(SEVERITIES),
  /** How many there were when they joined, the first and the last; in an incident's list, as far as it was told since. */
  count: z.int().min(1),
  firstAt: InstantSchema,
  lastAt: InstantSchema,
});
export type Detections = z.infer<typeof DetectionsSchema>;

/** Signal of a triage case: a person merged it. It is answered by `ANSWERED_SIGNAL`. */
export const JOINED_SIGNAL = 'detections-joined';
export const JoinedSchema = z.strictObject({
  by: ByOf,
  detections: DetectionsSchema,
  /** Sources of attack that the incident is asked to block. */
  block: z.array(MaliciousSourceSchema).max(100).optional(),
});
export type Joined = z.infer<typeof JoinedSchema>;

/** Signal of a triage case: a person took it out of the incident again. Answered alike. */
export const LEFT_SIGNAL = 'detections-left';
export const LeftSchema = z.strictObject({ by: ByOf, caseId: DetectionsSchema.shape.caseId, reason: text(2000) });
export type Left = z.infer<typeof LeftSchema>;

/** Signal of a triage case that was decided and closed: how many there are since. It is not answered. */
export const RECOUNTED_SIGNAL = 'detections-recounted';
export const RecountedSchema = DetectionsSchema.pick({ caseId: true, count: true, lastAt: true });
export type Recounted = z.infer<typeof RecountedSchema>;

/** Signal to the triage case: what the incident made of it. `problem`: it was not taken. */
export const ANSWERED_SIGNAL = 'incident-answered';
export const AnsweredSchema = z.strictObject({
  incident: z.string().max(200),
  of: z.enum([JOINED_SIGNAL, LEFT_SIGNAL]),
  problem: z.string().max(500).optional(),
});
export type Answered = z.infer<typeof AnsweredSchema>;

/** A triage case as an incident lists it. `left`: it does not belong to the incident any more. */
export interface ListedDetections extends Detections {
  by: string;
  at: Instant;
  left?: { by: string; at: Instant; reason: string };
}

/** `3 detections from ftagent, sev2`. */
export function countAndSource({ count, source, severity }: Detections): string {
  return `${plural(count, 'detection')} from ${source}, ${severity}`;
}

/** Whether it belongs to the incident, and who said so. */
export function howItStands({ how, by, left }: ListedDetections): string {
  if (left) return `taken out by ${left.by}: ${left.reason}`;
  return how === 'declared' ? `declared from it by ${by}` : `merged by ${by}`;
}
