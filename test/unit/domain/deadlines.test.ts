import { armedClock } from '../../../domain/incident/clocks';
import { addBusinessDays, addMonths, type Calendar, deadline, exactMs, parsePeriod } from '../../../domain/kernel/time';
import { smallPack } from './helpers/pack';
import { Story } from './helpers/story';

describe('a period in hours is absolute (Reg. 1182/71 Art. 3(4))', () => {
  test.each([
    ['the clocks go forward in the EU', '2026-03-27T12:00:00.000Z', '2026-03-30T12:00:00.000Z'],
    ['the clocks go back in the EU', '2026-10-23T12:00:00.000Z', '2026-10-26T12:00:00.000Z'],
    ['the clocks go forward in Canada', '2026-03-06T22:30:00.000Z', '2026-03-09T22:30:00.000Z'],
    ['a leap day', '2028-02-28T06:00:00.000Z', '2028-03-02T06:00:00.000Z'],
  ])('the deadline is awareness plus exactly 72 hours when %s', (_what, aware, due) => {
    for (const zone of ['UTC', 'Europe/Berlin', 'America/Toronto']) {
      expect(deadline(aware, 'PT72H', {}, zone)).toBe(due);
    }
  });

  test('72 hours from a Friday evening end on Monday evening: the next-working-day rule does not apply', () => {
    expect(deadline('2026-04-03T18:00:00.000Z', 'PT72H')).toBe('2026-04-06T18:00:00.000Z'); // Easter Monday
  });

  test('an offset in the statement of awareness moves no deadline', () => {
    expect(deadline('2026-04-01T04:00:00+02:00', 'PT72H')).toBe('2026-04-04T02:00:00.000Z');
  });

  test('14 days are 14 times 24 hours', () => {
    expect(deadline('2026-03-20T09:00:00.000Z', 'P14D', {}, 'Europe/Berlin')).toBe('2026-04-03T09:00:00.000Z');
  });
});

