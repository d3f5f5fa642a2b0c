/** The facts of the declaration that may be corrected afterwards. */
import { z } from 'zod';
import { SEVERITIES } from '../kernel/severity';
import { id, text } from '../kernel/text';
import { InstantSchema } from '../kernel/time';

/** What may be corrected, as a message states it. */
export const correctable = {
  severity: z.enum(SEVERITIES).optional(),
  title: text(200).optional(),
  serviceAffecting: z.boolean().optional(),
  /** Since when the service is affected: the clocks of status updates start no earlier. */
  serviceAffectedFrom: InstantSchema.optional(),
  detectedAt: InstantSchema.optional(),
  systems: z.array(id('a system')).optional(),
};
const CorrectionSchema = z.object(correctable);
export type Correction = z.infer<typeof CorrectionSchema>;

/** Data of an event `corrected`: one fact as it is now, and why. What it was before stands in the events before. */
export type Corrected = Correction & { reason: string; agreedBy?: string };
