/** What people tell a vulnerability report: one schema a message. */

import { z } from 'zod';
import { PersonSchema } from '../case/acknowledge';
import { envelope as anybody } from '../case/messages';
import { IncidentIdSchema } from '../incident/incident';
import { SEVERITIES } from '../kernel/severity';
import { ByOf, text } from '../kernel/text';
import { InstantSchema } from '../kernel/time';
import { ReportIdSchema } from './state';

/** It is people who acknowledge and decide, never Tocsin. */
const envelope = { ...anybody, by: PersonSchema };
const note = text(2000).optional();
/** The person has written to the reporter already: Tocsin does not. */
const answered = z.boolean().default(false);

/** The schemas of the messages, by name. */
export const REPORT_MESSAGES = {
  'acknowledge-report': z.strictObject({ ...envelope, at: InstantSchema.optional(), answered, note }),
  accept: z.strictObject({ ...envelope, severity: z.enum(SEVERITIES), answered, note }),
  decline: z.strictObject({ ...envelope, reason: text(2000), answered }),
  duplicate: z.strictObject({ ...envelope, of: ReportIdSchema, answered }),
  fixed: z.strictObject({ ...envelope, version: text(100), note }),
  disclose: z
    .strictObject({
      ...envelope,
      on: z.iso.date('must be a date, like 2026-06-30').optional(),
      url: z.url().max(500).optional(),
    })
    .refine((m) => (m.on === undefined) !== (m.url === undefined), {
      error: 'give either "on", the day agreed, or "url", where it is published now',
    }),
  credit: z.strictObject({ ...envelope, as: z.enum(['named', 'anonymous']) }),
  declare: z
    .strictObject({
      ...envelope,
      incident: IncidentIdSchema.optional(),
      title: text(200).optional(),
      severity: z.enum(SEVERITIES).optional(),
      affects: z
        .array(z.enum(['confidentiality', 'integrity', 'availability']))
        .min(1)
        .optional(),
      serviceAffecting: z.boolean().default(false),
      detectedAt: InstantSchema.optional(),
    })
    .refine((m) => m.incident !== undefined || (m.severity !== undefined && m.affects !== undefined), {
      error: 'give "severity" and "affects" to declare an incident, or "incident" to link one that runs',
    }),
  erased: z.strictObject({ ...envelope, by: ByOf }),
  close: z.strictObject({ ...envelope, note }),
} as const;
export type ReportMessageName = keyof typeof REPORT_MESSAGES;
export type ReportMessage<N extends ReportMessageName> = z.infer<(typeof REPORT_MESSAGES)[N]>;

/** What each of them tells, in words. */
export const DESCRIPTIONS: Record<ReportMessageName, string> = {
  'acknowledge-report': 'A person has read the report: ends the clock of the acknowledgement.',
  accept: 'It is a vulnerability, of this severity.',
  decline: 'It is none, for this reason.',
  duplicate: 'Another report told of it already.',
  fixed: 'The version in which it is fixed.',
  disclose: 'The day agreed for the disclosure, or where it is published.',
  credit: 'Whether the reporter is named or stays anonymous.',
  declare: 'Declares an incident because of it, or links one.',
  erased: 'The text and the reporter were erased from Postgres.',
  close: 'Nothing more is to be done.',
};

/**
 * The command id of the message that tells a report of its erasure. The message says nothing else, and it is sealed by whoever
 * erases alone: the codec seals none of this form.
 */
export function erasureOf(caseId: string): string {
  return `${ERASURE}${caseId}`;
}

/** How that command id begins. */
export const ERASURE = 'erase-';
