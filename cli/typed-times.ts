/**
 * Times as people type them: `02:30`, `yesterday 22:15`, `2026-11-29 02:30`, `2 hours ago`, `in 4 hours`, each also behind
 * `about`. They are read in the zone of whoever types (TZ, else the machine's), or the one named behind them, and shown back
 * with it. What is sent is the exact instant; every other form is left to the one reader of times, `readWhen`.
 */
import type { Command } from 'commander';
import { usage } from '../client/errors';
import {
  DAY_MS,
  fromLocal,
  HOUR_MS,
  isTimeZone,
  localReadings,
  localTime,
  MINUTE_MS,
  spanText,
  toInstant,
} from '../domain/kernel/time';
import type { Shell } from './shell';

/** How a time was read: as it is sent, and what is said of it. */
export interface TypedTime {
  sent: string;
  said: string;
}

interface Where {
  nowMs: number;
  zone: string;
  /** Of a time of day alone: whether the one before or the one after now is meant. */
  toCome: boolean;
}

const AGO = /^(\d{1,4}|an?) ?(m|min|mins|minutes?|h|hours?|d|days?) ago$/;
const TO_COME = /^in (\d{1,4}|an?) ?(m|min|mins|minutes?|h|hours?|d|days?)$/;
const LOCAL =
  /^(?:(yesterday|today|tomorrow|\d{4}-\d{2}-\d{2})[ T])?(\d{1,2}):(\d{2})(?::(\d{2}))?(?: ?([A-Z][A-Za-z_]+(?:\/[A-Za-z_+-]+)*))?$/;
const DAYS: Record<string, number> = { yesterday: -1, today: 0, tomorrow: 1 };

/** Reads a typed time; `undefined` for any other form. Throws a usage error on one that is none, or that was twice. */
export function readTyped(text: string, where: Where): TypedTime | undefined {
  const about = /^(?:about |~ ?)(.*)$/.exec(text.trim());
  const plain = (about?.[1] ?? text).trim();
  const read = readPlain(plain, where);
  if (!read) return undefined;
  const sent = `${toInstant(read.ms).slice(0, 19)}Z`;
  return {
    sent: about ? `about ${sent}` : sent,
    said: `${about ? 'about ' : ''}${saidOf(read.ms, read.zone, where.nowMs)}`,
  };
}

function readPlain(text: string, where: Where): { ms: number; zone: string } | undefined {
  const { nowMs, zone } = where;
  const minute = nowMs - (nowMs % MINUTE_MS);
  if (text === 'now') return { ms: minute, zone };
  const ago = AGO.exec(text);
  if (ago) return { ms: minute - lengthMs(ago), zone };
  const ahead = TO_COME.exec(text);
  if (ahead) return { ms: minute + lengthMs(ahead), zone };
  const local = LOCAL.exec(text);
  return local ? readLocal(text, local, where) : undefined;
}

function lengthMs([, count, unit]: RegExpExecArray): number {
  const unitMs = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS }[unit![0] as 'm' | 'h' | 'd'];
  return (/^an?$/.test(count!) ? 1 : Number(count)) * unitMs;
}

function readLocal(text: string, [, day, hours, minutes, seconds = '0', named]: RegExpExecArray, where: Where) {
  const { nowMs, toCome } = where;
  const zone = named ?? where.zone;
  if (!isTimeZone(zone)) throw usage(`"${text}": there is no time zone "${zone}". Write it like Europe/Dublin, or UTC`);
  const msOfDay = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59)
    throw usage(
      `"${text}": hours go from 00 to 23, minutes and seconds from 00 to 59; write it like "${day ? `${day} ` : ''}22:15"`,
    );
  const on = (daysOn: number) => onDay(text, dateOf(day, zone, nowMs, daysOn), msOfDay, zone);
  // A time of day alone is the nearest one that is meant: what was is not ahead, what is to come not past.
  const ms = on(0);
  if (day !== undefined) return { ms, zone };
  if (!toCome && ms > nowMs) return { ms: on(-1), zone };
  return { ms: toCome && ms <= nowMs ? on(1) : ms, zone };
}

function dateOf(day: string | undefined, zone: string, nowMs: number, daysOn: number): Date {
  const fixed = day !== undefined && !(day in DAYS) ? new Date(`${day}T00:00:00Z`) : undefined;
  if (fixed) {
    if (Number.isNaN(fixed.getTime()) || fixed.toISOString().slice(0, 10) !== day)
      throw usage(`"${day}" is not a date`);
    return fixed;
  }
  const today = localTime(nowMs, zone);
  return new Date(Date.UTC(today.year, today.month - 1, today.day + daysOn + (day === undefined ? 0 : DAYS[day]!)));
}

