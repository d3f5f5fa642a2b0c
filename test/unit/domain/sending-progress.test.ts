// How far a notice is that is being sent: of how many, and how long yet, never by what was not counted.
import { movedOn, movedText, timeLeft } from '../../../domain/incident/sending-progress';
import { DeliveryProgress } from '../../../workflows/lib/delivery-progress';

const at = (minute: number) => `2026-04-01T03:${String(minute).padStart(2, '0')}:00.000Z`;

test('nobody has counted yet: it is being sent, and nothing more is said', () => {
  expect(movedText(undefined)).toBe('');
  expect(movedText({ at: at(0), settled: 0 })).toBe('');
  expect(movedText(movedOn({ at: at(0), settled: 0 }, { at: at(1), settled: 40, total: 1_000 }))).toBe(
    ': 40 of 1,000 have an outcome',
  );
});

test('two counts say the pace', () => {
  const first = movedOn({ at: at(0), settled: 0 }, { at: at(10), settled: 400_000, total: 1_000_000 });
  const second = movedOn(first, { at: at(20), settled: 800_000, total: 1_000_000 });
  expect(movedText(second)).toBe(': 800,000 of 1,000,000 have an outcome, about 5 min left at this pace');
  // The next is known by the one before it, not by the first.
  const third = movedOn(second, { at: at(40), settled: 900_000, total: 1_000_000 });
  expect(movedText(third)).toContain('about 20 min left');
});

test('what does not move, or is done, has no time left', () => {
  expect(timeLeft({ atMs: 0, settled: 5 }, { atMs: 60_000, settled: 5 }, 9)).toBeUndefined();
  expect(timeLeft({ atMs: 0, settled: 5 }, { atMs: 0, settled: 6 }, 9)).toBeUndefined();
  expect(timeLeft({ atMs: 0, settled: 5 }, { atMs: 60_000, settled: 9 }, 9)).toBeUndefined();
  expect(timeLeft({ atMs: 0, settled: 0 }, { atMs: 60_000, settled: 1 }, 2)).toBe('about 1 min left at this pace');
  expect(timeLeft({ atMs: 0, settled: 0 }, { atMs: 3_600_000, settled: 1 }, 4)).toBe('about 3 h left at this pace');
});

test('in the Web UI a delivery says so after each call, over a new run and a new opening', () => {
  const minute = 60_000;
  const first = new DeliveryProgress('Notice *to* individuals', undefined);
  expect(first.text()).toBeUndefined();
  first.opened(1_000, 0);
  first.sent({ sent: 90, failed: 10 }, minute);
  expect(first.text()).toBe(
    '**Notice \\*to\\* individuals**: at least 100 of 1,000 have an outcome, 10 of them not sent, about 9 min left at this pace\n\n' +
      'as of 1970-01-01 00:01 UTC',
  );
  const next = new DeliveryProgress('Notice to individuals', first.soFar);
  next.sent({ sent: 400, failed: 0 }, 2 * minute);
  expect(next.text()).toContain('at least 500 of 1,000 have an outcome, 10 of them not sent\n');
  // Opened again, in a spool without those whom a batch has held.
  next.opened(300, 3 * minute);
  expect(next.text()).toContain('at least 500 of 800 have an outcome');
});

test('the pace is that of the last minutes', () => {
  const progress = new DeliveryProgress('Notice', undefined);
  progress.opened(1_000, 0);
  progress.sent({ sent: 500, failed: 0 }, 60_000);
  progress.sent({ sent: 10, failed: 0 }, 60 * 60_000);
  progress.sent({ sent: 10, failed: 0 }, 61 * 60_000);
  expect(progress.text()).toContain('about 48 min left');
});

test('an opening of an earlier version counted nobody, and nothing is said', () => {
  const progress = new DeliveryProgress('Notice', undefined);
  progress.opened(undefined, 0);
  progress.sent({ sent: 5, failed: 0 }, 60_000);
  expect(progress.text()).toBeUndefined();
});
