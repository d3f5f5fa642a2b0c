/** Requests wait for the provider's window in turn: a status update is not behind a million letters. */
import path from 'node:path';
import { effectTags, type MailMessage } from '../../../activities/mail/mail-port';
import { createResendMail } from '../../../activities/mail/resend-mail';
import { startMailbox } from '../../../stack/mailbox';
import { afterFile, temporaryDir } from '../../setup/helpers';
import { until } from '../../setup/until';

const mailOf = (obligation: string, n: number): MailMessage => ({
  to: `${obligation}${n}@example.com`,
  subject: 'Notice',
  html: '<p>Hi</p>',
  text: 'Hi',
  tags: effectTags({ incidentId: 'INC-7', obligation, exercise: false }),
});

test('of a provider that takes two requests a second: what comes last goes before the twelve that wait of another notice, and few are refused', async () => {
  const mailbox = await startMailbox({ dir: path.join(temporaryDir('turns'), 'mailbox'), ratePerSecond: 2 });
  afterFile(() => mailbox.stop());
  const mail = createResendMail({ apiKey: 're_test', baseUrl: mailbox.url, from: 'Security <security@example.com>' });
  // The provider's first answer says what it takes.
  await mail.sendBatch([mailOf('letters', 0)], 'letters/0');
  const letters = Array.from({ length: 12 }, (_, n) => mail.sendBatch([mailOf('letters', n + 1)], `letters/${n + 1}`));
  await until('some letters went out', () => mailbox.messages().length >= 2);
  const before = mailbox.messages().length;
  await mail.sendBatch([mailOf('status', 1)], 'status/1');
  const after = mailbox.messages().length;
  expect(after - before).toBeLessThanOrEqual(4);
  expect(after).toBeLessThan(10);
  await Promise.all(letters);
  expect(mailbox.messages()).toHaveLength(14);
  expect(mailbox.faults.played).toBeLessThanOrEqual(3);
}, 30_000);
