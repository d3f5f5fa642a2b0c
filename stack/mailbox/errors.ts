/** The status of each of Resend's errors that the mailbox answers (https://resend.com/docs/api-reference/errors). */
const STATUS = {
  missing_api_key: 401,
  invalid_api_key: 403,
  invalid_idempotency_key: 400,
  invalid_idempotent_request: 409,
  concurrent_idempotent_requests: 409,
  missing_required_field: 422,
  validation_error: 422,
  invalid_from_address: 422,
  rate_limit_exceeded: 429,
  daily_quota_exceeded: 429,
  application_error: 500,
  not_found: 404,
} as const;

/** The name of an error as Resend gives it. */
export type MailboxErrorName = keyof typeof STATUS;

/** An answer of the mailbox that is an error, in Resend's shape `{ statusCode, name, message }`. */
export class MailboxError extends Error {
  readonly statusCode: number;

  constructor(
    override readonly name: MailboxErrorName,
    message: string,
    statusCode?: number,
  ) {
    super(message);
    this.statusCode = statusCode ?? STATUS[name];
  }

  toJSON() {
    return { statusCode: this.statusCode, name: this.name, message: this.message };
  }
}
