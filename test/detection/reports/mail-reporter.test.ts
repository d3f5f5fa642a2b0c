// What became of a mail to a reporter when the provider refuses, or has forgotten whether it took it.
import { failure } from '../../../activities/failures';
import type { MailOutcome, MailPort } from '../../../activities/mail/mail-port';
import { mailReporter } from '../../../activities/reports/mail-reporter';

const NOW = new Date('2026-06-02T15:00:00.000Z');
const input = {
  incidentId: 'VR-20260602-0a1b2c3d',
  exercise: false,
  mail: 'confirmation' as const,
};

async function mailing(given: {
  claimedHoursAgo?: number;
  send?: () => Promise<MailOutcome>;
  found?: Map<string, string> | undefined;
}) {
  const settled: string[] = [];
  let sends = 0;
  const mail: MailPort = {
    sender: { from: 'Security <security@example.com>' },
    send: async () => {
      sends++;
      return given.send ? given.send() : { outcome: 'sent', messageIds: ['m'] };
    },
    sendBatch: () => Promise.reject(new Error('not part of this test')),
    findSent: async () => given.found,
  };
  const claimedAt = new Date(NOW.getTime() - (given.claimedHoursAgo ?? 0) * 3_600_000);
  const result = await mailReporter(
    {
      mail,
      reporters: {
        claim: async () => ({ email: 'Finder@reporter.example', claimedAt }),
        settle: async (_id, _mail, outcome) => void settled.push(outcome),
      },
      organisation: async () => 'Example Cloud Inc.',
      now: () => NOW,
    },
    input,
  );
  return { result, settled, sends };
}

test('refused: told as such, and not tried again', async () => {
  const refused = await mailing({ send: async () => ({ outcome: 'refused', errorCode: 'validation_error' }) });
  expect(refused).toEqual({
    result: { outcome: 'refused', detail: 'validation_error' },
    settled: ['refused'],
    sends: 1,
  });
});

test('another body under the same key: the first one was accepted', async () => {
  const conflict = await mailing({ send: () => Promise.reject(failure('MailKeyConflict', 'another body')) });
  expect(conflict).toMatchObject({ result: { outcome: 'sent' }, settled: ['sent'] });
});

test('an outage is thrown, to be tried again under the same key; nothing is settled', async () => {
  await expect(mailing({ send: () => Promise.reject(failure('MailOutcomeUnknown', 'timeout')) })).rejects.toThrow();
});

test('after a day the provider is asked first: found, not found, or it does not say', async () => {
  const found = new Map([['finder@reporter.example', 'm']]);
  expect(await mailing({ claimedHoursAgo: 30, found })).toMatchObject({ result: { outcome: 'sent' }, sends: 0 });
  expect(await mailing({ claimedHoursAgo: 30, found: new Map() })).toMatchObject({ settled: ['sent'], sends: 1 });
  expect(await mailing({ claimedHoursAgo: 30 })).toMatchObject({ settled: ['unknown'], sends: 0 });
});
