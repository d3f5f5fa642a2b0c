/** A detection: what a source saw, in one shape whatever its format. It holds no name, address or secret of a person. */
import { z } from 'zod';
import { MaliciousSourceSchema } from '../incident/incident';
import { SEVERITIES } from '../kernel/severity';
import { wellFormed } from '../kernel/text';
import { InstantSchema } from '../kernel/time';

/** What Tocsin itself detects. Every other format is that of a sender, whose adapter stands in `detection/intake/sources/`. */
export const OWN_FORMATS = ['audit-log', 'sessions', 'dependencies', 'register'] as const;

/** Text on one line, cut. What was taken once is taken again as it stands: control characters alone are no text. */
const line = (max: number) =>
  z
    .string()
    .transform((text) =>
      wellFormed(
        text
          .replace(/\p{Cc}+/gu, ' ')
          .trim()
          .slice(0, max),
      ).trim(),
    )
    .pipe(z.string().min(1, 'must not be empty'));

/** An id of somebody else's is not cut or mended: two long ones would become one. */
const identifier = z
  .string()
  .max(200)
  .regex(/^[^\p{Cc}\p{Surrogate}]+$/u, 'must be an id without control characters');

/** Values that rules match on. Bounded, so that a detection always fits into a payload. */
const factText = (max: number) => z.string().max(max).transform(wellFormed);
const FactSchema = z.union([factText(500), z.number(), z.boolean(), z.array(factText(200)).max(50)], {
  error: 'must be a text of up to 500 characters, a number, true or false, or a list of up to 50 texts',
});

/**
 * One detection. `eventId` is the sender's own id of it: the same source and id twice is one detection. `type` is a dotted
 * word such as `cloudflare.http_ddos_attack` or `auth.impossible-travel`. `scope` says whose systems it is about: events
 * on customers' own servers are out of scope. `indicators` are sources of attack that containment may block. `subjects`
 * are pseudonyms of the accounts concerned (an HMAC), never the accounts themselves.
 */
export const DetectionSchema = z.strictObject({
  source: z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'must be lower-case letters, digits and "-"'),
  format: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be lower-case letters, digits and "-"'),
  eventId: identifier,
  type: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,119}$/i, 'must be a dotted word'),
  phase: z.enum(['start', 'end']).optional(),
  correlationId: line(200).optional(),
  at: InstantSchema,
  title: line(200),
  severity: z.enum(SEVERITIES).optional(),
  scope: z.enum(['platform', 'customer', 'unknown']).default('unknown'),
  systems: z.array(line(120)).max(50).default([]),
  indicators: z.array(MaliciousSourceSchema).max(100).default([]),
  subjects: z.array(factText(80)).max(50).default([]),
  facts: z.record(z.string().max(60).transform(wellFormed), FactSchema).default({}),
});
export type Detection = z.infer<typeof DetectionSchema>;

/** The fact of a detection whose sender gave a time that nobody can read: `at` is then when it came, which may be much later. */
export const AT_RECEIPT = { 'detected-at': 'when it came, as its time cannot be read' } as const;

export function isAtReceipt({ facts }: Pick<Detection, 'facts'>): boolean {
  return facts['detected-at'] === AT_RECEIPT['detected-at'];
}
