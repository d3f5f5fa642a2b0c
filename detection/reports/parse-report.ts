/** From the bytes of a request to a report. Everything in them is hostile: bounded, decoded strictly, never interpreted. */
import { addressParser } from 'postal-mime';
import { z } from 'zod';
import { mailAddress, mailAddressSchema } from '../../activities/mail/mail-address';
import { problemsOf } from '../../domain/kernel/problems';
import { wellFormed } from '../../domain/kernel/text';
import type { ReportContent } from './store/accept-report';

/** A report's text in UTF-8 has at most this many bytes. */
export const MOST_TEXT_BYTES = 64 * 1024;
/** A body: the text with every byte escaped (`%0A`, `\u000a`), and the other fields. */
export const MOST_BODY_BYTES = 6 * MOST_TEXT_BYTES + 16 * 1024;
const MOST_FIELDS = 20;

/** Filled by robots that fill everything; hidden from people. */
export const TRAP = 'leave_empty';

/** A report, or what is wrong with it. `fields`: what was sent, as far as it could be read, to show the form again. */
export type Parsed =
  | { ok: true; content: ReportContent }
  | { ok: false; status: 400 | 413 | 422; problems: string[]; fields: Record<string, string> };

const oneLine = (max: number) =>
  z
    .string()
    .max(4 * max)
    .transform((value) =>
      wellFormed(value)
        .replace(/\p{Cc}+/gu, ' ')
        .trim(),
    )
    .refine((value) => value.length <= max, { error: `must be at most ${max} characters` });

/** A blank field of a form is a field left out. */
const blank = (value: unknown) => (typeof value === 'string' && value.trim() === '' ? undefined : value);

/** Fields of the form and of JSON. Postgres holds no NUL: U+FFFD stands for it. */
const ReportSchema = z.strictObject({
  text: z
    .string('is missing: describe what you found')
    .refine((value) => value.trim() !== '', { error: 'must not be empty: describe what you found' })
    .transform((value) => wellFormed(value).replaceAll('\0', '\uFFFD').replace(/\r\n?/g, '\n'))
    .refine((value) => Buffer.byteLength(value) <= MOST_TEXT_BYTES, {
      error: `is longer than ${MOST_TEXT_BYTES / 1024} KiB: shorten it and mention that there is more`,
      params: { tooLong: true },
    }),
  email: z.preprocess(
    blank,
    oneLine(254)
      .pipe(mailAddressSchema('is not an email address: correct it, or leave it out to stay anonymous'))
      .optional(),
  ),
  name: z.preprocess(blank, oneLine(200).optional()),
  credit: z.preprocess(blank, z.enum(['named', 'anonymous'], 'must be "named" or "anonymous"').default('anonymous')),
  [TRAP]: z.preprocess(
    blank,
    z.undefined({ error: 'must stay empty: it is there to catch bots. Clear it and send the report again' }).optional(),
  ),
});

/** Reads a body of one of the two media types. Never throws. */
export function parseReport(body: Uint8Array, mediaType: 'form' | 'json'): Parsed {
  const text = decodeUtf8(body);
  if (text === undefined) return failed(400, ['body: is not valid UTF-8']);
  const read = mediaType === 'form' ? readForm(text) : readJson(text);
  return typeof read === 'string' ? failed(400, [read]) : checked(read);
}

/** Reads a mail that was handed over: sender, subject and text. */
const MailSchema = z.looseObject({
  from: z.string().max(2000),
  subject: z.string().max(100_000).default(''),
  text: z.string().max(10_000_000),
});

/** Mails that no person reads the answer of: answering them would start a loop. */
const ROBOTS = /^(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)([+._-].*)?@/i;

/** A mail as a report. A long one is cut, as nobody stands at the other end who could shorten it. */
export function parseMail(body: Uint8Array): Parsed {
  const text = decodeUtf8(body);
  const read = text === undefined ? 'body: is not valid UTF-8' : readJson(text);
  if (typeof read === 'string') return failed(400, [read]);
  const parsed = MailSchema.safeParse(read);
  if (!parsed.success) return failed(422, problemsOf(parsed.error));
  const { from, subject } = parsed.data;
  const [sender, ...others] = addressParser(from.slice(0, 600), { flatten: true });
  const email = others.length === 0 && sender?.address ? mailAddress(sender.address) : undefined;
  const name = sender?.name.trim().slice(0, 200);
  const whole = `${subject.trim() === '' ? '' : `Subject: ${subject.slice(0, 2000)}\n\n`}${parsed.data.text}`;
  return checked({
    text: cutBytes(whole, MOST_TEXT_BYTES),
    ...(email !== undefined && !ROBOTS.test(email) ? { email } : {}),
    ...(name ? { name } : {}),
  });
}

function checked(raw: Record<string, unknown>): Parsed {
  const parsed = ReportSchema.safeParse(raw);
  if (parsed.success) {
    const { text, email, name, credit } = parsed.data;
    return { ok: true, content: { text, ...(email && { email }), ...(name && { name }), credit } };
  }
  const tooLong = parsed.error.issues.some((issue) => issue.code === 'custom' && issue.params?.tooLong);
  return failed(tooLong ? 413 : 422, problemsOf(parsed.error).slice(0, 20), raw);
}

function failed(status: 400 | 413 | 422, problems: string[], raw: Record<string, unknown> = {}): Parsed {
  const fields: Record<string, string> = {};
  for (const name of ['text', 'email', 'name', 'credit']) {
    const value = raw[name];
    if (typeof value === 'string') fields[name] = wellFormed(value.slice(0, MOST_TEXT_BYTES));
  }
  return { ok: false, status, problems, fields };
}

function decodeUtf8(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

function readJson(text: string): Record<string, unknown> | string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    return 'body: must be a JSON object, like {"text": "…", "email": "you@example.com"}';
  } catch {
    return 'body: is not valid JSON';
  }
}

/** `application/x-www-form-urlencoded` (WHATWG), strictly: broken escapes, bytes that are no UTF-8 and repeats are refused. */
function readForm(text: string): Record<string, unknown> | string {
  const pairs = text.split('&', MOST_FIELDS + 1).filter((pair) => pair !== '');
  if (pairs.length > MOST_FIELDS) return 'body: has too many fields';
  const fields = new Map<string, string>();
  try {
    for (const pair of pairs) {
      const equals = pair.indexOf('=');
      const [name, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
      const key = decodeURIComponent(name.replaceAll('+', ' '));
      if (fields.has(key)) return 'body: has the same field twice';
      fields.set(key, decodeURIComponent(value.replaceAll('+', ' ')));
    }
  } catch {
    return 'body: has an invalid escape, or bytes that are not UTF-8';
  }
  return Object.fromEntries(fields);
}

function cutBytes(text: string, max: number): string {
  if (Buffer.byteLength(text) <= max) return text;
  const mark = '\n[cut here: the mail was longer]';
  const head = Buffer.from(text)
    .subarray(0, max - Buffer.byteLength(mark))
    .toString('utf8');
  // A character cut in two became U+FFFD, which is longer than its first byte.
  return `${head.replace(/\uFFFD+$/, '')}${mark}`;
}
