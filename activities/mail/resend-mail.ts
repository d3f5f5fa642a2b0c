import { Resend } from 'resend';
import { failure } from '../failures';
import { addressKey } from './mail-address';
import { MAX_BATCH, type MailMessage, type MailOutcome, type MailPort, type Sender } from './mail-port';
import { MAX_INLINE_WAIT_MS, RatePacer, waitOf } from './rate-pacer';
import { type ResendError, readError } from './resend-outcome';
import { unsubscribeHeaders, unsubscribeUrl } from './unsubscribing';

/** No answer after this is an unknown outcome. */
const REQUEST_TIMEOUT_MS = 30_000;
/** How often a rate-limited request is repeated before it is left to Temporal. */
const RATE_LIMIT_TRIES = 5;
/** A search for sent mails reads at most this many pages of 100. */
const MAX_PAGES = 200;

/** `baseUrl` is always given, never taken from the environment. */
export interface ResendMailConfig extends Sender {
  apiKey: string;
  baseUrl: string;
  /** Where readers of status mails unsubscribe, and the secret by which that place knows whom it may believe. */
  unsubscribe?: { url?: string; secret: string } | undefined;
}

/** Whose turn it is: the mails of one notice are of one party. */
function partyOf({ tags }: MailMessage): string {
  return tags.map(({ name, value }) => `${name}:${value}`).join(' ');
}

interface Answer<T> {
  data: T | null;
  error: ResendError | null;
  headers: Record<string, string> | null;
}

/**
 * Mail through Resend, or whatever speaks its API under `baseUrl`. `guard` sees each request before it is made. `pacer`: of the
 * account, whatever else is asked of it.
 */
export function createResendMail(
  config: ResendMailConfig,
  guard: (baseUrl: string, messages: MailMessage[]) => void = () => {},
  pacer = new RatePacer(),
): MailPort {
  const client = new Resend(config.apiKey, { baseUrl: config.baseUrl });
  // The client sends to this property: the guard sees what is used, not what was meant.
  const target = () => (client as unknown as { baseUrl: string }).baseUrl;
  guard(target(), []);

  const paced = async <T>(party: string, call: () => Promise<Answer<T>>): Promise<Answer<T>> => {
    for (let attempt = 1; ; attempt++) {
      const answer = await pacer.turn(party, call);
      const { retryAfterMs, resetMs } = waitOf(answer.headers, Date.now());
      const waitMs = retryAfterMs ?? resetMs;
      const limited =
        answer.error?.name === 'rate_limit_exceeded' && waitMs !== undefined && waitMs <= MAX_INLINE_WAIT_MS;
      if (!limited || attempt === RATE_LIMIT_TRIES) return answer;
    }
  };

  const outcomeOf = <T>(answer: Answer<T>, idsOf: (data: T) => unknown[], expected: number): MailOutcome => {
    if (answer.error) {
      const read = readError(answer.error, answer.headers);
      if ('failure' in read) throw read.failure;
      return { outcome: 'refused', errorCode: read.refused };
    }
    const ids = answer.data ? idsOf(answer.data) : [];
    if (ids.length !== expected || !ids.every((id) => typeof id === 'string' && id !== '')) {
      throw failure(
        'MailOutcomeUnknown',
        `the mail provider gave ${ids.length} ids for ${expected} mails; the same request is repeated with the same key`,
      );
    }
    return { outcome: 'sent', messageIds: ids as string[] };
  };

  const configured: Sender = { from: config.from, ...(config.replyTo && { replyTo: config.replyTo }) };
  const headersOf = ({ url, subscriber }: NonNullable<MailMessage['unsubscribe']>) => {
    const secret = config.unsubscribe?.secret;
    // A mail that was approved with a way out does not go without it.
    if (secret === undefined)
      throw new Error('TOCSIN_UNSUBSCRIBE_SECRET: is not set, and a status mail was approved with it');
    return unsubscribeHeaders(unsubscribeUrl(url, subscriber, secret));
  };
  const emailOf = ({ sender = configured, to, subject, html, text, tags, unsubscribe }: MailMessage) => ({
    from: sender.from,
    ...(sender.replyTo && { replyTo: sender.replyTo }),
    to: [to],
    subject,
    html,
    text,
    tags,
    ...(unsubscribe && { headers: headersOf(unsubscribe) }),
  });
  const optionsOf = (idempotencyKey: string) => ({ idempotencyKey, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });

  return {
    sender: configured,
    unsubscribe: config.unsubscribe?.url,
    async sendBatch(messages, idempotencyKey) {
      if (messages.length === 0 || messages.length > MAX_BATCH) {
        throw new RangeError(`a batch of ${messages.length} mails cannot be sent: give 1 to ${MAX_BATCH}`);
      }
      guard(target(), messages);
      const emails = messages.map(emailOf);
      const answer = await paced(
        partyOf(messages[0]!),
        () => client.batch.send(emails, optionsOf(idempotencyKey)) as Promise<Answer<{ data?: unknown }>>,
      );
      return outcomeOf(
        answer,
        ({ data }) => (Array.isArray(data) ? data.map((each) => each?.id) : []),
        messages.length,
      );
    },
    async send(message, idempotencyKey) {
      guard(target(), [message]);
      const email = emailOf(message);
      const answer = await paced(
        partyOf(message),
        () => client.emails.send(email, optionsOf(idempotencyKey)) as Promise<Answer<{ id?: unknown }>>,
      );
      return outcomeOf(answer, ({ id }) => [id], 1);
    },
    async findSent(subject, since) {
      const found = new Map<string, string>();
      let after: string | undefined;
      for (let page = 0; page < MAX_PAGES; page++) {
        const answer = await paced('search', () =>
          client.emails.list(
            { limit: 100, ...(after ? { after } : {}) },
            { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) },
          ),
        );
        if (answer.error) {
          const { statusCode } = answer.error;
          // A key that may only send (401), or a provider without this question (404, 405).
          if (statusCode !== null && [401, 403, 404, 405].includes(statusCode)) return undefined;
          const read = readError(answer.error, answer.headers);
          throw 'failure' in read
            ? read.failure
            : failure('MailOutcomeUnknown', `the mail provider refused to list mails (${read.refused})`);
        }
        const mails = answer.data?.data ?? [];
        for (const mail of mails) {
          const sentAt = Date.parse(mail.created_at.replace(' ', 'T').replace(/\+00$/, 'Z'));
          if (mail.subject === subject && !(sentAt < since.getTime()))
            for (const to of mail.to) found.set(addressKey(to), mail.id);
        }
        const last = mails.at(-1);
        if (
          !answer.data?.has_more ||
          !last ||
          Date.parse(last.created_at.replace(' ', 'T').replace(/\+00$/, 'Z')) < since.getTime()
        )
          return found;
        after = last.id;
      }
      return undefined;
    },
  };
}
