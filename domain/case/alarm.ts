/**
 * An alarm as data: which point of a clock or which event rang, what it is about, what is to be done, and the commands for
 * it. Its text is written last, in `alarm-text.ts`, for one reader in one language; nothing reads that text back.
 */
import { z } from 'zod';
import { type ClockThreshold, ClockThresholdSchema, type Rung } from '../kernel/alarm-clock';
import { CommandLineSchema } from '../kernel/command-lines';
import { type Instant, InstantSchema } from '../kernel/time';

/** What cases have done outside, each kind of work by its name; `publish` and `send` are what a dispatch is made of. */
export const WORK = [
  'draft',
  'dispatch',
  'publish',
  'send',
  'open-filing',
  'contain',
  'undo',
  'verify-register',
  'register',
  'alarm',
  'tell-acknowledged',
  'mail',
  'declare',
  'merge',
  'unmerge',
  'recount-detections',
  'recheck',
  'settle',
  'settle-batch',
  'stop-delivery',
  'recount',
  'tell-in-app',
] as const;
export type WorkKind = (typeof WORK)[number];

/** What rings that is no point of a clock. */
const OccasionSchema = z.discriminatedUnion('kind', [
  /** Work fails and is tried again until it works. */
  z.strictObject({ kind: z.literal('failing'), work: z.enum(WORK) }),
  /** A containment step came to nothing, or a guard refused it. */
  z.strictObject({ kind: z.literal('failed') }),
  z.strictObject({ kind: z.literal('refused') }),
  /** A containment step reached a recorder on this machine only: nothing was done. */
  z.strictObject({ kind: z.literal('recorded-only') }),
  /** One of two persons asked for a containment step: a second is asked. */
  z.strictObject({ kind: z.literal('first-of-two'), by: z.string() }),
  /** A draft takes the place of one that somebody had approved, or written by hand, as what it says has changed. */
  z.strictObject({ kind: z.literal('text-changed'), by: z.string(), did: z.enum(['approved', 'edited']) }),
  /** A notice did not reach everybody. */
  z.strictObject({ kind: z.literal('undeliverable'), failed: z.int(), total: z.int() }),
  /** Mails of it came back after its incident was closed. */
  z.strictObject({ kind: z.literal('came-back') }),
  /** The mail provider alone knows what became of a part of a notice. */
  z.strictObject({ kind: z.literal('undecided') }),
  /** A mail to a reporter did not go out, or may not have. */
  z.strictObject({ kind: z.literal('not-mailed'), outcome: z.enum(['refused', 'unknown']) }),
  z.strictObject({ kind: z.literal('cancel-requested') }),
  /** The register has other entries of the case than its run made, `entry` being the first of them: the run has stopped. */
  z.strictObject({ kind: z.literal('forked'), entry: z.int() }),
  z.strictObject({ kind: z.literal('register-damaged') }),
  /** Tocsin declared an incident by itself. */
  z.strictObject({ kind: z.literal('declared'), trigger: z.enum(['rule', 'silence']) }),
  z.strictObject({ kind: z.literal('merge-failed'), into: z.string() }),
  /** Detections were taken out of the incident that they were merged into, and wait for a decision again; or it did not let them go. */
  z.strictObject({ kind: z.literal('unmerged'), from: z.string() }),
  z.strictObject({ kind: z.literal('unmerge-failed'), from: z.string() }),
  /** A detection came after its case was decided and closed. */
  z.strictObject({ kind: z.literal('after-decision'), decision: z.enum(['declared', 'dismissed', 'merged']) }),
  z.strictObject({ kind: z.literal('severity-changed'), from: z.string(), to: z.string() }),
  /** A person said that it is patched; a check still finds it. */
  z.strictObject({ kind: z.literal('refuted'), by: z.string() }),
  z.strictObject({ kind: z.literal('waiver-ended'), by: z.string() }),
  /** Somebody acknowledged an alarm at that instant, and what it called for is not done. */
  z.strictObject({ kind: z.literal('acknowledgement-expired'), by: z.string(), at: InstantSchema }),
]);

export const ThresholdSchema = z.union([ClockThresholdSchema, OccasionSchema]);
export type Threshold = z.infer<typeof ThresholdSchema>;

