/**
 * The messages that people and tooling send to a running incident. A signal and an update of the same name take the same
 * one object, parsed by the same schema. `by` says who; `commandId` makes a repeat harmless.
 */
import { z } from 'zod';
import { ACKNOWLEDGE_ALARMS, PersonSchema } from '../case/acknowledge';
import type { Messages } from '../case/lifecycle';
import { COMMON_MESSAGES, envelope } from '../case/messages';
import { WhenSchema } from '../kernel/inexact-instant';
import { LanguageSchema } from '../kernel/language';
import { text } from '../kernel/text';
import { InstantSchema } from '../kernel/time';
import { PolicyIdSchema } from '../policy/ids';
import { OTHER_GROUND } from '../policy/pack';
import { GroupSchema } from './audience';
import { AWARENESS_BASES } from './awareness';
import { correctable } from './corrected-facts';
import { CHANNELS, PeopleSchema } from './counted';
import { DOUBTED } from './doubted-kinds';
import { AssessmentSchema, ContainmentMeasureSchema, IncidentIdSchema, STATUSES, WorkspaceIdsSchema } from './incident';
import { LINK_RELATIONS } from './links';
import { AddressSchema, SenderSchema } from './notice-sender';
import { PUBLIC_CHANNEL_CODES } from './public-channels';
import { TranslatedLanguageSchema, TranslatedTextSchema } from './translations';

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

/** Whom a message means of those still untold: workspaces, people of a data set and a country, or all of them. */
const untold = { workspaces: WorkspaceIdsSchema.min(1).optional(), rest: z.literal(true).optional() };
const NAME_SOMEBODY = 'name "workspaces" or "people", or all that are left with "rest"';