/** The instant of a local time. Where the clocks were put back it was twice, where they were put forward never. */
function onDay(text: string, date: Date, msOfDay: number, zone: string): number {
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
  const readings = localReadings(year, month, day, msOfDay, zone);
  const [first, second] = readings;
  if (first === undefined) {
    const after = withOffset(fromLocal(year, month, day, msOfDay, zone), zone);
    throw usage(
      `"${text}" did not occur in ${zone}, as the clocks were put forward over it: write what they showed, like ${after}`,
    );
  }
  if (second !== undefined)
    throw usage(
      `"${text}" occurred twice in ${zone}, as the clocks were put back: write which one, ${withOffset(first, zone)} or ${withOffset(second, zone)}`,
    );
  return first;
}

/** `2026-10-25T01:30+01:00`. */
function withOffset(ms: number, zone: string): string {
  const local = localTime(ms, zone);
  const wallMs = Date.UTC(local.year, local.month - 1, local.day) + local.msOfDay;
  const offset = Math.round((wallMs - ms) / MINUTE_MS);
  const pad = (n: number) => String(n).padStart(2, '0');
  const sign = offset < 0 ? '-' : '+';
  const size = Math.abs(offset);
  return `${toInstant(wallMs).slice(0, 16)}${sign}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}

/** `2026-11-29 02:30 Europe/Dublin, 3 h ago`. */
function saidOf(ms: number, zone: string, nowMs: number): string {
  const local = localTime(ms, zone);
  const wall = toInstant(Date.UTC(local.year, local.month - 1, local.day) + local.msOfDay);
  const utc = zone === 'UTC' ? '' : ` (${toInstant(ms).slice(11, 16)} UTC)`;
  return `${wall.slice(0, 10)} ${wall.slice(11, 16)} ${zone}${utc}, ${distance(ms - nowMs)}`;
}

function distance(ms: number): string {
  const roundedMs = Math.round(Math.abs(ms) / MINUTE_MS) * MINUTE_MS;
  if (roundedMs === 0) return 'now';
  return ms < 0 ? `${spanText(roundedMs)} ago` : `in ${spanText(roundedMs)}`;
}

/** Options that hold a time, by what stands behind them in the help. */
const HOLDS_TIME = /<(time|instant)>/;

/** Whether a command takes a time. */
export function takesTime(command: Command): boolean {
  return (
    command.options.some(({ flags }) => HOLDS_TIME.test(flags)) ||
    command.registeredArguments.some((argument) => argument.name() === 'instant')
  );
}

/**
 * Reads the times that were typed for a command, puts the exact instant in the place of each, and says how each was read.
 * A script gets no such answer: with `--json` a time must be exact.
 */
export function readTypedTimes(command: Command, shell: Pick<Shell, 'err' | 'env'>, nowMs = Date.now()): void {
  const zone = zoneOf(shell.env);
  const read = (name: string, value: unknown, put: (sent: string) => void) => {
    if (typeof value !== 'string') return;
    const typed = typedAs(name, value, { nowMs, zone, toCome: name === '--until' });
    if (!typed || typed.sent === value) return;
    if (command.opts().json) throw usage(`${name}: with --json give the exact time: ${typed.sent}`);
    shell.err.line(shell.err.style(`${name} read as ${typed.said}`, 'dim'));
    put(typed.sent);
  };
  for (const option of command.options) {
    if (!HOLDS_TIME.test(option.flags)) continue;
    const key = option.attributeName();
    read(option.long!, command.getOptionValue(key), (sent) => command.setOptionValue(key, sent));
  }
  command.registeredArguments.forEach((argument, index) => {
    if (argument.name() !== 'instant') return;
    read('The time', command.processedArgs[index], (sent) => {
      command.processedArgs[index] = sent;
    });
  });
}

function typedAs(name: string, value: string, where: Where): TypedTime | undefined {
  try {
    return readTyped(value, where);
  } catch (error) {
    throw usage(`${name}: ${(error as Error).message}`);
  }
}

/** The zone of whoever types. */
export function zoneOf(env: NodeJS.ProcessEnv): string {
  const named = env.TZ?.replace(/^:/, '');
  return named && isTimeZone(named) ? named : Intl.DateTimeFormat().resolvedOptions().timeZone;
}