describe('a period in months runs on the calendar', () => {
  test.each([
    ['2026-01-31T10:00:00.000Z', 1, '2026-02-28T10:00:00.000Z'],
    ['2028-01-31T10:00:00.000Z', 1, '2028-02-29T10:00:00.000Z'],
    ['2026-01-15T10:00:00.000Z', 1, '2026-02-15T10:00:00.000Z'],
    ['2026-03-31T10:00:00.000Z', 1, '2026-04-30T10:00:00.000Z'],
    ['2026-12-31T10:00:00.000Z', 2, '2027-02-28T10:00:00.000Z'],
    ['2028-02-29T10:00:00.000Z', 12, '2029-02-28T10:00:00.000Z'],
    ['1999-12-31T23:59:59.999Z', 2, '2000-02-29T23:59:59.999Z'],
    ['2100-01-30T00:00:00.000Z', 1, '2100-02-28T00:00:00.000Z'],
  ])('%s plus %i months clamps to the last day of a shorter month: %s', (from, months, due) => {
    expect(addMonths(from, months)).toBe(due);
  });

  test('two chained months from 31 January are counted from the clamped day, not from the first anchor', () => {
    const first = addMonths('2026-01-31T10:00:00.000Z', 1);
    expect(addMonths(first, 1)).toBe('2026-03-28T10:00:00.000Z');
    expect(addMonths('2026-01-31T10:00:00.000Z', 2)).toBe('2026-03-31T10:00:00.000Z');
  });

  test('the day is the local one: 31 January 23:30 UTC is already 1 February in Berlin', () => {
    expect(addMonths('2026-01-31T23:30:00.000Z', 1, 'Europe/Berlin')).toBe('2026-02-28T23:30:00.000Z');
    expect(addMonths('2026-01-31T23:30:00.000Z', 1, 'UTC')).toBe('2026-02-28T23:30:00.000Z');
    expect(addMonths('2026-01-29T23:30:00.000Z', 1, 'America/Toronto')).toBe('2026-02-28T23:30:00.000Z');
  });

  test('the local time of day is kept across a change of the clocks', () => {
    expect(addMonths('2026-03-15T11:00:00.000Z', 1, 'Europe/Berlin')).toBe('2026-04-15T10:00:00.000Z'); // 12:00 local
  });

  test('a local time that the clocks skip becomes the time after the gap', () => {
    // 28 February 02:30 in Berlin plus one month is 28 March; from 1 March 02:30 it is 29 March 02:30, which does not exist.
    expect(addMonths('2026-02-28T01:30:00.000Z', 1, 'Europe/Berlin')).toBe('2026-03-28T01:30:00.000Z');
    expect(addMonths('2026-01-29T01:30:00.000Z', 2, 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z'); // 03:30 local
    expect(addMonths('2026-02-08T07:30:00.000Z', 1, 'America/Toronto')).toBe('2026-03-08T07:30:00.000Z'); // 03:30 local
  });

  test('a local time that comes twice is the earlier one, the stricter', () => {
    expect(addMonths('2026-09-25T00:30:00.000Z', 1, 'Europe/Berlin')).toBe('2026-10-25T00:30:00.000Z'); // 02:30 CEST
    expect(addMonths('2026-10-01T05:30:00.000Z', 1, 'America/Toronto')).toBe('2026-11-01T05:30:00.000Z'); // 01:30 EDT
  });
});

describe('business days follow the recipient’s own calendar', () => {
  const ottawa: Calendar = { timeZone: 'America/Toronto', weekend: [6, 7], holidays: ['2026-04-03', '2026-07-01'] };
  const riyadh: Calendar = { timeZone: 'Asia/Riyadh', weekend: [5, 6], holidays: [] };

  test('two business days from a Thursday before Good Friday end on Tuesday', () => {
    expect(addBusinessDays('2026-04-02T15:00:00.000Z', 2, ottawa)).toBe('2026-04-07T15:00:00.000Z');
  });

  test('the day of the event does not count, and an event on a day of rest starts with the next business day', () => {
    expect(addBusinessDays('2026-04-04T15:00:00.000Z', 1, ottawa)).toBe('2026-04-06T15:00:00.000Z');
  });

  test('the day is the recipient’s: Sunday 02:00 UTC is still Saturday in Ottawa, Friday 22:00 UTC is Saturday in Riyadh', () => {
    expect(addBusinessDays('2026-04-12T02:00:00.000Z', 1, ottawa)).toBe('2026-04-14T02:00:00.000Z'); // Mon 22:00 local
    expect(addBusinessDays('2026-04-10T22:00:00.000Z', 1, riyadh)).toBe('2026-04-11T22:00:00.000Z'); // Sun 01:00 local
  });

  test('the time of day is kept across a change of the clocks', () => {
    expect(addBusinessDays('2026-03-06T20:00:00.000Z', 1, ottawa)).toBe('2026-03-09T19:00:00.000Z'); // 15:00 local
  });

  test('a calendar that the pack does not have is an error in words', () => {
    expect(() => deadline('2026-04-01T00:00:00.000Z', { businessDays: 1, calendar: 'nowhere' })).toThrow(
      'calendar "nowhere" is not in the policy pack',
    );
  });

  test('Brazil, ANPD 15/2024: three business days from knowledge', () => {
    const brasilia: Calendar = { timeZone: 'America/Sao_Paulo', weekend: [6, 7], holidays: ['2026-04-21'] };
    const within = { businessDays: 3, calendar: 'brasilia' };
    expect(deadline('2026-04-17T13:00:00.000Z', within, { brasilia })).toBe('2026-04-23T13:00:00.000Z');
  });
});

describe('ISO 8601 periods', () => {
  test.each([
    ['PT72H', 0, 72 * 3_600_000],
    ['P1M', 1, 0],
    ['P1Y2M', 14, 0],
    ['P2W', 0, 14 * 86_400_000],
    ['PT1H30M', 0, 5_400_000],
    ['PT1.001S', 0, 1001],
    ['PT4.035S', 0, 4035],
    ['PT0S', 0, 0],
  ])('%s is %i months and %i ms, a whole number', (text, months, exact) => {
    expect(parsePeriod(text)).toEqual({ months, exactMs: exact });
  });

  test.each(['', 'P', 'PT', '72H', 'P1H', 'PT-1H', 'P1M2', 'PT1.1H', ' PT1H', 'P1DT', 'p1d'])(
    '"%s" is refused',
    (text) => {
      expect(() => parsePeriod(text)).toThrow(/is not an ISO 8601 duration/);
    },
  );

  test('a margin cannot have months, whose length is not fixed', () => {
    expect(() => exactMs('P1M')).toThrow('calendar months');
  });
});

describe('NIS2 Art. 23: each deadline counts from the actual submission of the one before it', () => {
  const nis2 = smallPack(
    { id: 'early-warning', clocks: [{ from: 'aware', within: 'PT24H' }], channel: 'review', dispatch: 'person' },
    {
      id: 'notification',
      clocks: [{ from: 'aware', within: 'PT72H' }],
      channel: 'filing',
      dispatch: 'filing',
      recipient: { to: 'authorities', regime: 'pipeda' },
    },
    {
      id: 'final-report',
      clocks: [{ from: 'fulfilled:notification', within: 'P1M', timeZone: 'Europe/Berlin' }],
      channel: 'filing',
      dispatch: 'filing',
      recipient: { to: 'authorities', regime: 'pipeda' },
    },
  );

  test('the final report is due one calendar month after the submission, not after its deadline or its recording', () => {
    const story = new Story({ detectedAt: '2026-01-30T08:00:00Z', declaredAt: '2026-01-30T08:00:00Z' }, nis2);
    story.send('assess', { awareAt: '2026-01-30T08:00:00Z' });
    expect(story.obligation('notification:opc').dueAt).toBe('2026-02-02T08:00:00.000Z');
    expect(story.state.obligations['final-report:opc']).toBeUndefined();

    story.tickAt('2026-02-01T09:00:00.000Z');
    story.send('filed', { obligation: 'notification', reference: 'N-1', submittedAt: '2026-01-31T17:45:00Z' });
    const final = story.obligation('final-report:opc');
    expect(final.clock).toEqual({ from: 'fulfilled:notification', anchorAt: '2026-01-31T17:45:00.000Z' });
    expect(final.dueAt).toBe('2026-02-28T17:45:00.000Z');
  });

  test('nothing is due while the anchor has no recorded instant', () => {
    const story = new Story({}, nis2);
    expect(armedClock(nis2.obligations[0]!, story.state, nis2)).toBeUndefined();
  });
});
