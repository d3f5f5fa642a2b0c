/** The clock of a report's acknowledgement, worked out at its receipt. */
import { thresholdAt } from '../../domain/kernel/alarm-clock';
import { businessDeadline } from '../../domain/kernel/business-days';
import type { Calendar, Instant } from '../../domain/kernel/time';
import type { ReportClock } from '../../domain/report/state';
import type { ReportsConfig } from './config';
import type { HolidaySource } from './holidays';

/** When a report received at `receivedAt` must be acknowledged, with its alarms: at receipt, at the parts of the time, at the deadline. */
export function reportClock(
  { acknowledge, calendar }: ReportsConfig,
  holidays: HolidaySource,
  receivedAt: Instant,
): ReportClock {
  const days: Calendar = { ...calendar, holidays: holidays(new Date(receivedAt)) };
  const between = acknowledge.alarmAt.filter((percent) => percent > 0 && percent < 100);
  const { dueAt, alarms, daysOff } = businessDeadline(receivedAt, acknowledge.businessDays, between, days);
  return {
    dueAt,
    alarms: [{ threshold: thresholdAt(0), at: receivedAt }, ...alarms, { threshold: thresholdAt(100), at: dueAt }],
    businessDays: acknowledge.businessDays,
    timeZone: calendar.timeZone,
    daysOff,
  };
}
