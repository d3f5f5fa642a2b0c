// Two business days, by hand: evenings, weekends, holidays here and not there, changes of the clocks, far zones.
import fc from 'fast-check';
import { loadReportsConfig, type ReportsConfig } from '../../../detection/reports/config';
import { type HolidaysConfig, holidaySource } from '../../../detection/reports/holidays';
import { reportClock } from '../../../detection/reports/report-clock';
import {
  atBusinessFraction,
  businessDeadline,
  daysOff,
  isDayOff,
  localDate,
} from '../../../domain/kernel/business-days';
import { addBusinessDays, type Calendar, HOUR_MS, localTime, toInstant, toMs } from '../../../domain/kernel/time';

const calendarOf = (timeZone: string, holidays: HolidaysConfig, weekend = [6, 7]): ReportsConfig => {
  const { config } = loadReportsConfig();
  return { ...config, calendar: { timeZone, weekend, holidays } };
};
const clockAt = (at: string, timeZone: string, holidays: HolidaysConfig = { dates: [] }, weekend?: number[]) =>
  reportClock(
    calendarOf(timeZone, holidays, weekend),
    holidaySource(holidays, '.', new Date(at)),
    toInstant(Date.parse(at)),
  );
const QC = { country: 'CA', region: 'QC' };
const ON = { country: 'CA', region: 'ON' };
const DE = { country: 'DE' };

test.each<[string, string, string, HolidaysConfig, string]>([
  // Toronto is UTC−5 in winter, UTC−4 from 8 March to 1 November 2026.
  ['Monday morning', '2026-06-08T13:00:00Z', 'America/Toronto', QC, '2026-06-10T13:00:00.000Z'],
  ['Friday evening: Monday and Tuesday', '2026-06-12T22:00:00Z', 'America/Toronto', QC, '2026-06-16T22:00:00.000Z'],
  ['Thursday: Friday and Monday', '2026-06-11T14:00:00Z', 'America/Toronto', QC, '2026-06-15T14:00:00.000Z'],
  ['Saturday noon: Monday and Tuesday', '2026-06-13T16:00:00Z', 'America/Toronto', QC, '2026-06-16T16:00:00.000Z'],
  ['Sunday 23:59', '2026-06-15T03:59:00Z', 'America/Toronto', QC, '2026-06-17T03:59:00.000Z'],
  ['Monday 00:01', '2026-06-15T04:01:00Z', 'America/Toronto', QC, '2026-06-17T04:01:00.000Z'],
  // Monday 18 May 2026 is Patriots' Day and Victoria Day.
  ['the long weekend of May', '2026-05-15T21:00:00Z', 'America/Toronto', QC, '2026-05-20T21:00:00.000Z'],
  // Wednesday 24 June is a holiday in Quebec only; 1 July in all of Canada.
  ['before 24 June, Quebec', '2026-06-23T14:00:00Z', 'America/Toronto', QC, '2026-06-26T14:00:00.000Z'],
  ['before 24 June, Ontario', '2026-06-23T14:00:00Z', 'America/Toronto', ON, '2026-06-25T14:00:00.000Z'],
  ['before 24 June, Germany', '2026-06-23T14:00:00Z', 'Europe/Berlin', DE, '2026-06-25T14:00:00.000Z'],
  // Family Day, Monday 16 February 2026, is Ontario's.
  ['Family Day, Ontario', '2026-02-13T15:00:00Z', 'America/Toronto', ON, '2026-02-18T15:00:00.000Z'],
  ['Family Day, Quebec', '2026-02-13T15:00:00Z', 'America/Toronto', QC, '2026-02-17T15:00:00.000Z'],
  // Good Friday 3 and Easter Monday 6 April 2026; Berlin is UTC+1 until 29 March, then UTC+2.
  ['Easter, Germany', '2026-04-02T15:00:00Z', 'Europe/Berlin', DE, '2026-04-08T15:00:00.000Z'],
  ['Whit Monday, Germany', '2026-05-22T08:00:00Z', 'Europe/Berlin', DE, '2026-05-27T08:00:00.000Z'],
  // Epiphany, Tuesday 6 January 2026, is a holiday in Bavaria and not in Germany as a whole.
  [
    'Epiphany, Bavaria',
    '2026-01-05T09:00:00Z',
    'Europe/Berlin',
    { country: 'DE', region: 'BY' },
    '2026-01-08T09:00:00.000Z',
  ],
  ['Epiphany, Germany', '2026-01-05T09:00:00Z', 'Europe/Berlin', DE, '2026-01-07T09:00:00.000Z'],
  // Over the year's end: 1 January 2027 is a Friday.
  ['New Year', '2026-12-30T15:00:00Z', 'America/Toronto', QC, '2027-01-04T15:00:00.000Z'],
  // The clocks change on Sunday 8 March and 1 November 2026: the same time of day at home.
  ['forward, Friday 18:00', '2026-03-06T23:00:00Z', 'America/Toronto', QC, '2026-03-10T22:00:00.000Z'],
  ['back, Friday 18:00', '2026-10-30T22:00:00Z', 'America/Toronto', QC, '2026-11-03T23:00:00.000Z'],
  // 2:30 does not exist on Sunday 8 March; on Tuesday it does.
  ['forward, Friday 02:30', '2026-03-06T07:30:00Z', 'America/Toronto', QC, '2026-03-10T06:30:00.000Z'],
  // Far from UTC: Monday 09:00 in Kiribati (UTC+14) is Sunday 19:00 UTC; Friday 20:00 in Pago Pago (UTC−11) is Saturday.
  ['Kiribati', '2026-06-07T19:00:00Z', 'Pacific/Kiritimati', { dates: [] }, '2026-06-09T19:00:00.000Z'],
  ['Pago Pago', '2026-06-13T07:00:00Z', 'Pacific/Pago_Pago', { dates: [] }, '2026-06-17T07:00:00.000Z'],
  [
    'a list of dates',
    '2026-06-08T13:00:00Z',
    'UTC',
    { dates: ['2026-06-09', '2026-06-10'] },
    '2026-06-12T13:00:00.000Z',
  ],
])('%s', (_what, at, zone, holidays, dueAt) => {
  expect(clockAt(at, zone, holidays).dueAt).toBe(dueAt);
});

