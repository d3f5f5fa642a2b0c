/** The acts of a past incident, as they are handed over to be recorded. */
import { z } from 'zod';
import { InstantSchema } from '../kernel/time';
import { MESSAGE_NAMES } from './messages';

/** As many acts as a record may hold: it is the input of one workflow. */
const MOST_ACTS = 500;

/** One act of the past: a message, when it was done. */
export const RecordedActSchema = z.strictObject({
  at: InstantSchema,
  message: z.enum(MESSAGE_NAMES),
  body: z.record(z.string(), z.unknown()),
});
export type RecordedAct = z.infer<typeof RecordedActSchema>;
export const RecordedActsSchema = z.array(RecordedActSchema).max(MOST_ACTS);
