/** Mails to whoever reported a vulnerability: each at most once, to an address that never leaves Postgres. */
import { ApplicationFailure } from '@temporalio/common';
import type { ReporterMailKind, ReporterMailOutcome } from '../../domain/report/state';
import { addressKey } from '../mail/mail-address';
import { effectTags, type MailPort } from '../mail/mail-port';
import type { ReporterMailInput, ReporterMailResult } from '../types';
import { reporterMail } from './reporter-text';

/** The reporters' addresses and what they were told, as the activities see them. */
export interface ReporterPort {
  /** Claims a mail before it is sent; a repeat answers the first claim. */
  claim(
    reportId: string,
    mail: ReporterMailKind,
    now: Date,
  ): Promise<{ email?: string; confirmUrl?: string; claimedAt: Date; outcome?: ReporterMailOutcome }>;
  settle(reportId: string, mail: ReporterMailKind, outcome: ReporterMailOutcome, now: Date): Promise<void>;
}

export interface ReporterMailDeps {
  reporters: ReporterPort;
  mail: MailPort;
  organisation: () => Promise<string>;
  now: () => Date;
}

/** The provider forgets a key after 24 hours; from a little before, it is asked what it has accepted. */
const KEY_LIVES_MS = 23 * 3_600_000;

/** Sends one mail for its report and kind. What is not known to have failed is never sent a second time. */
export async function mailReporter(
  { reporters, mail, organisation, now }: ReporterMailDeps,
  input: ReporterMailInput,
): Promise<ReporterMailResult> {
  const { incidentId: reportId, exercise } = input;
  const { email, confirmUrl, claimedAt, outcome } = await reporters.claim(reportId, input.mail, now());
  if (outcome) return { outcome };
  const settle = async (result: ReporterMailResult) => {
    await reporters.settle(reportId, input.mail, result.outcome, now());
    return result;
  };
  if (!email) return settle({ outcome: 'no-address' });
  const content = reporterMail(input.mail, {
    reportId,
    confirmUrl,
    organisation: await organisation(),
    exercise,
  });
  if (now().getTime() - claimedAt.getTime() > KEY_LIVES_MS) {
    const sent = await mail.findSent(content.subject, claimedAt);
    if (!sent) return settle({ outcome: 'unknown' });
    if (sent.has(addressKey(email))) return settle({ outcome: 'sent' });
  }
  const { subject, html, text } = content;
  const message = { to: email, subject, html, text, tags: effectTags({ incidentId: reportId, exercise }) };
  const key = `${exercise ? 'exercise/' : ''}report/${reportId}/${input.mail}`;
  const answer = await mail.send(message, key).catch((error: unknown) => {
    // Another body under this key: the first one was accepted, before the organisation's name was changed.
    if (error instanceof ApplicationFailure && error.type === 'MailKeyConflict') return undefined;
    throw error;
  });
  if (answer?.outcome === 'refused') return settle({ outcome: 'refused', detail: answer.errorCode });
  return settle({ outcome: 'sent' });
}