test('a weekend of Friday and Saturday', () => {
  // Thursday 4 June 2026 in Dubai; Sunday and Monday are the business days.
  expect(clockAt('2026-06-04T10:00:00Z', 'Asia/Dubai', { dates: [] }, [5, 6]).dueAt).toBe('2026-06-08T10:00:00.000Z');
});

test('the clock says which days did not count, and its alarms fall on none of them', () => {
  const clock = clockAt('2026-05-15T21:00:00Z', 'America/Toronto', QC);
  expect(clock.daysOff).toEqual(['2026-05-16', '2026-05-17', '2026-05-18']);
  // Friday 17:00: 7 hours on Friday, 24 on Tuesday, 17 on Wednesday.
  expect(clock.alarms).toEqual([
    { threshold: { kind: 'start' }, at: '2026-05-15T21:00:00.000Z' },
    { threshold: { kind: 'elapsed', percent: 50 }, at: '2026-05-19T21:00:00.000Z' },
    { threshold: { kind: 'elapsed', percent: 75 }, at: '2026-05-20T09:00:00.000Z' },
    { threshold: { kind: 'elapsed', percent: 90 }, at: '2026-05-20T16:12:00.000Z' },
    { threshold: { kind: 'due' }, at: '2026-05-20T21:00:00.000Z' },
  ]);
});

test('half days and days of remembrance are working days', () => {
  const holidays = holidaySource(DE, '.', new Date('2026-06-01'))(new Date('2026-06-01'));
  expect(holidays).toContain('2026-12-25');
  expect(holidays).not.toContain('2026-12-24');
  expect(holidays.some((date) => date.startsWith('2027'))).toBe(true);
});

