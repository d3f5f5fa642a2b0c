/** How the watchdog tells: one message for all that a look found, by each of its ways. */

import type { ApplicationFailure } from '@temporalio/common';
import { distinctAddresses } from '../activities/mail/mail-address';
import type { MailPort } from '../activities/mail/mail-port';
import { mailTag } from '../activities/mail/mail-port';
import { postSigned } from '../activities/paging/post-json';
import { sha256Hex } from '../activities/storage/artefacts';
import { tocsin } from '../domain/kernel/command-lines';
import { plural } from '../domain/kernel/plural';
import { clipped } from '../domain/kernel/text';
import { type Instant, minuteText } from '../domain/kernel/time';
import { findingDetails, findingText } from '../domain/watch/finding-text';
import type { Ring, Watched } from '../domain/watch/rings';
import type { WatchdogSettings } from './settings';

/** A mail lists as many; a lost database leaves thousands, and one command mends them all. */
const MOST_LISTED = 20;
/** Of the first of them in the subject: the line of the longest id and instant. */
const SUBJECT_CHARACTERS = 150;

export interface Message {
  /** The same for the same message: a repeat is not told twice. */
  key: string;
  subject: string;
  text: string;
  /** Whether it goes to those who are told later only. */
  later: boolean;
  data: object;
}

/** The message about what a look found; `undefined` when there is nothing to tell. */
export function messageOf(rings: readonly Ring[], over: readonly Watched[], now: Instant): Message | undefined {
  if (rings.length + over.length === 0) return undefined;
  const found = rings.map(({ finding, since, time }) => ({ text: findingText(finding, now), finding, since, time }));
  const cleared = over.map(({ finding }) => `Cleared: ${findingText(finding, now)}`);
  const subject = `[Tocsin watchdog] ${subjectOf(found.length > 0 ? found.map(({ text }) => text) : cleared)}`;
  const listed = found
    .slice(0, MOST_LISTED)
    .flatMap(({ text, finding, since, time }) => [
      text,
      ...findingDetails(finding, now).map((line) => `    ${line}`),
      ...(time > 1 ? [`    Message ${time} about this; first seen at ${minuteText(since)} UTC`] : []),
      '',
    ]);
  const lost = found.filter(({ finding }) => finding.kind === 'stopped' || finding.kind === 'missing').length;
  const text = [
    ...listed,
    ...(found.length > MOST_LISTED
      ? [`And ${found.length - MOST_LISTED} more: ${tocsin('watchdog', { once: true })}`]
      : []),
    ...(lost > 1 ? [`All ${plural(lost, 'case')} at once: ${tocsin('resume', { all: true })}`, ''] : []),
    ...cleared,
  ].join('\n');
  const key = sha256Hex(
    JSON.stringify([
      rings.map(({ finding, since, time }) => [finding.key, since, time]),
      over.map((each) => [each.finding.key, each.since]),
    ]),
  );
  return {
    key,
    subject,
    text,
    later: rings.some(({ time }) => time > 1) || over.some(({ rung }) => rung > 1),
    data: {
      found: found
        .slice(0, MOST_LISTED)
        .map(({ finding: { remedy: _, ...finding }, since, time }) => ({ ...finding, since, time })),
      count: found.length,
      over: over.map(({ finding }) => finding.key),
    },
  };
}

/** The first of them, and how many more. */
function subjectOf([first, ...more]: string[]): string {
  return `${clipped(first!, SUBJECT_CHARACTERS)}${more.length > 0 ? `, and ${more.length} more` : ''}`;
}

/** By how many ways it was to be told, and what went wrong, each by the name of its way. */
export interface Told {
  ways: number;
  problems: string[];
}

/** Tells by every way, and answers how it went. What one way refuses keeps no other from telling. */
export async function tell(
  { subject, text, key, later, data }: Message,
  settings: WatchdogSettings,
  mail: MailPort | undefined,
  now: Instant,
): Promise<Told> {
  const html = `<pre>${text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')}</pre>`;
  const tags = [mailTag('purpose', 'watchdog')];
  const to = distinctAddresses([...settings.mail, ...(later ? settings.later : [])]);
  const ways = to.map((address, n) => async () => {
    if (!mail) throw new Error('no account for mail is set up');
    const sending = (as: string) => mail.send({ to: address, subject, text, html, tags }, `watchdog/${as}/${n}`);
    const outcome = await sending(key).catch((error: unknown) => {
      if ((error as ApplicationFailure).type !== 'MailKeyConflict') throw error;
      // Its answer to the look before was lost, and what is left of the time has changed since: told twice is told.
      return sending(sha256Hex(`${key} ${text}`));
    });
    if (outcome.outcome === 'refused')
      throw new Error(`the provider refused the mail to recipient ${n + 1}: ${outcome.errorCode}`);
  });
  if (settings.webhook) ways.push(() => post(settings.webhook!, key, data, now));
  const done = await Promise.allSettled(ways.map((way) => way()));
  const problems = done.flatMap((each) => (each.status === 'rejected' ? [(each.reason as Error).message] : []));
  return { ways: ways.length, problems };
}

async function post(
  { url, secret }: NonNullable<WatchdogSettings['webhook']>,
  key: string,
  data: object,
  now: Instant,
) {
  const id = `wd_${key.slice(0, 32)}`;
  const body = JSON.stringify({ type: 'watchdog.found', timestamp: now, data });
  await postSigned({ service: 'the webhook of the watchdog', url, secret, id, body });
}
