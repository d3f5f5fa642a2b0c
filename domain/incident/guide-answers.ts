/** What somebody typed as the answer to a question of the guide, read as the assessment holds it. */
import type { z } from 'zod';
import { CountSchema } from '../kernel/count';
import { WhenSchema } from '../kernel/inexact-instant';
import { problemsOf } from '../kernel/problems';
import { readPlace } from '../places/place';
import { UNKNOWN_PLACE } from '../policy/places';
import { type Assessment, AssessmentSchema } from './assessment';
import { type GuideQuestion, newDataSet } from './guide';

/** How each form of question is answered. */
export const HOW_ANSWERED: Record<GuideQuestion['form'], string> = {
  choice: '',
  'data-set': 'a title, and whether it is held as controller, joint-controller or processor: Account data, controller',
  places: 'number by country or part of one, ? if not known: IE 3000, CA-QC 500, unknown ?',
  count: '400 (about), =400 (exactly), 300-500, 300+ (at least)',
  instant: 'date and time with a zone: 2026-04-01T02:00:00Z; or a date, a range A..B, about …',
  text: '',
  list: 'several, separated by semicolons',
};

/** The answer as the assessment holds it, or what is wrong with it. */
export type Read = { answer: unknown } | { problem: string };

/** Reads a typed answer. `facts`: as far as they are stated. */
export function readAnswer({ form, choices = [], offers = [] }: GuideQuestion, line: string, facts: Assessment): Read {
  switch (form) {
    case 'choice': {
      const chosen = choices.filter((choice) => choice.startsWith(line.toLowerCase()));
      return chosen.length === 1 ? { answer: chosen[0] } : { problem: `answer ${choices.join(', ')}` };
    }
    case 'data-set': {
      const [, title, role] = /^(.+?),\s*(controller|joint-controller|processor)$/.exec(line) ?? [];
      if (!title || !role) return { problem: HOW_ANSWERED[form] };
      return { answer: newDataSet(title.trim(), role as 'controller', facts.dataSets) };
    }
    case 'places':
      return readPlaces(line);
    case 'count':
      return readCount(line);
    case 'instant':
      return parsed(WhenSchema, line, HOW_ANSWERED[form]);
    case 'list':
      return { answer: line.split(';').flatMap((item) => offers[Number(item) - 1] ?? (item.trim() || [])) };
    case 'text':
      return { answer: line };
  }
}

function readPlaces(line: string): Read {
  const residence: Record<string, number | null> = {};
  for (const part of line.split(',')) {
    const [, word = '', number = ''] = /^\s*(\S+)\s+(\d+|\?)\s*$/.exec(part) ?? [];
    if (!word) return { problem: HOW_ANSWERED.places };
    const read = word.toLowerCase() === UNKNOWN_PLACE ? { place: UNKNOWN_PLACE } : readPlace(word);
    if ('problem' in read) return read;
    residence[read.place] = number === '?' ? null : Number(number);
  }
  return { answer: residence };
}

function readCount(line: string): Read {
  const [, exact, about, from, to, least] =
    /^(?:=(\d+)|(\d+)|(\d+)-(\d+)|(\d+)\+)$/.exec(line.replaceAll(/[\s,_]/g, '')) ?? [];
  const count = exact
    ? { exact: Number(exact) }
    : about
      ? Number(about)
      : from
        ? { from: Number(from), to: Number(to) }
        : least
          ? { atLeast: Number(least) }
          : line;
  return parsed(CountSchema, count, HOW_ANSWERED.count);
}

function parsed(schema: z.ZodType, value: unknown, problem: string): Read {
  const result = schema.safeParse(value);
  return result.success ? { answer: result.data } : { problem };
}

/** The facts as the incident would take them: what contradicts is told at once. */
export function checkedFacts(facts: Assessment): { facts: Assessment } | { problem: string } {
  const result = AssessmentSchema.safeParse(facts);
  return result.success ? { facts: result.data } : { problem: problemsOf(result.error).join('\n') };
}
