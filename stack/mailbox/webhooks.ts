/**
 * Tells by webhook what became of each mail, as Resend does: sent, then delivered; of its own test addresses
 * (https://resend.com/docs/dashboard/emails/send-test-emails) what they stand for. Nothing has left this machine.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { bareAddress } from './email';
import type { StoredMessage } from './store';

/** Where to: the intake's address of the source, and its secret (`whsec_…`). */
export interface WebhookTarget {
  url: string;
  secret: string;
}

const TEST_DOMAIN = '@resend.dev';
/** What the addresses of Resend's test domain stand for, also with a label: `bounced+anna@resend.dev`. */
const FATES: Record<string, { type: string; data?: object }> = {
  bounced: {
    type: 'email.bounced',
    data: { bounce: { type: 'Permanent', subType: 'General', message: 'no such user' } },
  },
  complained: { type: 'email.complained' },
  suppressed: {
    type: 'email.suppressed',
    data: { suppressed: { type: 'OnAccountSuppressionList', message: 'on the list' } },
  },
};
const TRIES = 10;
const FIRST_WAIT_MS = 500;

/** Sends them one after the other, each until it is taken or was refused ten times. */
export class Webhooks {
  private readonly ended = new AbortController();
  private sending: Promise<void> = Promise.resolve();

  constructor(private readonly target: WebhookTarget) {}

  /** Tells of mails that were just taken. The same mail again gives the same events. */
  tell(messages: readonly StoredMessage[]): void {
    for (const event of messages.flatMap(eventsOf)) this.sending = this.sending.then(() => this.send(event));
  }

  /** Resolves when nothing is sent any more. */
  async stop(): Promise<void> {
    this.ended.abort();
    await this.sending;
  }

  private async send({ id, body }: { id: string; body: string }): Promise<void> {
    const { url, secret } = this.target;
    for (let tries = 0, wait = FIRST_WAIT_MS; tries < TRIES && !this.ended.signal.aborted; tries++, wait *= 2) {
      const now = new Date();
      const headers = {
        'content-type': 'application/json',
        'svix-id': id,
        'svix-timestamp': String(Math.floor(now.getTime() / 1000)),
        'svix-signature': new Webhook(secret).sign(id, now, body),
      };
      const answer = await fetch(url, { method: 'POST', headers, body, signal: this.ended.signal }).catch(
        () => undefined,
      );
      if (answer?.ok) return;
      await sleep(wait, undefined, { signal: this.ended.signal }).catch(() => undefined);
    }
  }
}

function eventsOf(message: StoredMessage): Array<{ id: string; body: string }> {
  const { id, from, to, subject, created_at } = message;
  const address = bareAddress(to[0] ?? '');
  const name = address.endsWith(TEST_DOMAIN) ? address.slice(0, -TEST_DOMAIN.length).split('+')[0]! : '';
  const fate = Object.hasOwn(FATES, name) ? FATES[name]! : { type: 'email.delivered' };
  const tags = Object.fromEntries((message.tags ?? []).map((tag) => [tag.name, tag.value]));
  return [{ type: 'email.sent' }, fate].map(({ type, data = {} }: { type: string; data?: object }) => ({
    id: `msg_${createHash('sha256').update(`${id} ${type}`).digest('hex').slice(0, 24)}`,
    body: JSON.stringify({
      ...{ type, created_at: new Date().toISOString() },
      data: { created_at, email_id: id, message_id: `<${id}@localhost>`, from, to, subject, tags, ...data },
    }),
  }));
}
