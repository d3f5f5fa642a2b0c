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
  /** The provider takes no mail from this sender: correct it or verify its domain, the retry goes on by itself. */
  MailSenderRefused: { retry: true },
  /** The same idempotency key came with another body. Nobody is told twice: a person looks at the provider. */
  MailKeyConflict: { retry: false },
  /** The provider refused the one message of an alarm or a task. */
  MailRefused: { retry: false },
  /** An exercise was about to reach something that is not a local recorder. */
  ExerciseNotContained: { retry: false },
  /** An obligation's recipients cannot be told by email. */
  AudienceNotMailable: { retry: false },
  /** The directory gave no whole answer, or one that says "later": it is asked again, as late as it says. */
  DirectoryUnavailable: { retry: true },
  /** The directory refuses, or is not at its address: correct the settings or its rights, the retry goes on by itself. */
  DirectoryRefused: { retry: true },
  /** The directory answers what its contract does not allow: correct the service, the retry goes on by itself. */
  DirectoryFault: { retry: true },
  /** A template is missing or does not render. Retried: a corrected template takes effect without a new incident. */
  TemplateFault: { retry: true },
  /** A stored artefact is missing or damaged. Retried: a restored store takes effect. */
  ArtefactFault: { retry: true },
  /** Postgres, which holds the artefact, is away, and this worker has no copy: another may have one. */
  ArtefactsAway: { retry: true },
  /** The ledger that a delivery was opened in cannot be reached. Open the delivery again to go on in the spool. */
  LedgerUnavailable: { retry: true },
  /** The ledger has fewer rows than were mailed, as an older backup was restored: whoever is mailed now may have been told. */
  LedgerLost: { retry: false },
  /** A step of a delivery that is in the spool of another worker's disk came here: it is done there. */
  SpoolElsewhere: { retry: true },
  /** Nobody knows whether a page arrived: it is sent again. */
  PageOutcomeUnknown: { retry: true },
  /** A paging service is busy or broken: nothing was sent, repeat later. */
  PageBusy: { retry: true },
  /** A paging service refuses: the other ways of paging are used, and a person corrects the settings. */
  PageRefused: { retry: false },
  /** No answer from Statuspage, or one that says "later": whether it was published is unknown until the next attempt looks. */
  StatusPageUnavailable: { retry: true },
  /** Statuspage does not take the key, or has no such page: correct the settings, the retry goes on by itself. */
  StatusPageDenied: { retry: true },
  /** Statuspage says the update itself is wrong: a person corrects its text, or publishes it there by hand and says so. */
  StatusPageRejected: { retry: false },
  /** The product gave no answer, or one that says "later": the same message is sent again. */
  InAppUnavailable: { retry: true },
  /** The product refuses, or none is set up: correct the settings or its receiver, the retry goes on by itself. */
  InAppRefused: { retry: true },
  /** An event cannot be an entry, or is not of the case that brings it. */
  RegisterRefused: { retry: false },
  /** The register holds another content under the same number: whoever asks is not the run that wrote it. Told with the number. */
  RegisterForked: { retry: false },
  /** The register has fewer entries of the case than it had: an older backup was restored. Told with the number that it wants next. */
  RegisterBehind: { retry: false },
  /** No answer, or one that says "later": whether it was done is unknown until the next attempt looks. */
  ContainmentUnavailable: { retry: true },
  /** Our own access was denied: put the credential or the right in order, and the next attempt goes on. */
  ContainmentDenied: { retry: true },
  /** It was done, and yet the check saw the old state: the old credential still works. */
  ContainmentNotVerified: { retry: true },
  /** The provider says the request itself is wrong. */
  ContainmentRejected: { retry: false },
  /** The call does not fit the configuration: an exercise asked of production, or the other way round. */
  ContainmentMisused: { retry: false },
} as const;
export type FailureType = keyof typeof FAILURES;

/**
 * An `ApplicationFailure` of a type in the table. It gets no cause and no text of a provider: both would stand in workflow
 * history, and may hold a secret. `message` says what was tried, what was answered and what to do.
 * `nextRetryDelay` overrides the retry policy's interval once.
 */
export function failure(
  type: FailureType,
  message: string,
  options: { nextRetryDelay?: Duration; details?: unknown[] } = {},
) {
  return ApplicationFailure.create({ type, message, nonRetryable: !FAILURES[type].retry, ...options });
}

/** Takes whatever looks like an email address out of a text from outside, such as a provider's error message. */
export function withoutAddresses(text: string): string {
  return text.replace(/[^\s"'<>()[\],;:]*@[^\s"'<>()[\],;]*/g, '[address]').slice(0, 300);
}

/** HTTP statuses that mean "not now": timeout, conflict, too early, too many requests, any server error. */
export function isTransientStatus(status: number): boolean {
  return [408, 409, 425, 429].includes(status) || status >= 500;
}
