/** Whatever a provider says of its limits, a turn is given, or refused with the time of the next one; never neither. */
import fc from 'fast-check';
import { MAX_INLINE_WAIT_MS, RatePacer } from '../../../activities/mail/rate-pacer';

type Headers = Record<string, string> | null;

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const NUMBER = fc.constantFrom('0', '0.5', '1', '1.5', '3', '-1', 'many', '9'.repeat(400));
const HEADERS: fc.Arbitrary<Headers> = fc.option(
  fc.record(
    {
      'ratelimit-limit': NUMBER,
      'ratelimit-remaining': NUMBER,
      'ratelimit-reset': fc.oneof(NUMBER, fc.constantFrom('30', '5000')),
      'retry-after': fc.oneof(NUMBER, fc.constantFrom('30', '5000', 'Wed, 01 Apr 2099 00:00:10 GMT')),
    },
    { requiredKeys: [] },
  ),
);

test('each of several turns is given or refused in bounded time, whatever the headers are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(HEADERS, { minLength: 1, maxLength: 6 }), async (answers) => {
      const pacer = new RatePacer();
      let n = 0;
      let settled = 0;
      const turn = async () => {
        await pacer
          .turn('letters', async () => {
            await new Promise((resolve) => setTimeout(resolve, 50));
            return { headers: answers[n++ % answers.length]! };
          })
          .catch((error) => expect(error).toMatchObject({ type: 'MailBusy' }));
        settled++;
      };
      for (let i = 0; i < 6; i++) void turn();
      await jest.advanceTimersByTimeAsync(6 * (MAX_INLINE_WAIT_MS + 1000));
      expect(settled).toBe(6);
      // And however long the pause is, it ends.
      await jest.advanceTimersByTimeAsync(2 * 3_600_000);
      const before = n;
      void turn();
      await jest.advanceTimersByTimeAsync(MAX_INLINE_WAIT_MS + 1000);
      expect(n).toBe(before + 1);
    }),
  );
});

test('a long pause holds for everybody: who would wait longer than a call may is told when to come back', async () => {
  const pacer = new RatePacer();
  const answer = async (headers: Headers) => ({ headers });
  await pacer.turn('letters', () => answer({ 'retry-after': '120' }));
  const request = jest.fn(() => answer(null));
  await jest.advanceTimersByTimeAsync(30_000);
  await expect(pacer.turn('status', request)).rejects.toMatchObject({ type: 'MailBusy', nextRetryDelay: 90_000 });
  await jest.advanceTimersByTimeAsync(85_000);
  const late = pacer.turn('status', request);
  expect(request).not.toHaveBeenCalled();
  await jest.advanceTimersByTimeAsync(5_000);
  await late;
  expect(request).toHaveBeenCalledTimes(1);
});
