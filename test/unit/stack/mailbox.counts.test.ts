import { Resend } from 'resend';
import { startMailbox } from '../../../stack/mailbox';
import { addressNumber, CountedMessages } from '../../../stack/mailbox/counts';
import { afterFile } from '../../setup/helpers';

const mail = (to: string) => ({ from: 'security@example.com', to, subject: 'Notice', text: 'What happened' });

test('a mailbox that keeps counts only counts each mail once, whatever is repeated, and knows who they were to by one sum', async () => {
  const messages = new CountedMessages(Date.now);
  const mailbox = await startMailbox({ dir: '', messages });
  afterFile(() => mailbox.stop());
  const client = new Resend('re_test', { baseUrl: mailbox.url });
  const batch = [mail('a@example.com'), mail('b@example.com')];
  const first = await client.batch.send(batch, { idempotencyKey: 'k' });
  const again = await client.batch.send(batch, { idempotencyKey: 'k' });
  expect(again.data).toEqual(first.data);
  expect(new Set(first.data!.data.map(({ id }) => id)).size).toBe(2);
  const other = await client.batch.send([mail('c@example.com')], { idempotencyKey: 'k' });
  expect(other.error).toMatchObject({ name: 'invalid_idempotent_request' });
  const sum = addressNumber('a@example.com') + addressNumber('b@example.com');
  expect(messages.counts()).toEqual({ accepted: 2, repeated: 1, recipients: String(sum) });
  await client.emails.send(mail('c@example.com'));
  await client.emails.send(mail('c@example.com'));
  expect(messages.counts()).toMatchObject({ accepted: 4, repeated: 1 });
  expect(mailbox.messages()).toEqual([]);
});