describe('properties', () => {
  const zone = fc.constantFrom(
    'UTC',
    'America/Toronto',
    'Europe/Berlin',
    'Pacific/Kiritimati',
    'Pacific/Pago_Pago',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
  );
  const instant = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2030, 0, 1) }).map(toInstant);
  const date = fc
    .integer({ min: 0, max: 2500 })
    .map((n) => toInstant(Date.UTC(2024, 0, 1) + n * 24 * HOUR_MS).slice(0, 10));
  const calendar: fc.Arbitrary<Calendar> = fc.record({
    timeZone: zone,
    weekend: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { maxLength: 6 }),
    holidays: fc.uniqueArray(date, { maxLength: 60 }),
  });
  const days = fc.integer({ min: 1, max: 8 });

  test('the deadline lies on a business day, after as many of them as were promised', () => {
    fc.assert(
      fc.property(instant, days, calendar, (from, count, of) => {
        const { dueAt, daysOff: off } = businessDeadline(from, count, [], of);
        expect(isDayOff(localDate(dueAt, of.timeZone), of)).toBe(false);
        const from0 = Date.parse(localDate(from, of.timeZone));
        const span = Math.round((Date.parse(localDate(dueAt, of.timeZone)) - from0) / (24 * HOUR_MS));
        expect(span - off.length).toBe(count);
        expect(off).toEqual(daysOff(from, dueAt, of));
      }),
      { numRuns: 2_000 },
    );
  });

  test('a holiday more never makes a deadline earlier; a later report never has an earlier one by more than a clock change', () => {
    fc.assert(
      fc.property(instant, days, calendar, date, fc.integer({ min: 0, max: 100 }), (from, count, of, more, hours) => {
        const due = toMs(addBusinessDays(from, count, of));
        expect(toMs(addBusinessDays(from, count, { ...of, holidays: [...of.holidays, more] }))).toBeGreaterThanOrEqual(
          due,
        );
        const later = toInstant(toMs(from) + hours * HOUR_MS);
        // Reports of days off keep their time of day: those of a Saturday night are due later than those of Sunday noon.
        expect(toMs(addBusinessDays(later, count, of))).toBeGreaterThanOrEqual(due - 25 * HOUR_MS);
      }),
      { numRuns: 1_000 },
    );
  });

  test('fractions rise, lie between receipt and deadline, and never on a day off', () => {
    const fractions = fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(instant, days, calendar, fractions, (from, count, of, parts) => {
        const { dueAt, alarms } = businessDeadline(from, count, parts, of);
        const instants = [from, ...alarms.map(({ at }) => at), dueAt].map(toMs);
        expect([...instants].sort((a, b) => a - b)).toEqual(instants);
        // Received at the very midnight of a day off, due at one: there may be no business time between them.
        if (localTime(toMs(from), of.timeZone).msOfDay === 0) return;
        for (const { at } of alarms) {
          // The midnight that ends a business day belongs to it.
          const before = toInstant(toMs(at) - 1);
          const free = [at, before].every((each) => isDayOff(localDate(each, of.timeZone), of));
          expect(free).toBe(false);
        }
        expect(atBusinessFraction(from, dueAt, 1, of)).toBe(dueAt);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('what is wrong with a calendar is said at the start', () => {
  const now = new Date('2026-06-01');
  test.each<[string, HolidaysConfig, RegExp]>([
    ['a country that nobody knows', { country: 'XX' }, /country: "XX" is not a known country/],
    [
      'a region that nobody knows',
      { country: 'CA', region: 'XX' },
      /region: "XX" is not a known region of CA; use one of .*QC/,
    ],
    ['a file that is not there', { file: 'nowhere.yaml' }, /cannot be read/],
  ])('%s', (_what, config, problem) => {
    expect(() => holidaySource(config, '/nowhere', now)).toThrow(problem);
  });
});
