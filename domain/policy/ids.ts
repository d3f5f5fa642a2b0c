/** How the parts of a policy pack are named. */
import { z } from 'zod';

/** An id inside a pack: of the pack, an obligation, a regime, a ground, a question, an authority. */
export const PolicyIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'must be lower-case letters, digits and "-"');