export const MESSAGE_SCHEMAS = {
  assess: z.strictObject({
    ...envelope,
    assessment: AssessmentSchema.optional(),
    /** The one answer alone, whether personal data is affected; the other facts stay as they are. */
    personalData: z.enum(['yes', 'possible', 'no', 'unknown']).optional(),
    awareAt: WhenSchema.optional(),
    /** What that instant is of; without it, a reasonable degree of certainty. */
    awareBasis: z.enum(AWARENESS_BASES).optional(),
    /** When what the assessment newly names became known: a data set, a country. Without it, now. */
    partsAwareAt: WhenSchema.optional(),
    reason: text(2000).optional(),
  }),
  status: z.strictObject({
    ...envelope,
    status: z.enum(STATUSES).exclude(['declared']),
    at: WhenSchema.optional(),
    note: text(2000).optional(),
    /** Of containment: only a part of it, which the note names. */
    partly: z.boolean().optional(),
    /** Of containment: nobody knows when it was; at the latest now. */
    atUnknown: z.boolean().optional(),
    /** Of containment: why it holds although steps that were asked for are not done. */
    despite: text(2000).optional(),
  }),
  correct: z.strictObject({ ...envelope, ...correctable, reason: text(2000) }),
  contain: z
    .strictObject({ ...envelope, measure: ContainmentMeasureSchema.optional(), undo: step.optional() })
    .refine((m) => (m.measure === undefined) !== (m.undo === undefined), { error: 'give either "measure" or "undo"' }),
  measure: z.strictObject({
    ...envelope,
    text: text(2000),
    category: z.enum(['containment', 'mitigation', 'remediation', 'prevention']).default('remediation'),
    /** Not taken yet: notices say it under the measures proposed, until it is recorded again as taken. */
    planned: z.literal(true).optional(),
    at: InstantSchema.optional(),
  }),
  approve: z.strictObject({
    ...envelope,
    obligation,
    draft: draft.optional(),
    delayReasons: text(2000).optional(),
    /** Why a notice to individuals goes out without what its law requires. */
    incompleteBecause: text(2000).optional(),
  }),
  told: z
    .strictObject({
      ...envelope,
      by: PersonSchema,
      obligation,
      /** To people, or of a public communication to everybody. */
      channel: z.enum([...CHANNELS, ...PUBLIC_CHANNEL_CODES]),
      /** Of a public communication: in which languages it was made public there. */
      languages: z.array(LanguageSchema).min(1).max(30).optional(),
      /** When they were told; of several days, the last. */
      at: WhenSchema.optional(),
      ...untold,
      people: z
        .array(PeopleSchema.extend({ count: z.int().min(1) }))
        .min(1)
        .max(1000)
        .optional(),
      /** Other organisations and institutions that may reduce the harm; `rest`: with those on record, these are all. */
      organisations: z.array(text(200)).min(1).max(50).optional(),
      note: text(2000).optional(),
      /** A file that shows it, by its hash; the file itself stays with whoever told them. */
      evidence: z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().min(0) }).optional(),
    })
    .refine((m) => m.workspaces || m.people || m.rest || m.languages || m.organisations, { error: NAME_SOMEBODY }),
  'leave-untold': z
    .strictObject({
      ...envelope,
      by: PersonSchema,
      obligation,
      ...untold,
      /** Without a count: all of the group who are still untold, also where nobody knows how many there are. */
      people: z
        .array(GroupSchema.extend({ count: z.int().min(1).optional() }))
        .min(1)
        .max(1000)
        .optional(),
      reason: text(2000),
    })
    .refine((m) => m.workspaces || m.people || m.rest, { error: NAME_SOMEBODY }),
  settle: z
    .strictObject({
      ...envelope,
      by: PersonSchema,
      obligation,
      /** Whether the mail provider accepted the batch, as its own records say; of a status update, whether it stands on the page. */
      accepted: z.boolean(),
      /** When it did. */
      at: InstantSchema.optional(),
      /** The batch, or how its key begins; without it, every batch of the notice that waits for a person. */
      batch: z
        .string()
        .regex(/^[0-9a-f]{8,64}$/, 'must be how the key of a batch begins: 8 or more of its characters')
        .optional(),
      /** Where a status update stands that was published by hand. */
      url: z
        .url({ protocol: /^https?$/, error: 'must be an address like https://status.example/incidents/1' })
        .max(2000)
        .optional(),
      reason: text(2000),
    })
    .refine((m) => m.accepted === (m.at !== undefined), {
      path: ['at'],
      error: 'says when it was accepted: it goes with "accepted" and with nothing else',
    }),
  'stop-sending': z.strictObject({ ...envelope, by: PersonSchema, obligation, reason: text(2000) }),
  translate: z.strictObject({
    ...envelope,
    language: TranslatedLanguageSchema,
    texts: z.array(TranslatedTextSchema).min(1).max(100),
  }),
  'edit-draft': z.strictObject({
    ...envelope,
    obligation,
    /** The draft that was edited: one of other facts is refused. */
    draft,
    language: LanguageSchema,
    subject: text(200),
    /** Markdown, as a draft is written. */
    body: text(20_000),
  }),
  sender: z
    .strictObject({
      ...envelope,
      by: PersonSchema,
      /** Whom notices that are not sent yet are from. */
      from: SenderSchema.optional(),
      replyTo: AddressSchema.optional(),
      /** The configured sender again. */
      configured: z.literal(true).optional(),
      reason: text(2000),
    })
    .refine((m) => (m.from === undefined) !== (m.configured === undefined), {
      path: ['from'],
      error: 'give either "from" or "configured"',
    })
    .refine((m) => m.from !== undefined || m.replyTo === undefined, { path: ['replyTo'], error: 'goes with "from"' }),
  hold: z.strictObject({
    ...envelope,
    by: PersonSchema,
    obligation,
    reason: text(2000),
    /** Where the law says on what a notice may wait: which of its grounds. */
    ground: PolicyIdSchema.optional(),
    until: InstantSchema.optional(),
  }),
  release: z.strictObject({ ...envelope, obligation, reason: text(2000).optional() }),
  waive: z.strictObject({
    ...envelope,
    by: PersonSchema,
    obligation,
    reason: text(2000),
    /** A ground that the policy offers for this obligation, or `other`. */
    ground: PolicyIdSchema.default(OTHER_GROUND),
  }),
  'not-owed': z
    .strictObject({
      ...envelope,
      by: PersonSchema,
      obligation: obligation.optional(),
      /** Everything that is proposed on the same facts; without an obligation, everything that is proposed. */
      all: z.boolean().optional(),
      reason: text(2000),
    })
    .refine((m) => m.obligation !== undefined || m.all === true, { error: 'give "obligation", "all" or both' }),
  'not-material': z.strictObject({ ...envelope, by: PersonSchema, obligation, reason: text(2000) }),
  filed: z
    .strictObject({
      ...envelope,
      obligation,
      /** What the authority gave at once. Left out, the message adds to a report that was filed before. */
      reference: text(200).optional(),
      /** The key of the authority, like `ie-dpc`: of a report that was filed although none is owed. */
      authority: PolicyIdSchema.optional(),
      caseNumber: text(200).optional(),
      submittedAt: WhenSchema.optional(),
      delayReasons: text(2000).optional(),
      /** Receipts and other files, by their hashes; the files themselves stay with whoever filed it. */
      attachments: z
        .array(z.strictObject({ name: text(200), sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().min(0) }))
        .min(1)
        .max(50)
        .optional(),
    })
    .refine((m) => m.reference !== undefined || m.submittedAt === undefined, {
      path: ['submittedAt'],
      error: 'goes with "reference"',
    })
    .refine((m) => m.reference !== undefined || m.authority === undefined, {
      path: ['authority'],
      error: 'goes with "reference"',
    })
    .refine((m) => [m.reference, m.caseNumber, m.attachments, m.delayReasons].some((each) => each !== undefined), {
      path: ['reference'],
      error: 'is needed; or "caseNumber", "attachments" or "delayReasons" to add to a report that was filed',
    }),
  'decide-authority': z.strictObject({
    ...envelope,
    by: PersonSchema,
    obligation,
    /** The key of an authority, like `ie-dpc`. */
    authority: PolicyIdSchema,
    reason: text(2000),
  }),
  'acted-at': z.strictObject({
    ...envelope,
    by: PersonSchema,
    obligation,
    /** When it was done, more exactly than was stated before. */
    at: WhenSchema,
    /** In which round, where it was done about then in more than one: 1 for the first notice or report. */
    round: z.int().min(1).max(1000).optional(),
    reason: text(2000),
  }),
  'cannot-establish': z.strictObject({
    ...envelope,
    by: PersonSchema,
    obligation,
    /** A required field of the report, like `records-count`, or its title. */
    field: text(200),
    reason: text(2000),
  }),
  review: z.strictObject({
    ...envelope,
    rootCause: text(),
    controls: z.array(text(1000)).min(1, 'name at least one improved control'),
    shareSummary: z.boolean(),
    summary: text(4000).optional(),
  }),
  confirm: z.strictObject({
    ...envelope,
    by: PersonSchema,
    /** What waits for it. */
    change: z.enum(DOUBTED).default('awareness'),
    /** The instant that is confirmed: another one than waits is refused, since it changed meanwhile. */
    at: WhenSchema.optional(),
    decline: z.boolean().default(false),
    reason: text(2000).optional(),
  }),
  [ACKNOWLEDGE_ALARMS]: COMMON_MESSAGES[ACKNOWLEDGE_ALARMS].schema,
  reopen: z.strictObject({
    ...envelope,
    by: PersonSchema,
    reason: text(2000),
    /** Under the worker's present policy, where it has another than the incident was declared under. */
    currentPolicy: z.boolean().optional(),
  }),
  'follow-up': z.strictObject({ ...envelope, text: text(4000), at: InstantSchema.optional() }),
  link: z.strictObject({
    ...envelope,
    to: IncidentIdSchema,
    relation: z.enum(LINK_RELATIONS),
    note: text(2000).optional(),
  }),
  close: z.strictObject({ ...envelope, note: text(2000).optional() }),
} as const;

