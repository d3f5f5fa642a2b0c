/** The port through which every mail leaves, live or recorded. */

/** Resend takes at most this many messages in one request. */
export const MAX_BATCH = 100;

/** Who a mail is from: an address or `Name <address>`, of a domain that is verified at the provider. */
export interface Sender {
  from: string;
  replyTo?: string;
}

/** One mail to one recipient. */
export interface MailMessage {
  /** Of what was approved with its sender; without it, the one that is configured. */
  sender?: Sender;
  to: string;
  subject: string;
  html: string;
  text: string;
  tags: MailTag[];
  /** Of a status mail: where its reader unsubscribes, as approved with it, and who that is in the directory. */
  unsubscribe?: { url: string; subscriber: string };
}

/** Names and values take ASCII letters, digits, `_` and `-` only; see `mailTag`. */
export interface MailTag {
  name: string;
  value: string;
}

/** What came of a request: every message accepted, or the whole request refused for what one of them holds. */
export type MailOutcome = { outcome: 'sent'; messageIds: string[] } | { outcome: 'refused'; errorCode: string };

/**
 * Sends mails. The same key always comes with the same messages; a repeat within 24 hours then sends nothing twice.
 * Throws the `Mail…` failures of the table; none of them holds an address.
 */
export interface MailPort {
  /** Who mail is from now, as it is configured. */
  readonly sender: Sender;
  /** Where readers of status mails unsubscribe, as it is configured, with parts for whom and the signature. */
  readonly unsubscribe?: string | undefined;
  /** Up to 100 messages in one request, all of them or none. */
  sendBatch(messages: MailMessage[], idempotencyKey: string): Promise<MailOutcome>;
  send(message: MailMessage, idempotencyKey: string): Promise<MailOutcome>;
  /**
   * Looks for mails accepted since an instant, for when the provider has forgotten the key: message id by `addressKey`,
   * among those with this subject. Undefined when the provider does not answer such questions.
   */
  findSent(subject: string, since: Date): Promise<Map<string, string> | undefined>;
}

/** A tag with whatever a tag may not hold replaced by `_`, e.g. the `:` in an obligation's id. */
export function mailTag(name: string, value: string): MailTag {
  return { name, value: value.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 256) };
}

/** The tags by which a mail is found again at the provider. */
export function effectTags(effect: { incidentId: string; obligation?: string; exercise: boolean }): MailTag[] {
  return [
    mailTag('incident', effect.incidentId),
    ...(effect.obligation ? [mailTag('obligation', effect.obligation)] : []),
    mailTag('exercise', String(effect.exercise)),
  ];
}
