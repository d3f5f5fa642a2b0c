/** How the parts of a policy pack are named. */
import { z } from 'zod';

/** An id inside a pack: of the pack, an obligation, a regime, a ground, a question, an authority. */
export const PolicyIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'must be lower-case letters, digits and "-"');

/** ISO 3166-1 alpha-2. */
export const CountrySchema = z.string().regex(/^[A-Z]{2}$/, 'must be a two-letter country code (ISO 3166-1)');
