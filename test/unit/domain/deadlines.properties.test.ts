import fc from 'fast-check';
import { addBusinessDays, addMonths, DAY_MS, deadline, HOUR_MS, toInstant, toMs } from '../../../domain/kernel/time';

const ZONES = ['UTC', 'Europe/Berlin', 'America/Toronto', 'America/St_Johns', 'Asia/Kolkata', 'Australia/Lord_Howe'];
const RUNS = { numRuns: 300 };
const instant = fc
  .integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2100, 0, 1) })
  .map((epochMs) => toInstant(epochMs));
const zone = fc.constantFrom(...ZONES);

/** Months since year 0 on the local calendar. */
function localMonth(at: string, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: 'numeric' }).formatToParts(
    new Date(at),
  );
  const of = (type: string) => Number(parts.find((p) => p.type === type)!.value);
  return of('year') * 12 + of('month');
}

test('hours are exact in every zone', () => {
  fc.assert(
    fc.property(instant, fc.integer({ min: 1, max: 2000 }), zone, (from, hours, timeZone) => {
      expect(toMs(deadline(from, `PT${hours}H`, {}, timeZone)) - toMs(from)).toBe(hours * HOUR_MS);
    }),
    RUNS,
  );
});

test('one month never skips a month, never lasts less than 28 or more than 31 days and an hour', () => {
  fc.assert(
    fc.property(instant, zone, (from, timeZone) => {
      const due = addMonths(from, 1, timeZone);
      expect(localMonth(due, timeZone)).toBe(localMonth(from, timeZone) + 1);
      expect(toMs(due) - toMs(from)).toBeGreaterThanOrEqual(28 * DAY_MS - HOUR_MS);
      expect(toMs(due) - toMs(from)).toBeLessThanOrEqual(31 * DAY_MS + HOUR_MS);
    }),
    RUNS,
  );
});

test('a later anchor at the same time of day never has an earlier deadline', () => {
  fc.assert(
    fc.property(instant, fc.nat(800), fc.integer({ min: 1, max: 24 }), (from, days, months) => {
      const later = toInstant(toMs(from) + days * DAY_MS);
      expect(toMs(addMonths(later, months))).toBeGreaterThanOrEqual(toMs(addMonths(from, months)));
      expect(toMs(deadline(later, 'PT72H'))).toBeGreaterThanOrEqual(toMs(deadline(from, 'PT72H')));
    }),
    RUNS,
  );
});

test('a longer period never ends earlier', () => {
  fc.assert(
    fc.property(instant, fc.integer({ min: 1, max: 48 }), zone, (from, months, timeZone) => {
      expect(toMs(addMonths(from, months + 1, timeZone))).toBeGreaterThan(toMs(addMonths(from, months, timeZone)));
    }),
    RUNS,
  );
});

test('a business-day deadline falls on a working day, and one day more is always later', () => {
  const calendar = fc.record({
    timeZone: zone,
    weekend: fc.constantFrom<number[][]>([6, 7], [5, 6], [7], []),
    holidays: fc.uniqueArray(
      fc.integer({ min: 0, max: 400 }).map((n) => toInstant(Date.UTC(2026, 0, 1) + n * DAY_MS).slice(0, 10)),
      { maxLength: 30 },
    ),
  });
  const inTheYear = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 11, 31) }).map((ms) => toInstant(ms));
  fc.assert(
    fc.property(inTheYear, fc.integer({ min: 1, max: 30 }), calendar, (from, days, cal) => {
      const due = addBusinessDays(from, days, cal);
      const day = new Intl.DateTimeFormat('en-CA', { timeZone: cal.timeZone, dateStyle: 'short' }).format(
        new Date(due),
      );
      expect(cal.holidays).not.toContain(day);
      expect(cal.weekend).not.toContain(new Date(`${day}T12:00:00Z`).getUTCDay() || 7);
      expect(toMs(addBusinessDays(from, days + 1, cal))).toBeGreaterThan(toMs(due));
    }),
    RUNS,
  );
});
