/** A mailbox that keeps numbers in place of messages, for more of them than a disk should hold. */
import { createHash, randomUUID } from 'node:crypto';
import type { Email } from './email';
import { idOf, type KeyedRequest, Keys } from './keys';
import type { Messages, StoredMessage } from './store';

/** What such a mailbox knows of the mails that it took. */
export interface MailCounts {
  /** Mails that were accepted. */
  accepted: number;
  /** Requests whose key was known already: nothing of them was accepted again. */
  repeated: number;
  /** The sum of `addressNumber` over the recipients of all accepted mails, whatever their order. */
  recipients: string;
}

/** A number of 48 bits that stands for an address: the sum over many says whether each came exactly once. */
export function addressNumber(address: string): number {
  return createHash('sha256').update(address).digest().readUIntBE(0, 6);
}

/** Knows keys and numbers; lists nothing. */
export class CountedMessages implements Messages {
  private readonly keys: Keys;
  private accepted = 0;
  private repeated = 0;
  private recipients = 0n;

  constructor(now: () => number) {
    this.keys = new Keys(now);
  }

  request(key: string, endpoint: string, body: unknown): KeyedRequest {
    return this.keys.request(key, endpoint, body);
  }

  add(emails: Email[], request: KeyedRequest = this.withoutKey()): string[] {
    const isKnown = this.keys.has(request);
    this.keys.remember(request);
    if (isKnown) this.repeated++;
    else {
      this.accepted += emails.length;
      for (const { to } of emails) for (const each of to) this.recipients += BigInt(addressNumber(each));
    }
    return emails.map((_, index) => idOf(request, index));
  }

  get(): undefined {
    return undefined;
  }

  list(): StoredMessage[] {
    return [];
  }

  /** Each such request is one of its own. */
  private withoutKey(): KeyedRequest {
    return { key: randomUUID(), bodySha256: '', firstAt: new Date(0).toISOString() };
  }

  counts(): MailCounts {
    return { accepted: this.accepted, repeated: this.repeated, recipients: String(this.recipients) };
  }
}
