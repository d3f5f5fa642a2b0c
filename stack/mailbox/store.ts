import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { writeWholeSync } from '../../platform/write-whole';
import { bareAddress, type Email } from './email';
import { MailboxError } from './errors';

/** How long an idempotency key is remembered, as at Resend: 24 hours, in milliseconds. */
export const KEY_KEPT_MS = 24 * 3_600_000;

/** The request that a message came with, when it carried an idempotency key. */
interface KeyedRequest {
  key: string;
  /** SHA-256 of endpoint and body, hex. */
  bodySha256: string;
  firstAt: string;
}

/** A message in the mailbox; one JSON file each. */
export interface StoredMessage extends Email {
  id: string;
  created_at: string;
  request?: KeyedRequest;
}

/** What to look for; all given conditions must hold. `tag` is a value, or `name:value`. */
export interface MessageFilter {
  to?: string;
  subject?: string;
  tag?: string;
}

/**
 * The messages of a mailbox, as files in a folder. Load-bearing:
 * - a message file is whole or absent, and is there before the request is answered;
 * - with an idempotency key, a message's id follows from the key and its place in the request, so repeating a request
 *   that a crash cut short writes the missing files and doubles none;
 * - the keys are kept in the messages themselves, so they are known again after a restart.
 */
export class MessageStore {
  private readonly messages = new Map<string, StoredMessage>();
  private readonly keys = new Map<string, KeyedRequest>();

  constructor(
    private readonly dir: string,
    private readonly now: () => number,
  ) {
    mkdirSync(dir, { recursive: true });
    for (const name of readdirSync(dir)) {
      if (!name.endsWith('.json')) continue;
      const message = JSON.parse(readFileSync(path.join(dir, name), 'utf8')) as StoredMessage;
      this.messages.set(message.id, message);
      if (message.request) this.remember(message.request);
    }
  }

  /**
   * The request to store under, for a key: the one remembered when this key came with the same body in the last 24 h.
   * Throws 409 `invalid_idempotent_request` when it came with another body.
   */
  request(key: string, endpoint: string, body: unknown): KeyedRequest {
    const bodySha256 = createHash('sha256').update(endpoint).update(JSON.stringify(body)).digest('hex');
    const known = this.keys.get(key);
    if (!known || this.now() - Date.parse(known.firstAt) >= KEY_KEPT_MS) {
      return { key, bodySha256, firstAt: new Date(this.now()).toISOString() };
    }
    if (known.bodySha256 === bodySha256) return known;
    throw new MailboxError(
      'invalid_idempotent_request',
      'This idempotency key has been used on a request with a different body in the last 24 hours. Use another key, or send the same body.',
    );
  }

  /** Stores the emails of one request and answers their ids in order; those stored before are left as they are. */
  add(emails: Email[], request?: KeyedRequest): string[] {
    if (request) this.remember(request);
    return emails.map((email, index) => {
      const id = request ? idOf(request, index) : randomUUID();
      if (this.messages.has(id)) return id;
      const message: StoredMessage = { id, created_at: new Date(this.now()).toISOString(), ...email, request };
      writeWholeSync(path.join(this.dir, `${id}.json`), JSON.stringify(message, null, 2));
      this.messages.set(id, message);
      return id;
    });
  }

  /** One message, or undefined. */
  get(id: string): StoredMessage | undefined {
    return this.messages.get(id);
  }

  /** The messages that match, newest first. */
  list(filter: MessageFilter = {}): StoredMessage[] {
    const matches = (message: StoredMessage) =>
      (!filter.to || message.to.some((each) => bareAddress(each) === bareAddress(filter.to!))) &&
      (!filter.subject || message.subject.toLowerCase().includes(filter.subject.toLowerCase())) &&
      (!filter.tag ||
        (message.tags ?? []).some((tag) => tag.value === filter.tag || `${tag.name}:${tag.value}` === filter.tag));
    return [...this.messages.values()]
      .filter(matches)
      .reverse()
      .sort((a, b) => (a.created_at < b.created_at ? 1 : a.created_at > b.created_at ? -1 : 0));
  }

  private remember(request: KeyedRequest): void {
    const known = this.keys.get(request.key);
    if (!known || known.firstAt < request.firstAt) this.keys.set(request.key, request);
  }
}

// A UUID of version 8 (RFC 9562: custom), from the key, its first use and the place in the batch.
function idOf(request: KeyedRequest, index: number): string {
  const hash = createHash('sha256').update(`${request.key}\n${request.firstAt}\n${index}`).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}
