/** The shape of a policy pack: obligations as data, each with its citation. A pack is snapshotted when an incident is declared. */
import { z } from 'zod';
import { CalendarSchema, PeriodSchema, parsePeriod, TimeZoneSchema, WithinSchema } from '../kernel/time';

const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'must be lower-case letters, digits and "-"');

/** Instants that a clock may start from. `fulfilled:<rule>` chains on the actual fulfilment of another obligation. */
export const ANCHORS = [
  'detected',
  'declared',
  'aware',
  'confirmed',
  'contained',
  'resolved',
  'reviewed',
  'authority-notified',
] as const;
export const AnchorSchema = z.union([z.enum(ANCHORS), z.templateLiteral(['fulfilled:', id])]);
export type Anchor = z.infer<typeof AnchorSchema>;

/** A condition on the facts. It is true, false, or undecided while the facts it needs are unknown. */
export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  | { always: true }
  | { personalData: Array<'yes' | 'possible'> }
  | { serviceAffecting: boolean }
  | { shareSummary: boolean }
  | { dataSet: DataSetCondition }
  | { waived: string; ground: string };

/** Holds when one affected data set meets all of it. `residence` takes countries or the group `EEA`; `other-than` excludes. */
export const DataSetConditionSchema = z.strictObject({
  role: z.enum(['controller', 'processor']).optional(),
  risk: z.array(z.enum(['unlikely', 'risk', 'high'])).optional(),
  significantHarm: z.literal('yes').optional(),
  residence: z.array(z.string().regex(/^(EEA|[A-Z]{2})$/)).optional(),
  residenceOtherThan: z.array(z.string().regex(/^[A-Z]{2}$/)).optional(),
});
export type DataSetCondition = z.infer<typeof DataSetConditionSchema>;

export const ConditionSchema: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    z.strictObject({ all: z.array(ConditionSchema).min(1) }),
    z.strictObject({ any: z.array(ConditionSchema).min(1) }),
    z.strictObject({ not: ConditionSchema }),
    z.strictObject({ always: z.literal(true) }),
    z.strictObject({ personalData: z.array(z.enum(['yes', 'possible'])).min(1) }),
    z.strictObject({ serviceAffecting: z.boolean() }),
    z.strictObject({ shareSummary: z.boolean() }),
    z.strictObject({ dataSet: DataSetConditionSchema }),
    z.strictObject({ waived: id, ground: z.string() }),
  ]),
);

/** Fields that a notice, a dossier or the register must hold. Their values are computed in `contents.ts`. */
export const CONTENT_FIELDS = [
  'organisation',
  'nature',
  'how-it-occurred',
  'period',
  'detected-at',
  'aware-at',
  'data-involved',
  'individuals-count',
  'records-count',
  'residence',
  'likely-consequences',
  'measures-taken',
  'measures-proposed',
  'individual-steps',
  'notification-steps',
  'contact-point',
  'service-status',
  'root-cause',
  'controls-improved',
  'delay-reasons',
  'earlier-reference',
] as const;
export type ContentField = (typeof CONTENT_FIELDS)[number];

const ContentSchema = z.strictObject({
  field: z.enum(CONTENT_FIELDS),
  title: z.string(),
  citation: z.string(),
  /** Left out of the list of missing fields when it has no value, e.g. the reasons of a delay that did not happen. */
  optional: z.boolean().default(false),
});
export type Content = z.infer<typeof ContentSchema>;

/** Who is told. Authorities expand into one obligation each; the rest are audiences that the directory resolves. */
const RecipientSchema = z.discriminatedUnion('to', [
  z.strictObject({ to: z.literal('internal') }),
  z.strictObject({ to: z.literal('public') }),
  z.strictObject({ to: z.literal('status-subscribers') }),
  z.strictObject({
    to: z.literal('workspace-owners'),
    plan: z.string().optional(),
    role: z.enum(['controller', 'processor']).optional(),
  }),
  z.strictObject({
    to: z.literal('individuals'),
    residence: z.array(z.string()).optional(),
    residenceOtherThan: z.array(z.string()).optional(),
  }),
  z.strictObject({ to: z.literal('authorities'), regime: id }),
]);
export type RecipientRule = z.infer<typeof RecipientSchema>;

/** The record groups of the breach register (R1–R6) and its availability on request (R7). */
export const RECORD_GROUPS = ['R1', 'R2', 'R3', 'R4', 'R5', 'R6', 'R7'] as const;

/** Who sets off what a channel carries. With any other the obligation could never be fulfilled. */
const DISPATCH_OF: Record<string, string[]> = {
  email: ['automatic', 'approval'],
  'status-page': ['automatic', 'approval'],
  filing: ['filing'],
  containment: ['person'],
  review: ['person'],
  register: ['record'],
};

function isRepetition(text: string): boolean {
  const { months, exactMs } = parsePeriod(text);
  return months === 0 && exactMs >= 60_000;
}

