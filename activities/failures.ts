/** The failure types that activities throw: one table, so that workflows, dashboards and tests match on names, not texts. */
import { ApplicationFailure, type Duration } from '@temporalio/common';

/** Each type with its meaning; `retry` says whether Temporal's retry policy goes on. */
export const FAILURES = {
  /** Nobody knows whether the mails went out: repeated with the same key and the same body. */
  MailOutcomeUnknown: { retry: true },
  /** The provider is busy, limits the rate or handles the same key right now: nothing was sent, repeat later. */
  MailBusy: { retry: true },
  /** The provider's daily or monthly quota is used up: nothing was sent; raise the quota, the retry goes on by itself. */
  MailQuotaExceeded: { retry: true },
  /** Key, sender or base URL are wrong, whoever the recipient is: correct the configuration, the retry goes on by itself. */
  MailConfiguration: { retry: true },
  /** The same idempotency key came with another body: a fault in Tocsin. Never retried, raise an alarm. */
  MailKeyConflict: { retry: false },
  /** The provider refused the one message of an alarm or a task. */
  MailRefused: { retry: false },
  /** An exercise was about to reach something that is not a local recorder. */
  ExerciseNotContained: { retry: false },
  /** An obligation's recipients cannot be told by email. */
  AudienceNotMailable: { retry: false },
  /** A template is missing or does not render. Retried: a corrected template takes effect without a new incident. */
  TemplateFault: { retry: true },
  /** A stored artefact is missing or damaged. Retried: a restored store takes effect. */
  ArtefactFault: { retry: true },
  /** The ledger that a delivery was opened in cannot be reached. Open the delivery again to go on in the spool. */
  LedgerUnavailable: { retry: true },
  /** The register holds other content under the same number, or an event cannot be an entry. */
  RegisterRefused: { retry: false },
} as const;
export type FailureType = keyof typeof FAILURES;

/** An `ApplicationFailure` of a type in the table. `nextRetryDelay` overrides the retry policy's interval once. */
export function failure(type: FailureType, message: string, options: { nextRetryDelay?: Duration } = {}) {
  return ApplicationFailure.create({ type, message, nonRetryable: !FAILURES[type].retry, ...options });
}

/** Takes whatever looks like an email address out of a text from outside, such as a provider's error message. */
export function withoutAddresses(text: string): string {
  return text.replace(/[^\s"'<>()[\],;:]*@[^\s"'<>()[\],;]*/g, '[address]').slice(0, 300);
}
