import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { writeWholeSync } from '../../platform/write-whole';
import { bareAddress, type Email } from './email';
import { idOf, type KeyedRequest, Keys } from './keys';

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

/** Where a mailbox keeps what it accepted. */
export interface Messages {
  /** The request to store under, for a key. Throws 409 `invalid_idempotent_request` when it came with another body. */
  request(key: string, endpoint: string, body: unknown): KeyedRequest;
  /** Stores the emails of one request and answers their ids in order; those stored before are left as they are. */
  add(emails: Email[], request?: KeyedRequest): string[];
  /** One message, or undefined. */
  get(id: string): StoredMessage | undefined;
  /** The messages that match, newest first. */
  list(filter?: MessageFilter): StoredMessage[];
}

/**
 * The messages of a mailbox, as files in a folder. Load-bearing:
 * - a message file is whole or absent, and is there before the request is answered;
 * - with an idempotency key, a message's id follows from the key and its place in the request, so repeating a request
 *   that a crash cut short writes the missing files and doubles none;
 * - the keys are kept in the messages themselves, so they are known again after a restart.
 */
export class MessageStore implements Messages {
  private readonly messages = new Map<string, StoredMessage>();
  private readonly keys: Keys;

  constructor(
    private readonly dir: string,
    private readonly now: () => number,
  ) {
    this.keys = new Keys(now);
    mkdirSync(dir, { recursive: true });
    for (const name of readdirSync(dir)) {
      if (!name.endsWith('.json')) continue;
      const message = JSON.parse(readFileSync(path.join(dir, name), 'utf8')) as StoredMessage;
      this.messages.set(message.id, message);
      if (message.request) this.keys.remember(message.request);
    }
  }

  request(key: string, endpoint: string, body: unknown): KeyedRequest {
    return this.keys.request(key, endpoint, body);
  }

  add(emails: Email[], request?: KeyedRequest): string[] {
    if (request) this.keys.remember(request);
    return emails.map((email, index) => {
      const id = request ? idOf(request, index) : randomUUID();
      if (this.messages.has(id)) return id;
      const message: StoredMessage = { id, created_at: new Date(this.now()).toISOString(), ...email, request };
      writeWholeSync(path.join(this.dir, `${id}.json`), JSON.stringify(message, null, 2));
      this.messages.set(id, message);
      return id;
    });
  }

  get(id: string): StoredMessage | undefined {
    return this.messages.get(id);
  }

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
}
