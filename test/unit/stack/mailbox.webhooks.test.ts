/** The mailbox tells what became of its mails as Resend does, so that the intake takes it: signed, once, at last. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Resend } from 'resend';
import { resend } from '../../../detection/intake/sources/resend';
import { startMailbox } from '../../../stack/mailbox';
import { afterFile, temporaryDir } from '../../setup/helpers';
import { until } from '../../setup/until';

const SECRET = `whsec_${Buffer.from('what the mailbox signs with').toString('base64')}`;

test('delivered, and of the test addresses of Resend what they stand for; refused at first, told in the end', async () => {
  const heard: Array<{ to: string; kind: string; eventId: string }> = [];
  let refused = 0;
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      if (refused++ === 0) return response.writeHead(503).end();
      const given = { headers: request.headers, body: Buffer.concat(parts) };
      resend.verify(given, [SECRET], Date.now());
      const { deliveryEvents } = resend.parse(given, { source: 'x', scope: 'platform', now: Date.now() });
      const [{ kind, eventId, messageId }] = deliveryEvents as [NonNullable<typeof deliveryEvents>[number]];
      const to = mailbox.messages().find(({ id }) => id === messageId)!.to[0]!;
      heard.push({ to, kind, eventId });
      response.writeHead(202).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterFile(() => void server.close());
  const mailbox = await startMailbox({ dir: temporaryDir('mailbox'), apiKey: 're_test' });
  afterFile(() => mailbox.stop());
  mailbox.tellTo({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, secret: SECRET });

  const to = ['anna@customer.example', 'bounced+ws-1@resend.dev', 'complained@resend.dev', 'suppressed@resend.dev'];
  const mails = to.map((each) => ({ from: 'a@acme.example', to: each, subject: 's', text: 't' }));
  const { batch } = new Resend('re_test', { baseUrl: mailbox.url });
  for (let times = 0; times < 2; times++) {
    const { error } = await batch.send(mails, { idempotencyKey: 'one' });
    expect(error).toBeNull();
  }
  await until('every event is told', () => heard.length >= 16);
  expect(new Set(heard.map(({ to: who, kind }) => `${who} ${kind}`))).toEqual(
    new Set([
      ...to.map((each) => `${each} sent`),
      'anna@customer.example delivered',
      'bounced+ws-1@resend.dev bounced',
      'complained@resend.dev complained',
      'suppressed@resend.dev suppressed',
    ]),
  );
  // A repeat of the request is the same mails, and the same events.
  expect(new Set(heard.map(({ eventId }) => eventId)).size).toBe(8);
});