/** What an alarm is about, with what its text needs of it. */
export const AboutSchema = z.discriminatedUnion('kind', [
  /** `title` is the rule's own; `onSilence`: what happens by itself when nobody acts. */
  z.strictObject({
    kind: z.literal('obligation'),
    obligation: z.string(),
    title: z.string(),
    onSilence: z.enum(['send', 'alarm']),
    /** When the hold that keeps it back ends; missing where it is not held, or held without an end. */
    heldUntil: InstantSchema.optional(),
    /** When it is sent if nobody objects; missing where silence does not send it, or it is not written yet. */
    silentAt: InstantSchema.optional(),
    /** How it may be held: on which ground, or until when at the latest. Missing where it may not. */
    hold: z.strictObject({ ground: z.string().optional(), until: InstantSchema.optional() }).optional(),
  }),
  z.strictObject({ kind: z.literal('measure'), measure: z.string() }),
  z.strictObject({ kind: z.literal('incident') }),
  /** An instant of awareness that may be an error, and why. */
  z.strictObject({
    kind: z.literal('awareness'),
    awareAt: InstantSchema,
    why: z.array(z.string()),
    /** Where it is another instant: the declared detection, or the awareness of a part found later. */
    of: z.enum(['awareness', 'detection', 'parts']).optional(),
  }),
  /** The case as a whole, whichever its kind. */
  z.strictObject({ kind: z.literal('case') }),
  z.strictObject({
    kind: z.literal('detections'),
    title: z.string(),
    count: z.int(),
    onSilence: z.enum(['declare', 'alarm']),
    /** The incident that did not let them go, or to which those after the decision belong. */
    stillIn: z.string().optional(),
  }),
  /** An incident that Tocsin declared. */
  z.strictObject({
    kind: z.literal('declared'),
    incident: z.string(),
    title: z.string(),
    detectedAt: InstantSchema,
    /** How many sources of attack wait for a person before they are blocked. */
    withheld: z.int().optional(),
  }),
  z.strictObject({
    kind: z.literal('acknowledgement'),
    via: z.string(),
    bytes: z.int(),
    businessDays: z.int(),
    timeZone: z.string(),
  }),
  z.strictObject({ kind: z.literal('disclosure'), on: z.string() }),
  z.strictObject({ kind: z.literal('follow-up'), since: InstantSchema, status: z.string() }),
  z.strictObject({ kind: z.literal('reporter-mail'), mail: z.enum(['confirmation', 'acknowledgement']) }),
  z.strictObject({
    kind: z.literal('package'),
    package: z.string(),
    versions: z.array(z.string()),
    inventory: z.string(),
    advisory: z.string(),
    severity: z.string(),
    fixedIn: z.array(z.string()),
    /** Who said that it is patched, which no check has confirmed. */
    claimedBy: z.string().optional(),
  }),
]);
export type About = z.infer<typeof AboutSchema>;

/** What a person is to do. One code, one sentence in each language, one set of commands. */
export const TODOS = [
  'contain',
  'contain-by-hand',
  'agree-to-block',
  'answer-data-question',
  'approve',
  'approve-update',
  'correct-update',
  'make-public',
  'release',
  'decide-not-owed',
  'file',
  'decide-authority',
  'review',
  'complete-record',
  'decide-law',
  'tell-organisations',
  'look-into',
  'tell-by-hand',
  'count-again',
  'settle-batch',
  'waive-and-close',
  'verify-register',
  'resume',
  'check-awareness',
  'decide-detections',
  'decide-where',
  'take-out-again',
  'look-again',
  'follow-incident',
  'acknowledge-report',
  'publish-disclosure',
  'decide-report',
  'fix-report',
  'close-report',
  'write-to-reporter',
  'patch',
] as const;
export type Todo = (typeof TODOS)[number];

/** Data of an event `alarm-raised`. `dueAt`: the deadline that it is about. `detail`: in the words of what failed. */
export const AlarmSchema = z.strictObject({
  threshold: ThresholdSchema,
  about: AboutSchema,
  todo: z.enum(TODOS),
  commands: z.array(CommandLineSchema),
  dueAt: InstantSchema.optional(),
  detail: z.string().optional(),
});
export interface Alarm extends Omit<z.infer<typeof AlarmSchema>, 'dueAt' | 'detail'> {
  dueAt?: Instant | undefined;
  detail?: string | undefined;
}

/** An alarm with the place and the instant of its event. */
export interface RaisedAlarm extends Alarm {
  seq: number;
  at: Instant;
}

/** The obligation that an alarm is about. */
export function obligationOf({ about }: Pick<Alarm, 'about'>): string | undefined {
  return about.kind === 'obligation' ? about.obligation : undefined;
}

/** What a clock remembers of an alarm: where a point of it rang, everything of that deadline up to then. */
export function rungBy({ threshold, dueAt }: Pick<Alarm, 'threshold' | 'dueAt'>, at: Instant): Rung | undefined {
  return isOfClock(threshold) && dueAt !== undefined ? { dueAt, at } : undefined;
}

/** True for a point of a clock. */
export function isOfClock(threshold: Threshold): threshold is ClockThreshold {
  return ['start', 'elapsed', 'margin', 'due', 'overdue'].includes(threshold.kind);
}