export type MessageName = keyof typeof MESSAGE_SCHEMAS;
export const MESSAGE_NAMES = Object.keys(MESSAGE_SCHEMAS) as MessageName[];
export type MessageBody<N extends MessageName> = z.infer<(typeof MESSAGE_SCHEMAS)[N]>;
/** A parsed message, tagged with its name. */
export type Message = { [N in MessageName]: { message: N } & MessageBody<N> }[MessageName];

const DESCRIPTIONS: Record<MessageName, string> = {
  assess: 'A person states or corrects the facts, or the instant of awareness',
  status: 'The incident is investigating, identified, contained, monitoring or resolved',
  correct:
    'Correct what was declared, or hand it over: severity, title, owner, systems, the detection, whether the service is affected',
  contain: 'Ask for a containment measure, or undo one',
  measure: 'Record a measure that was taken',
  approve: 'Approve a drafted notice: it is sent at once',
  told: 'People were told outside of the product, or a public communication was made public there',
  'leave-untold': 'Decide that somebody who is still untold need not be told, with a reason',
  settle:
    'A person looked at the mail provider: a batch whose outcome was unknown was accepted there, or was not; or published a status update by hand',
  'stop-sending':
    'Stop a notice that is being mailed: no further batch begins, and the rest waits until a person approves it again',
  translate: 'Give texts of the facts in another language, so that notices can be written in it',
  sender: 'Notices that are not sent yet come from another sender, as the incident took over the configured one',
  'edit-draft': 'Counsel edits a drafted notice in one language: what is approved next is the edited text',
  hold: 'Hold a notice back, with a reason',
  release: 'Release a held notice',
  waive: 'Decide that nothing more is done under an obligation, with a reason and a ground',
  'decide-authority': 'Decide which authority a report goes to while the facts do not say, with a reason',
  'acted-at':
    'State more exactly when something was filed or told whose time was not known exactly, with how it is known',
  'cannot-establish': 'Decide that a required field of a report cannot be established, with a reason',
  'not-owed': 'Confirm what Tocsin proposed: that a duty of law is not owed, with a reason of your own',
  'not-material': 'Decide that what changed since it was told is not material, with a reason',
  filed: 'A report was filed with an authority, with its reference',
  review: 'The post-incident review',
  confirm: 'A second person agrees to a change or declines it; or somebody stands by a doubtful instant',
  [ACKNOWLEDGE_ALARMS]: COMMON_MESSAGES[ACKNOWLEDGE_ALARMS].description,
  reopen: 'Open a closed incident again, with a reason',
  'follow-up': 'Note what came later, also after it was closed',
  link: 'Link the incident with another: caused by it, of the same cause, its second stage',
  close: 'Close the incident when nothing is owed any more',
};

/** The messages with what each is for, as the lifecycle takes them. */
export const INCIDENT_MESSAGES: Messages = Object.fromEntries(
  MESSAGE_NAMES.map((name) => [name, { schema: MESSAGE_SCHEMAS[name], description: DESCRIPTIONS[name] }]),
);
