/** The acts of a past incident, as they are handed over to be recorded. */

import { z } from 'zod';
import { aheadProblem } from '../kernel/ahead';
import { earliestOf, latestOf, WhenSchema } from '../kernel/inexact-instant';
import { type Instant, minuteText, toMs, toTheSecond } from '../kernel/time';
import { MESSAGE_NAMES, type MessageName } from './messages';

/** As many acts as a record may hold: it is the input of one workflow. */
const MOST_ACTS = 500;

/** The field of a message that keeps both readings of a time that is not known exactly. */
export const TIME_OF: Partial<Record<MessageName, string>> = { filed: 'submittedAt', told: 'at', status: 'at' };

/** One act of the past: a message, when it was done, which need not be known exactly where the message keeps that. */
export const RecordedActSchema = z.strictObject({
  at: WhenSchema,
  message: z.enum(MESSAGE_NAMES),
  body: z.record(z.string(), z.unknown()),
});
export type RecordedAct = z.infer<typeof RecordedActSchema>;
export const RecordedActsSchema = z.array(RecordedActSchema).max(MOST_ACTS);

/**
 * When an act is played, and with what: one whose time is not known exactly at its earliest reading, or as soon after as what
 * was done before it allows; its message holds the time as it was stated.
 */
export function playedAct(
  { at: when, message, body }: RecordedAct,
  clock: Instant,
  now: Instant,
): { at: Instant; body: Record<string, unknown> } | { refused: string } {
  const earliest = earliestOf(when);
  if (toMs(earliest) > toMs(now)) return { refused: `at: ${aheadProblem(when, now)}` };
  if (toMs(latestOf(when)) < toMs(clock)) return { refused: `at: it comes before ${minuteText(clock)} UTC` };
  const at = toMs(earliest) < toMs(clock) ? clock : earliest;
  if (typeof when === 'string') return { at, body };
  const field = TIME_OF[message];
  if (!field)
    return {
      refused: `at: must be exact for "${message}", whose readings are not kept: give the latest that it can have been, like ${toTheSecond(when.latest)}`,
    };
  return { at, body: { [field]: when.stated, ...body } };
}
