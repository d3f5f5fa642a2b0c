/**
 * Fields of several parts as people type them: one thing a line, in the words of the command line. What cannot be read so
 * is tried as JSON, as the API takes it, and else left as it was typed, to be refused by the message.
 */

import { sameValue } from '../../domain/kernel/same-value';

/** How the value of a field is typed. */
export interface LineField {
  /** A line of it, for hints and problems. */
  like: string;
  /** Undefined where the text is none of it. */
  read(text: string): unknown;
  write(value: never): string;
}

interface Credential {
  provider: string;
  ref: string;
}
interface Group {
  dataSet?: string;
  country?: string;
  count?: number;
}
type Measure =
  | { action: 'block-source'; source: string }
  | { action: 'rotate-credential'; credential: Credential }
  | { action: 'isolate-system'; system: string };
interface TranslatedText {
  of: string;
  is: string;
}

/** By the name of the field. */
export const LINE_FIELDS: Record<string, LineField> = {
  credentials: {
    like: 'postgres-role/deploy',
    read: (text) => each(linesOf(text), credentialOf),
    write: (all: Credential[]) => all.map(credentialText).join('\n'),
  },
  people: {
    like: 'account-data FR 120',
    read: (text) => each(linesOf(text), groupOf),
    write: (all: Group[]) =>
      all
        .map(({ dataSet, country, count }) => [dataSet, country, count].filter((one) => one !== undefined).join(' '))
        .join('\n'),
  },
  alarms: {
    like: '12, 15',
    read: (text) => {
      if (text.toLowerCase() === 'all') return 'all';
      return each(text.split(/[\s,]+/).filter(Boolean), (one) => (/^\d{1,9}$/.test(one) ? Number(one) : undefined));
    },
    write: (all: 'all' | number[]) => (all === 'all' ? '' : all.join(', ')),
  },
  measure: {
    like: 'block 203.0.113.7',
    read: measureOf,
    write: (measure: Measure) => {
      if (measure.action === 'block-source') return `block ${measure.source}`;
      if (measure.action === 'isolate-system') return `isolate ${measure.system}`;
      return `rotate ${credentialText(measure.credential)}`;
    },
  },
  texts: {
    like: 'The text as it stands\n=\nIts translation',
    read: (text) =>
      each(
        text
          .split(/^---+$/m)
          .map((part) => part.trim())
          .filter(Boolean),
        translatedOf,
      ),
    write: (all: TranslatedText[]) => all.map(({ of, is }) => `${of}\n=\n${is}`).join('\n---\n'),
  },
};

/** A value as it was typed into the field of this name; text that cannot be read stays text. */
export function lineFieldTyped(name: string, text: string): unknown {
  if (/^[[{"]/.test(text)) {
    try {
      return JSON.parse(text);
    } catch {}
  }
  return LINE_FIELDS[name]!.read(text) ?? text;
}

/**
 * What stands in the field of this name for a value, which may be JSON that a link brought: its lines where they say that value
 * and nothing else, and otherwise the text as it was given.
 */
export function lineFieldText(name: string, given: string): string {
  const value = lineFieldTyped(name, given);
  // Left empty, the field means all.
  if (value === 'all') return LINE_FIELDS[name]!.write(value as never);
  if (typeof value === 'string') return given;
  try {
    const lines = LINE_FIELDS[name]!.write(value as never);
    return sameValue(lineFieldTyped(name, lines), value) ? lines : given;
  } catch {
    return given;
  }
}

/** What is wrong with the text of a field that could not be read. */
export function lineFieldProblem(name: string): string {
  return `cannot be read: write it like ${LINE_FIELDS[name]!.like.split('\n').join(' / ')}`;
}

function linesOf(text: string): string[] {
  return text.split('\n').flatMap((line) => line.trim() || []);
}

function each<T>(parts: string[], read: (part: string) => T | undefined): T[] | undefined {
  const all = parts.map(read);
  return all.length > 0 && all.every((one) => one !== undefined) ? (all as T[]) : undefined;
}

function credentialOf(text: string): Credential | undefined {
  const [, provider, ref] = /^([^\s/]+)\/(.+)$/.exec(text) ?? [];
  return provider !== undefined && ref !== undefined ? { provider, ref } : undefined;
}

function credentialText({ provider, ref }: Credential): string {
  return `${provider}/${ref}`;
}

function groupOf(line: string): Group | undefined {
  const [, dataSet, country, count] = /^(\S+)\s+(\S+?)(?:[\s:]+(\d{1,12}))?$/.exec(line.replaceAll(/,\s+/g, ' ')) ?? [];
  if (dataSet === undefined || country === undefined) return undefined;
  return { dataSet, country, ...(count !== undefined && { count: Number(count) }) };
}

function measureOf(text: string): Measure | undefined {
  const [, verb = '', what = ''] = /^(\S+)\s+(.+)$/.exec(text) ?? [];
  if (/^block(-source)?$/i.test(verb)) return { action: 'block-source', source: what };
  if (/^isolate(-system)?$/i.test(verb)) return { action: 'isolate-system', system: what };
  const credential = /^rotate(-credential)?$/i.test(verb) ? credentialOf(what) : undefined;
  return credential && { action: 'rotate-credential', credential };
}

function translatedOf(part: string): TranslatedText | undefined {
  const [of, is, ...more] = part.split(/^=+[ \t]*$/m).map((one) => one.trim());
  return of && is !== undefined && more.length === 0 ? { of, is } : undefined;
}
