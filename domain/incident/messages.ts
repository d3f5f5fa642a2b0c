/**
 * The messages that people and tooling send to a running incident. A signal and an update of the same name take the same
 * one object, parsed by the same schema. `by` says who; `commandId` makes a repeat harmless.
 */
import { z } from 'zod';
import { ACKNOWLEDGE_ALARMS, AlarmsSchema, PersonSchema } from '../case/acknowledge';
import { problemsOf } from '../kernel/problems';
import { ByOf, text, wellFormed } from '../kernel/text';
import { InstantSchema } from '../kernel/time';
import { PolicyIdSchema } from '../policy/ids';
import { OTHER_GROUND } from '../policy/pack';
import { AssessmentSchema, ContainmentMeasureSchema, STATUSES } from './incident';

const envelope = { by: ByOf, commandId: z.string().min(1).max(200).transform(wellFormed).optional() };
/** An obligation's id, like `enterprise-notice` or `gdpr-art33-authority:ie-dpc`. */
const obligation = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9:-]{0,159}$/, 'must be the id of an obligation, like enterprise-notice');
/** A containment step's id, like `block-source 203.0.113.7`. */
const step = z
  .string()
  .regex(
    /^[a-z-]{1,40} [A-Za-z0-9._:/-]{1,120}$/,
    'must be the id of a containment step, like isolate-system ci-runner',
  );
/** A draft's fingerprint, as `show` gives it. */
const draft = z.string().regex(/^[0-9a-f]{1,64}$/, 'must be the fingerprint of a draft');

export const MESSAGE_SCHEMAS = {
  assess: z.strictObject({
    ...envelope,
    assessment: AssessmentSchema.optional(),
    awareAt: InstantSchema.optional(),
    reason: text(2000).optional(),
  }),
  status: z.strictObject({
    ...envelope,
    status: z.enum(STATUSES).exclude(['declared']),
    at: InstantSchema.optional(),
    note: text(2000).optional(),
  }),
  contain: z
    .strictObject({ ...envelope, measure: ContainmentMeasureSchema.optional(), undo: step.optional() })
    .refine((m) => (m.measure === undefined) !== (m.undo === undefined), { error: 'give either "measure" or "undo"' }),
  measure: z.strictObject({
    ...envelope,
    text: text(2000),
    category: z.enum(['containment', 'mitigation', 'remediation', 'prevention']).default('remediation'),
    at: InstantSchema.optional(),
  }),
  approve: z.strictObject({
    ...envelope,
    obligation,
    draft: draft.optional(),
    delayReasons: text(2000).optional(),
  }),
  hold: z.strictObject({ ...envelope, obligation, reason: text(2000), until: InstantSchema.optional() }),
  release: z.strictObject({ ...envelope, obligation, reason: text(2000).optional() }),
  waive: z.strictObject({
    ...envelope,
    obligation,
    reason: text(2000),
    /** A ground that the policy offers for this obligation, or `other`. */
    ground: PolicyIdSchema.default(OTHER_GROUND),
  }),
  filed: z.strictObject({
    ...envelope,
    obligation,
    reference: text(200),
    submittedAt: InstantSchema.optional(),
    delayReasons: text(2000).optional(),
  }),
  review: z.strictObject({
    ...envelope,
    rootCause: text(),
    controls: z.array(text(1000)).min(1, 'name at least one improved control'),
    shareSummary: z.boolean(),
    summary: text(4000).optional(),
  }),
  [ACKNOWLEDGE_ALARMS]: z.strictObject({ ...envelope, by: PersonSchema, alarms: AlarmsSchema }),
  close: z.strictObject({ ...envelope, note: text(2000).optional() }),
} as const;

export type MessageName = keyof typeof MESSAGE_SCHEMAS;
export const MESSAGE_NAMES = Object.keys(MESSAGE_SCHEMAS) as MessageName[];
export type MessageBody<N extends MessageName> = z.infer<(typeof MESSAGE_SCHEMAS)[N]>;
/** A parsed message, tagged with its name. */
export type Message = { [N in MessageName]: { message: N } & MessageBody<N> }[MessageName];

/** Parses what came over the wire: the typed message, or the list of problems. Never throws. */
export function parseMessage(
  name: MessageName,
  raw: unknown,
): { ok: true; message: Message } | { ok: false; problems: string[]; by: string; commandId?: string } {
  const parsed = MESSAGE_SCHEMAS[name].safeParse(raw);
  if (parsed.success) return { ok: true, message: { message: name, ...parsed.data } as Message };
  const sender = z.object({ by: ByOf.catch('unknown') }).safeParse(raw);
  const command = z.object({ commandId: envelope.commandId }).safeParse(raw);
  return {
    ok: false,
    problems: problemsOf(parsed.error).slice(0, 20),
    by: sender.success ? sender.data.by : 'unknown',
    ...(command.success && command.data.commandId ? { commandId: command.data.commandId } : {}),
  };
}
