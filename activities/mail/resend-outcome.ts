/** What an answer of the `resend` client means. The client never throws and never retries. */
import type { ApplicationFailure } from '@temporalio/common';
import { failure, withoutAddresses } from '../failures';
import { waitOf } from './rate-pacer';

/** An error as the client gives it; `statusCode` is null when no readable answer came. */
export interface ResendError {
  name: string;
  message: string;
  statusCode: number | null;
}

/** A used-up quota is looked at again after this, unless the provider names a time. */
const QUOTA_RETRY_MS = 15 * 60_000;
/** A wrong key or sender is tried again after this: a person has to correct it. */
const CONFIGURATION_RETRY_MS = 60_000;

const CONFIGURATION_ERRORS = [
  'missing_api_key',
  'invalid_api_key',
  'restricted_api_key',
  'invalid_access',
  'invalid_region',
  'not_found',
  'method_not_allowed',
];

/**
 * Reads an error: `refused` with its code when a message itself is at fault, else the failure to throw.
 * Source: https://resend.com/docs/api-reference/errors.
 */
export function readError(
  error: ResendError,
  headers: Record<string, string> | null,
): { refused: string } | { failure: ApplicationFailure } {
  const { name } = error;
  const status = error.statusCode ?? null;
  const said = `the mail provider answered ${status ?? 'nothing readable'} (${name}: ${withoutAddresses(error.message ?? '')})`;
  if (status === null || status >= 500) {
    return {
      failure: failure(
        'MailOutcomeUnknown',
        `${said}; whether the mails went out is unknown, the same request is repeated with the same key`,
      ),
    };
  }
  // Whoever says so, the provider or what stands before it: nothing of the request was taken.
  if (status === 413) return { refused: 'http_413' };
  if (name === 'daily_quota_exceeded' || name === 'monthly_quota_exceeded') {
    const { retryAfterMs } = waitOf(headers, Date.now());
    return {
      failure: failure('MailQuotaExceeded', `${said}; nothing was sent: raise the quota at the provider`, {
        nextRetryDelay: Math.max(retryAfterMs ?? QUOTA_RETRY_MS, 1000),
      }),
    };
  }
  if (status === 429) {
    const { retryAfterMs, resetMs } = waitOf(headers, Date.now());
    const waitMs = retryAfterMs ?? resetMs;
    return {
      failure: failure(
        'MailBusy',
        `${said}; nothing was sent, it is repeated later`,
        waitMs === undefined ? {} : { nextRetryDelay: Math.max(waitMs, 100) },
      ),
    };
  }
  if (name === 'invalid_idempotent_request') {
    return {
      failure: failure(
        'MailKeyConflict',
        `${said}; it has another request under the same key, and what became of that only a look at the provider tells`,
      ),
    };
  }
  if (status === 409 || status === 408 || status === 425)
    return { failure: failure('MailBusy', `${said}; it is repeated with the same key`) };
  const aboutSender =
    name === 'invalid_from_address' ||
    /`from`|verify a domain|domain is not verified|testing emails/i.test(error.message ?? '');
  if (aboutSender) {
    const todo = 'verify the domain of the sender at the provider, or set TOCSIN_MAIL_FROM to one of a domain that is';
    return { failure: failure('MailSenderRefused', `${said}; ${todo}`, { nextRetryDelay: CONFIGURATION_RETRY_MS }) };
  }
  if (status === 401 || status === 403 || CONFIGURATION_ERRORS.includes(name)) {
    return {
      failure: failure('MailConfiguration', `${said}; no recipient is at fault: correct the API key or the base URL`, {
        nextRetryDelay: CONFIGURATION_RETRY_MS,
      }),
    };
  }
  return { refused: /^[a-z0-9_]{1,60}$/.test(name ?? '') ? name : `http_${status}` };
}
