/** The business-day calendar at an instant: the holidays of the year around it, from a country, a list or a file. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { LocalDate } from '../../domain/kernel/business-days';
import { DAY_MS } from '../../domain/kernel/time';

/** Holidays: of a country and region, a list of dates, or a file with such a list. */
export const HolidaysSchema = z.union([
  z.strictObject({
    country: z.string().regex(/^[A-Z]{2}$/, 'must be a two-letter country code, like CA'),
    region: z.string().max(10).optional(),
  }),
  z.strictObject({ dates: z.array(z.iso.date()).max(5000) }),
  z.strictObject({ file: z.string().min(1) }),
]);
export type HolidaysConfig = z.infer<typeof HolidaysSchema>;

/** The holidays around an instant. Total: it was asked once when it was made. */
export type HolidaySource = (around: Date) => LocalDate[];

const DatesSchema = z.array(z.iso.date()).min(1).max(5000);
const AHEAD_MS = 300 * DAY_MS;

/**
 * Holidays by configuration. Throws for a country or region that nobody knows, and for a file that cannot be read or
 * does not reach a year ahead, which would otherwise be found out by nobody.
 */
export function holidaySource(config: HolidaysConfig, dir: string, now: Date): HolidaySource {
  if ('country' in config) {
    const { country, region } = config;
    ofCountry(country, region, now.getUTCFullYear());
    return (around) => ofCountry(country, region, around.getUTCFullYear());
  }
  if ('dates' in config) return () => config.dates;
  const dates = DatesSchema.safeParse(readDates(path.resolve(dir, config.file)));
  if (!dates.success) throw new Error(`the holidays in ${config.file} must be a list of dates, like 2026-05-18`);
  const last = [...dates.data].sort().at(-1)!;
  if (Date.parse(last) < now.getTime() + AHEAD_MS) {
    throw new Error(`the holidays in ${config.file} end on ${last}: add next year's`);
  }
  return () => dates.data;
}

function readDates(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'), { schema: 'failsafe' });
  } catch (error) {
    throw new Error(`the holidays ${path.basename(file)} cannot be read: ${(error as Error).message.split('\n')[0]}`);
  }
}

const known = new Map<string, LocalDate[]>();

/** Whole days that are public holidays there; half days and days of remembrance are working days. */
function ofCountry(country: string, region: string | undefined, year: number): LocalDate[] {
  const key = `${country}-${region ?? ''}-${year}`;
  const before = known.get(key);
  if (before) return before;
  // Loaded here: its data is large, and a list of dates does without it.
  const Holidays = require('date-holidays') as typeof import('date-holidays').default;
  const source = new Holidays();
  if (!source.getCountries()[country])
    throw new Error(`calendar.holidays.country: "${country}" is not a known country`);
  const regions = source.getStates(country) as Record<string, string> | undefined;
  if (region !== undefined && !regions?.[region]) {
    const there = Object.keys(regions ?? {});
    throw new Error(
      `calendar.holidays.region: "${region}" is not a known region of ${country}${there.length ? `; use one of ${there.join(', ')}` : ''}`,
    );
  }
  if (region === undefined) source.init(country);
  else source.init(country, region);
  const dates = [year - 1, year, year + 1]
    .flatMap((each) => source.getHolidays(each))
    .filter(({ type, date }) => type === 'public' && date.slice(11, 19) === '00:00:00')
    .flatMap(({ date, start, end }) => daysFrom(date.slice(0, 10), Math.round((+end - +start) / DAY_MS)));
  const sorted = [...new Set(dates)].sort();
  known.set(key, sorted);
  return sorted;
}

function daysFrom(first: LocalDate, count: number): LocalDate[] {
  return Array.from({ length: Math.max(1, count) }, (_, n) =>
    new Date(Date.parse(`${first}T00:00:00Z`) + n * DAY_MS).toISOString().slice(0, 10),
  );
}
