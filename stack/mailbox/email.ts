import { z } from 'zod';
import { addressOfSender } from '../../activities/mail/mail-address';
import { MailboxError } from './errors';

const ADDRESS = /^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$|^[^\s@<>"]+@localhost$/;
const TAG = /^[A-Za-z0-9_-]{1,256}$/;

const addresses = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (Array.isArray(value) ? value : [value]));

const shape = z.object({
  from: z.string(),
  to: addresses,
  subject: z.string(),
  html: z.string().optional(),
  text: z.string().optional(),
  cc: addresses.optional(),
  bcc: addresses.optional(),
  reply_to: addresses.optional(),
  headers: z.record(z.string(), z.string()).optional(),
  tags: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
  attachments: z.array(z.looseObject({ filename: z.string().optional() })).optional(),
  scheduled_at: z.string().optional(),
});

/** An email as Resend's API takes it, addresses as lists. */
export type Email = z.infer<typeof shape>;

/** Checks one email as Resend does. Throws a `MailboxError` of status 422 with Resend's name and wording. */
export function parseEmail(value: unknown): Email {
  const fields = (value ?? {}) as Record<string, unknown>;
  for (const field of ['from', 'to', 'subject']) {
    if (isMissing(fields[field])) throw new MailboxError('missing_required_field', `Missing \`${field}\` field.`);
  }
  if (isMissing(fields.html) && isMissing(fields.text)) {
    throw new MailboxError('missing_required_field', 'Missing `html` or `text` field.');
  }
  const parsed = shape.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new MailboxError('validation_error', `Invalid \`${issue?.path.join('.')}\` field: ${issue?.message}`);
  }
  const email = parsed.data;
  checkAddresses('from', [email.from]);
  for (const field of ['to', 'cc', 'bcc', 'reply_to'] as const) checkAddresses(field, email[field] ?? []);
  if (email.to.length > 50) {
    throw new MailboxError('validation_error', `The \`to\` field holds ${email.to.length} addresses; 50 are allowed.`);
  }
  for (const { name, value: tag } of email.tags ?? []) {
    if (TAG.test(name) && TAG.test(tag)) continue;
    const rule = 'Tags should only contain ASCII letters, numbers, underscores, or dashes, at most 256 of them.';
    throw new MailboxError('validation_error', `${rule} Got "${name}: ${tag}".`);
  }
  return email;
}

/** The bare address in `Name <address>`, in lower case. */
export function bareAddress(text: string): string {
  return addressOfSender(text).trim().toLowerCase();
}

function checkAddresses(field: string, list: string[]): void {
  for (const each of list) {
    if (ADDRESS.test(bareAddress(each))) continue;
    const name = field === 'from' ? 'invalid_from_address' : 'validation_error';
    const form = 'The email address needs to follow the `email@example.com` or `Name <email@example.com>` format.';
    throw new MailboxError(name, `Invalid \`${field}\` field. ${form} Got "${each}".`);
  }
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}
