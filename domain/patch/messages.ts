/** What people and the dependency check tell a patch task: one schema a message. */

import { z } from 'zod';
import { envelope } from '../case/messages';
import { text } from '../kernel/text';
import { InstantSchema } from '../kernel/time';
import { line, type PatchClosing, type PatchFinding, PatchFindingSchema } from './state';

const CheckedSchema = z.discriminatedUnion('outcome', [
  z.strictObject({ ...envelope, outcome: z.literal('found'), finding: PatchFindingSchema }),
  z.strictObject({ ...envelope, outcome: z.enum(['fixed', 'withdrawn', 'stated']), reason: line(500) }),
]);
const WaiveSchema = z.strictObject({ ...envelope, reason: text(2000), until: InstantSchema });
const PatchedSchema = z.strictObject({ ...envelope, note: text(2000).optional() });
const NoteSchema = z.strictObject({ ...envelope, note: text(2000) });

/** Schema and description of each message, by name. */
export const PATCH_MESSAGES = {
  waive: { schema: WaiveSchema, description: 'Accept the risk for a time, with a reason; no alarms until then' },
  patched: {
    schema: PatchedSchema,
    description: 'It is patched: a check confirms and closes, or says that it is not',
  },
  note: { schema: NoteSchema, description: 'Add a note to the record' },
  checked: { schema: CheckedSchema, description: 'The dependency check: what it found' },
};
export type PatchMessage<N extends keyof typeof PATCH_MESSAGES> = z.infer<(typeof PATCH_MESSAGES)[N]['schema']>;

/** What a check says of a finding: it is there as shown, or it is over and why. */
export type Checked = { outcome: 'found'; finding: PatchFinding } | { outcome: PatchClosing; reason: string };
