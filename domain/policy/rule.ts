/** One obligation as data: when it applies, from which instants it is due, who is told what, each with its citation. */
import { z } from 'zod';
import { AlarmAtSchema } from '../kernel/alarm-clock';
import { PeriodSchema, parsePeriod, TimeZoneSchema, WithinSchema } from '../kernel/time';
import { ConditionSchema } from './conditions';
import { PolicyIdSchema } from './ids';
import { PlaceSchema, residenceFields, UNKNOWN_PLACE } from './places';
import { ScopeOperandSchema } from './scope';

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
export const AnchorSchema = z.union([z.enum(ANCHORS), z.templateLiteral(['fulfilled:', PolicyIdSchema])]);
export type Anchor = z.infer<typeof AnchorSchema>;

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
  'risk-judgement',
  'measures-taken',
  'measures-proposed',
  'individual-steps',
  'notification-steps',
  'contact-point',
  'service-status',
  'review-summary',
  'controls-improved',
  'delay-reasons',
  'earlier-reference',
  // What the forms of authorities ask beside that (EDPB common template, v1.0, draft).
  'identifiers',
  'representative',
  'reporter',
  'data-protection-officer',
  'parties',
  'discovery',
  'kind-of-incident',
  'cause',
  'systems',
  'breach-details',
  'data-subjects',
  'special-categories',
  'measures-before',
  'impact',
  'prevention',
  'bodies-told',
  'attachments',
  // Not of a pack: what a correcting notice says.
  'correction',
  /** Who signs a notice: it stands below the text, and no pack lists it. */
  'sender',
  /** On which ground a public communication stands in place of direct notices, by its id: for its template. */
  'ground',
] as const;
export type ContentField = (typeof CONTENT_FIELDS)[number];

const ContentSchema = z.strictObject({
  field: z.enum(CONTENT_FIELDS),
  title: z.string(),
  citation: z.string(),
  /** Left out of the list of missing fields when it has no value, e.g. the reasons of a delay that did not happen. */
  optional: z.boolean().default(false),
  /** The authority's form demands it, the law does not: a report is not ready without it, and none waits for it. */
  form: z.boolean().default(false),
});
export type Content = z.infer<typeof ContentSchema>;

/** Where recipients live; those of unknown place stand under `unknown`. */
const recipientPlaces = {
  residence: z.array(z.union([PlaceSchema, z.literal(UNKNOWN_PLACE)])).optional(),
  residenceOtherThan: residenceFields.residenceOtherThan,
};

