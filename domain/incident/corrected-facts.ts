/** The facts of the declaration that may be corrected afterwards. */
import { z } from 'zod';
import { type InexactInstant, WhenSchema } from '../kernel/inexact-instant';
import { SEVERITIES } from '../kernel/severity';
import { ByOf, id, text } from '../kernel/text';
import { type Instant, InstantSchema } from '../kernel/time';

/** What may be corrected, as a message states it. */
export const correctable = {
  severity: z.enum(SEVERITIES).optional(),
  title: text(200).optional(),
  /** Who is in charge from now on: alarms go there. */
  owner: ByOf.optional(),
  serviceAffecting: z.boolean().optional(),
  /** Since when the service is affected: the clocks of status updates start no earlier. */
  serviceAffectedFrom: InstantSchema.optional(),
  detectedAt: WhenSchema.optional(),
  systems: z.array(id('a system')).optional(),
};
const CorrectionSchema = z.object(correctable);
export type Correction = z.infer<typeof CorrectionSchema>;

/** Data of an event `corrected`: one fact as it is now, and why. What it was before stands in the events before. */
export type Corrected = Omit<Correction, 'detectedAt'> & {
  /** The earliest reading, where it is not known exactly; both readings stand beside it. */
  detectedAt?: Instant;
  detectedAs?: InexactInstant;
  reason: string;
  agreedBy?: string;
};
