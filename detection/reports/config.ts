/** How vulnerability reports are received, from `policy/vulnerability-reports.yaml` or the file that TOCSIN_REPORTS names. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { isMailAddress } from '../../activities/mail/mail-address';
import { AlarmAtSchema } from '../../domain/kernel/alarm-clock';
import { problemsOf } from '../../domain/kernel/problems';
import { ByOf } from '../../domain/kernel/text';
import { DAY_MS, fixedLength, TimeZoneSchema } from '../../domain/kernel/time';
import { packageRoot } from '../../platform/package-root';
import { type HolidaySource, HolidaysSchema, holidaySource } from './holidays';

const httpsUrl = z
  .url({ protocol: /^https$/, error: 'must be an https address' })
  .max(500)
  .regex(/^[\x21-\x7e]+$/);
const period = fixedLength(60_000, 'at least a minute, like PT24H or P14D');
const limit = (byDefault: number) => z.int().min(1).max(1_000_000).default(byDefault);

const YEAR_MS = 365 * DAY_MS;

export const ReportsConfigSchema = z.strictObject({
  contact: z.string().refine(isMailAddress, { error: 'must be an email address' }),
  owner: ByOf,
  publicUrl: httpsUrl.transform((url) => url.replace(/\/+$/, '')).optional(),
  acknowledge: z.strictObject({
    businessDays: z.int().min(1).max(60),
    alarmAt: AlarmAtSchema.default([50, 75, 90]),
    repeatEvery: period,
    acknowledgedFor: period.optional(),
  }),
  followUpAfter: period,
  calendar: z.strictObject({
    timeZone: TimeZoneSchema,
    weekend: z.array(z.int().min(1).max(7)).max(6).default([6, 7]),
    holidays: HolidaysSchema.default({ dates: [] }),
  }),
  limits: z
    .strictObject({
      openFromOneSender: limit(5),
      openFromOneOrigin: limit(10),
      openFromOneNetwork: limit(20),
      open: limit(200),
      perHour: limit(60),
      requestsFromOneOrigin: limit(20),
      requestsFromOneNetwork: limit(60),
      requests: limit(300),
    })
    .prefault({}),
  securityTxt: z
    .strictObject({
      expiresAfter: period
        .refine((ms) => ms > 2 * DAY_MS && ms < YEAR_MS, { error: 'must be more than 2 days and less than a year' })
        .prefault('P180D'),
      preferredLanguages: z
        .array(z.string().regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/))
        .max(20)
        .default([]),
      policy: httpsUrl.optional(),
      acknowledgments: httpsUrl.optional(),
      encryption: z
        .string()
        .max(500)
        .regex(/^(https:\/\/|openpgp4fpr:|dns:)[\x21-\x7e]+$/, 'must be an https, openpgp4fpr or dns address')
        .optional(),
    })
    .prefault({}),
});
export type ReportsConfig = z.infer<typeof ReportsConfigSchema>;

/** The configuration, and the holidays that it names. */
export interface LoadedReportsConfig {
  config: ReportsConfig;
  holidays: HolidaySource;
}

/**
 * Reads the configuration. Throws an error that names the file and every problem in it: an unknown field, a country
 * that nobody knows, a list of holidays that ends before the coming year does.
 */
export function loadReportsConfig(file?: string, now = new Date()): LoadedReportsConfig {
  const where = file ?? path.join(packageRoot(), 'policy', 'vulnerability-reports.yaml');
  if (!existsSync(where)) throw new Error(`${where} does not exist: correct TOCSIN_REPORTS`);
  const document = parseDocument(readFileSync(where, 'utf8'));
  if (document.errors.length > 0)
    throw new Error(`${where}: is not valid YAML: ${document.errors[0]!.message.split('\n')[0]}`);
  const parsed = ReportsConfigSchema.safeParse(document.toJS());
  if (!parsed.success) throw new Error(`${where} is not valid:\n${problemsOf(parsed.error).join('\n')}`);
  return { config: parsed.data, holidays: holidaySource(parsed.data.calendar.holidays, path.dirname(where), now) };
}