/** Who is told. Authorities and uncovered places expand into one obligation each; the rest are audiences that the directory resolves. */
const RecipientSchema = z.discriminatedUnion('to', [
  z.strictObject({ to: z.literal('internal') }),
  z.strictObject({ to: z.literal('public') }),
  z.strictObject({ to: z.literal('status-subscribers') }),
  z.strictObject({ to: z.literal('workspace-owners') }),
  /** `protectedBy`: all whom the law of a regime protects; composed with where they live, unless a data set says otherwise. */
  z.strictObject({ to: z.literal('individuals'), protectedBy: ScopeOperandSchema.optional(), ...recipientPlaces }),
  /** Others that may reduce the harm or mitigate it, as a named person believes (PIPEDA s. 10.2). */
  z.strictObject({ to: z.literal('organisations') }),
  z.strictObject({ to: z.literal('authorities'), regime: PolicyIdSchema }),
  /** One obligation for each place whose law none of these places covers. */
  z.strictObject({ to: z.literal('uncovered-places'), by: z.array(PlaceSchema) }),
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
  assessment: ['person'],
  review: ['person'],
  decision: ['person'],
  register: ['record'],
};

function isRepetition(text: string): boolean {
  const { months, exactMs } = parsePeriod(text);
  return months === 0 && exactMs >= 60_000;
}

/**
 * The first and the last day on which a rule is in force, as the calendar of `timeZone` has them. What counts is the day of
 * the instant `by`; left out, that of any start of its clocks.
 */
export const ValiditySchema = z
  .strictObject({
    from: z.iso.date().optional(),
    to: z.iso.date().optional(),
    timeZone: TimeZoneSchema.default('UTC'),
    by: z.enum(ANCHORS).optional(),
  })
  .refine(({ from, to }) => from !== undefined || to !== undefined, 'must give "from", "to" or both')
  .refine(({ from, to }) => !from || !to || from <= to, { path: ['to'], error: 'must not be before "from"' });
export type Validity = z.infer<typeof ValiditySchema>;

/** A ground on which the law lets a notice wait. */
const HoldGroundSchema = z.strictObject({ id: PolicyIdSchema, title: z.string(), citation: z.string() });

const ruleFields = {
  id: PolicyIdSchema,
  title: z.string(),
  commitments: z.array(z.string()).min(1),
  citation: z.string(),
  confirmWithCounsel: z.boolean().default(false),
  validity: ValiditySchema.optional(),
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
  channel: z.enum(['containment', 'email', 'status-page', 'filing', 'review', 'register', 'assessment', 'decision']),
  dispatch: z.enum(['automatic', 'approval', 'filing', 'person', 'record']),
  onSilence: z.enum(['send', 'alarm']).default('alarm'),
  /** How long before the deadline an unapproved notice is sent or its owner alarmed. */
  margin: PeriodSchema.default('PT0S'),
  /** Percent of the clock at which an unfulfilled obligation raises an alarm; 100 is the deadline. */
  alarmAt: AlarmAtSchema.default([]),
  /** From one alarm to the next once it is overdue. */
  repeatEvery: PeriodSchema.optional(),
  /** How long an acknowledgement of its alarms holds; what is not done by then rings again. Left out: for good. */
  acknowledgedFor: PeriodSchema.optional(),
  /** True where the law asks for the reasons of a delay. */
  delayReasons: z.boolean().default(false),
  record: z.enum(RECORD_GROUPS).optional(),
  /** Which answers to "is personal data affected?" fulfil it, for the channel assessment. */
  answeredBy: z
    .array(z.enum(['yes', 'no', 'possible']))
    .min(1)
    .optional(),
  template: PolicyIdSchema.optional(),
  /**
   * The obligation whose notice serves this one too, where it is in force: two duties to the same people, each with its
   * own clock, and one mail.
   */
  toldWith: PolicyIdSchema.optional(),
  /** The company's own product shows the notice as well, beside its channel. It counts as nobody told. */
  inApp: z.literal(true).optional(),
  contents: z.array(ContentSchema).default([]),
  /** Status changes that send a follow-up by themselves after the first notice. */
  followUpOnStatus: z.array(z.enum(['identified', 'contained', 'monitoring', 'resolved'])).default([]),
  /** The anchor that fulfilment sets. */
  sets: z.enum(['authority-notified', 'reviewed']).optional(),
  /** The reason recorded when the duty does not apply. */
  notRequiredReason: z.string().optional(),
  /**
   * On what a person may waive it. `reason`, of an own promise: on the grounds that packs name for it, and where none does for
   * any written reason. `grounds`, of a legal duty: only on those that packs name.
   */
  waivable: z.enum(['reason', 'grounds']).default('reason'),
  /**
   * When so many percent of the mails came back: on which ground a named person may decide to tell the public instead. It is
   * only proposed.
   */
  whenMailsComeBack: z.strictObject({ percent: z.int().min(1).max(100), ground: PolicyIdSchema }).optional(),
  /** How a duty that is not waived for any reason ends where it is not owed; told to whoever tries to waive it. */
  insteadOfWaiver: z.string().optional(),
  /**
   * Who decides, once facts that somebody assessed say so, that the duty is not owed: `automatic` for the company's own
   * promises; `person` for duties of law, where the product only proposes it and a named person confirms it;
   * `person-once-owed` for one that need not be spoken of before the facts name somebody to whom it is owed.
   */
  dismissal: z.enum(['automatic', 'person', 'person-once-owed']).default('automatic'),
  /** On what a hold may rest. Left out: on any reason. Empty: the law knows none, so a hold is refused. */
  holdGrounds: z.array(HoldGroundSchema).optional(),
  /**
   * Of a duty of law that is held on no ground of its law: how long before its deadline the hold ends at the latest, so that
   * what silence then sends is still in time. An hour where it is left out.
   */
  holdEndsBefore: PeriodSchema.optional(),
};

/** What one field of a rule demands of another. */
function checked<S extends z.ZodType<RuleFields>>(schema: S): S {
  return schema
    .refine((rule) => !['email', 'status-page', 'filing'].includes(rule.channel) || rule.template !== undefined, {
      path: ['template'],
      error: 'is needed for the channels email, status-page and filing',
    })
    .refine((rule) => !rule.inApp || ['email', 'status-page'].includes(rule.channel), {
      path: ['inApp'],
      error: 'goes with the channels email and status-page, whose texts are for outsiders',
    })
    .refine((rule) => (rule.channel === 'filing') === (rule.dispatch === 'filing'), {
      path: ['dispatch'],
      error: 'must be "filing" for the channel filing, and only there',
    })
    .refine((rule) => (rule.channel === 'register') === (rule.record !== undefined), {
      path: ['record'],
      error: 'is needed for the channel register, and only there',
    })
    .refine((rule) => (rule.channel === 'assessment') === (rule.answeredBy !== undefined), {
      path: ['answeredBy'],
      error: 'is needed for the channel assessment, and only there',
    })
    .refine((rule) => DISPATCH_OF[rule.channel]?.includes(rule.dispatch), {
      path: ['dispatch'],
      error: 'must fit the channel: automatic or approval for email and status-page, record for register, else person',
    })
    .refine((rule) => rule.recipient.to !== 'organisations' || rule.channel === 'decision', {
      path: ['channel'],
      error: 'must be "decision" for the recipient organisations: a person says who they are',
    })
    .refine((rule) => (rule.waivable === 'grounds') === (rule.insteadOfWaiver !== undefined), {
      path: ['insteadOfWaiver'],
      error: 'is needed where waivable is "grounds", and only there',
    })
    .refine((rule) => parsePeriod(rule.margin).months === 0, {
      path: ['margin'],
      error: 'must not have calendar months',
    })
    .refine((rule) => rule.holdEndsBefore === undefined || parsePeriod(rule.holdEndsBefore).months === 0, {
      path: ['holdEndsBefore'],
      error: 'must not have calendar months',
    })
    .refine((rule) => rule.repeatEvery === undefined || isRepetition(rule.repeatEvery), {
      path: ['repeatEvery'],
      error: 'must be at least PT1M and have no calendar months',
    })
    .refine((rule) => rule.acknowledgedFor === undefined || isRepetition(rule.acknowledgedFor), {
      path: ['acknowledgedFor'],
      error: 'must be at least PT1M and have no calendar months',
    }) as S;
}
type RuleFields = z.infer<z.ZodObject<typeof ruleFields>>;

/** An obligation as a pack holds it. */
export const PackRuleSchema = checked(z.strictObject(ruleFields));
export type PackRule = z.infer<typeof PackRuleSchema>;

/** An obligation of the policy in force: it knows the pack it comes from. */
export const ObligationRuleSchema = checked(z.strictObject({ ...ruleFields, pack: PolicyIdSchema }));
export type ObligationRule = z.infer<typeof ObligationRuleSchema>;