export const ObligationRuleSchema = z
  .strictObject({
    id,
    title: z.string(),
    commitments: z.array(z.string()).min(1),
    citation: z.string(),
    confirmWithCounsel: z.boolean().default(false),
    appliesWhen: ConditionSchema,
    /** What undecided facts mean: the duty runs (`apply`), or it waits for the decision (`wait`). */
    whenUndecided: z.enum(['apply', 'wait']).default('wait'),
    /** The earliest deadline of those whose anchor is known counts. `ownTarget`: the law gives no period, the product does. */
    clocks: z
      .array(
        z.strictObject({
          from: AnchorSchema,
          within: WithinSchema,
          timeZone: TimeZoneSchema.optional(),
          ownTarget: z.boolean().default(false),
        }),
      )
      .min(1),
    recipient: RecipientSchema,
    channel: z.enum(['containment', 'email', 'status-page', 'filing', 'review', 'register']),
    dispatch: z.enum(['automatic', 'approval', 'filing', 'person', 'record']),
    onSilence: z.enum(['send', 'alarm']).default('alarm'),
    /** How long before the deadline an unapproved notice is sent or its owner alarmed. */
    margin: PeriodSchema.default('PT0S'),
    /** Fractions of the clock at which an unfulfilled obligation raises an alarm; 1 is the deadline. */
    escalate: z.array(z.number().gt(0).max(1)).default([]),
    repeatOverdue: PeriodSchema.optional(),
    /** True where the law asks for the reasons of a delay. */
    delayReasons: z.boolean().default(false),
    record: z.enum(RECORD_GROUPS).optional(),
    template: id.optional(),
    contents: z.array(ContentSchema).default([]),
    /** Status changes that send a follow-up by themselves after the first notice. */
    followUpOnStatus: z.array(z.enum(['identified', 'contained', 'monitoring', 'resolved'])).default([]),
    /** The anchor that fulfilment sets. */
    sets: z.enum(['authority-notified', 'reviewed']).optional(),
    /** The reason recorded when the duty does not apply. */
    notRequiredReason: z.string().optional(),
  })
  .refine((rule) => !['email', 'status-page', 'filing'].includes(rule.channel) || rule.template !== undefined, {
    path: ['template'],
    error: 'is needed for the channels email, status-page and filing',
  })
  .refine((rule) => (rule.channel === 'filing') === (rule.dispatch === 'filing'), {
    path: ['dispatch'],
    error: 'must be "filing" for the channel filing, and only there',
  })
  .refine((rule) => (rule.channel === 'register') === (rule.record !== undefined), {
    path: ['record'],
    error: 'is needed for the channel register, and only there',
  })
  .refine((rule) => DISPATCH_OF[rule.channel]?.includes(rule.dispatch), {
    path: ['dispatch'],
    error: 'must fit the channel: automatic or approval for email and status-page, record for register, else person',
  })
  .refine((rule) => parsePeriod(rule.margin).months === 0, {
    path: ['margin'],
    error: 'must not have calendar months',
  })
  .refine((rule) => rule.repeatOverdue === undefined || isRepetition(rule.repeatOverdue), {
    path: ['repeatOverdue'],
    error: 'must be at least PT1M and have no calendar months',
  });
export type ObligationRule = z.infer<typeof ObligationRuleSchema>;

/** A supervisory authority. `confirmed`: V read at the source, S secondary, R recalled: confirm before relying on it. */
export const AuthoritySchema = z.strictObject({
  key: id,
  name: z.string(),
  country: z.string().regex(/^[A-Z]{2}$/),
  regime: id,
  via: z.enum(['portal', 'form', 'email', 'site']),
  address: z.string(),
  languages: z.array(z.string().regex(/^[a-z]{2}$/)).min(1),
  confirmed: z.enum(['V', 'S', 'R']),
  note: z.string().optional(),
});
export type Authority = z.infer<typeof AuthoritySchema>;

export const PolicyPackSchema = z
  .strictObject({
    id,
    version: z.string(),
    title: z.string(),
    organisation: z.strictObject({
      name: z.string(),
      contactPoint: z.string(),
      /** Country of the main establishment in the EU, for the lead authority (GDPR Art. 56); `none`: no one-stop-shop. */
      mainEstablishment: z.string().regex(/^([A-Z]{2}|none)$/),
      /** An authority chosen for a country that has several, such as the German Länder. */
      authorityFor: z.record(z.string(), id).default({}),
    }),
    calendars: z.record(z.string(), CalendarSchema).default({}),
    authorities: z.array(AuthoritySchema).default([]),
    obligations: z.array(ObligationRuleSchema).min(1),
  })
  .superRefine((pack, context) => {
    const ids = new Set(pack.obligations.map((rule) => rule.id));
    pack.obligations.forEach((rule, index) => {
      const problem = (field: string, message: string) =>
        context.addIssue({ code: 'custom', path: ['obligations', index, field], message: `${rule.id}: ${message}` });
      if (pack.obligations.findIndex((other) => other.id === rule.id) !== index) problem('id', 'this id stands twice');
      for (const clock of rule.clocks) {
        if (clock.from.startsWith('fulfilled:') && !ids.has(clock.from.slice(10))) {
          problem('clocks', `"${clock.from}" names no obligation of this pack`);
        }
        if (typeof clock.within !== 'string' && !pack.calendars[clock.within.calendar]) {
          problem('clocks', `calendar "${clock.within.calendar}" is not in this pack`);
        }
      }
    });
  });
export type PolicyPack = z.infer<typeof PolicyPackSchema>;

/** The policy that applies to one incident, as it was when it was declared. `sha256` is over the pack's canonical JSON. */
export const PolicySnapshotSchema = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), pack: PolicyPackSchema });
export type PolicySnapshot = z.infer<typeof PolicySnapshotSchema>;

/** The rule of an obligation, by the rule's id. Undefined when the pack has none of that id. */
export function ruleOf<R extends { id: string }>(
  pack: { obligations: readonly R[] },
  id: string | undefined,
): R | undefined {
  return pack.obligations.find((rule) => rule.id === id);
}
