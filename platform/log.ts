/**
 * What processes log: one line of JSON an entry on standard error, whichever part of them says it; on a terminal a line for people.
 * Never give it an address, a recipient list or a secret: docs/operations.md has the fields.
 */
import pino, { type Logger } from 'pino';
import { presentSpan } from './tracing/present-span';

/** As much of a pino logger as the activities use. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Who says a line. */
export type Speaker = 'worker' | 'server' | 'intake' | 'watchdog' | 'up';

interface More {
  /** `warn` by default. */
  level?: string;
  /** Fields that each line gets beside its own, as they are when it is written. */
  beside?: () => object;
}

/** The log of a part of this process. */
export function createLog(speaker: Speaker, { level = 'warn', beside }: More = {}): Logger {
  return pino(
    {
      level,
      base: { part: speaker, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => ({ ...ofTrace(), ...beside?.() }),
    },
    process.stderr.isTTY ? { write: (line) => void process.stderr.write(`${forPeople(line)}\n`) } : pino.destination(2),
  );
}

function ofTrace(): object {
  const span = presentSpan();
  return span ? { traceId: span.traceId } : {};
}

/** What a terminal would act on, or not show, in text that came from outside. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]/gu;

/** A line of the log as people read it: the time of day in UTC, how bad it is, who says it and what, then what it is about. */
export function forPeople(line: string): string {
  const { level, time, part, pid: _, msg = '', ...fields } = JSON.parse(line) as Record<string, unknown>;
  const about = Object.entries(fields).map(([name, value]) => `${name}=${plain(value)}`);
  const said = [String(time).slice(11, 19), String(level).toUpperCase(), `${part}: ${msg}`, ...about].join(' ');
  return said.replace(UNSEEN, (unseen) => `<U+${unseen.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}>`);
}

function plain(value: unknown): string {
  return typeof value === 'string' && /^[\w./:@…-]+$/.test(value) ? value : JSON.stringify(value);
}

/** Of an error what may be logged: its type, code and message, and where in the code it arose. */
export function faultFields(error: unknown): object {
  if (!(error instanceof Error)) return { problem: String(error).slice(0, LONGEST) };
  const { name, message, stack = '' } = error;
  const { type, code } = error as { type?: unknown; code?: unknown };
  const frames = stack.split('\n').flatMap((line) => (/^\s+at /.test(line) ? [line.trim()] : []));
  return {
    error: typeof type === 'string' && type !== '' ? type : name,
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    problem: message.slice(0, LONGEST),
    ...(frames.length > 0 && { at: frames.slice(0, MOST_FRAMES) }),
  };
}

const LONGEST = 1_000;
const MOST_FRAMES = 6;
