/** `tocsin assess ID` on a terminal: one question at a time, what each answer changes, and nothing sent before it is confirmed. */
import type { z } from 'zod';
import { type Assessment, AssessmentSchema } from '../../../domain/incident/assessment';
import {
  answered,
  effectsOf,
  type GuideQuestion,
  guideQuestions,
  NO_FACTS,
  newDataSet,
} from '../../../domain/incident/guide';
import type { IncidentState } from '../../../domain/incident/state';
import { CountSchema } from '../../../domain/kernel/count';
import { WhenSchema } from '../../../domain/kernel/inexact-instant';
import { problemsOf } from '../../../domain/kernel/problems';
import { readPlace } from '../../../domain/places/place';
import { UNKNOWN_PLACE } from '../../../domain/policy/places';
import type { Policy } from '../../../domain/policy/policy';
import type { Output } from '../../rendering/output';
import { hanging } from '../../rendering/table';

/** Asks one line of a person; `undefined` at the end of the input. */
export type AskLine = (prompt: string) => Promise<string | undefined>;

const HOW: Record<GuideQuestion['form'], string> = {
  choice: '',
  'data-set': 'a title, and whether it is held as controller, joint-controller or processor: Account data, controller',
  places: 'number by country or part of one, ? if not known: IE 3000, CA-QC 500, unknown ?',
  count: '400 (about), =400 (exactly), 300-500, 300+ (at least)',
  instant: 'date and time with a zone: 2026-04-01T02:00:00Z; or a date, a range A..B, about …',
  text: '',
  list: 'several, separated by semicolons',
};

/**
 * Goes through the open questions. An empty line leaves one open, `done` ends, `?` says what hangs on it.
 *
 * @returns the facts to send, or `undefined` where nothing was stated or the person does not confirm.
 */
export async function askForFacts(
  state: IncidentState,
  pack: Policy,
  out: Output,
  ask: AskLine,
): Promise<Assessment | undefined> {
  const before = state.assessment?.facts;
  let facts = before ?? NO_FACTS;
  const left = new Set<string>();
  const how =
    'Enter leaves a question open, ? shows what depends on it, "done" ends. Nothing is sent before you confirm.';
  for (const line of hanging('', how, out.width)) out.line(line);
  for (;;) {
    const question = guideQuestions(state, pack, facts).find(({ path }) => !left.has(path.join('.')));
    if (!question) break;
    const line = await answerOf(question, out, ask);
    if (line === undefined || line === 'done') break;
    if (line === '') {
      left.add(question.path.join('.'));
      continue;
    }
    const read = readAnswer(question, line, facts);
    const next = 'problem' in read ? read : checked(answered(facts, question.path, read.answer));
    if ('problem' in next) {
      out.line(out.style(next.problem, 'yellow'));
      continue;
    }
    tell(effectsOf(state, pack, facts, next.facts), out);
    facts = next.facts;
    // Answered in part, like a place that stays unknown: it is not asked for again.
    left.add(question.path.join('.'));
  }
  if (JSON.stringify(facts) === JSON.stringify(before ?? NO_FACTS)) return undefined;
  out.line('');
  out.line(out.style('In total this changes', 'bold'));
  const changes = effectsOf(state, pack, before, facts);
  tell(changes.length > 0 ? changes : ['no duty; it only completes notices and the register'], out);
  const sure = await ask('Send this assessment? Type yes: ');
  return sure?.trim() === 'yes' ? facts : undefined;
}

async function answerOf(question: GuideQuestion, out: Output, ask: AskLine): Promise<string | undefined> {
  const offered = question.offers ? ', or the number of one above' : '';
  const how = question.choices ? question.choices.join(', ') : `${HOW[question.form]}${offered}`;
  out.line('');
  for (const line of hanging('', question.asks, out.width)) out.line(out.style(line, 'bold'));
  for (const [i, offer] of (question.offers ?? []).entries()) {
    for (const line of hanging(`  ${i + 1}. `, offer, out.width)) out.line(line);
  }
  if (how) for (const line of hanging('', how, out.width)) out.line(out.style(line, 'dim'));
  for (;;) {
    const line = (await ask('> '))?.trim();
    if (line !== '?') return line;
    tell(question.because, out);
  }
}

function tell(lines: string[], out: Output): void {
  for (const each of lines) for (const line of hanging('  - ', each, out.width)) out.line(line);
}

type Read = { answer: unknown } | { problem: string };

/** The answer as the assessment holds it. */
function readAnswer({ form, choices = [], offers = [] }: GuideQuestion, line: string, facts: Assessment): Read {
  switch (form) {
    case 'choice': {
      const chosen = choices.filter((choice) => choice.startsWith(line.toLowerCase()));
      return chosen.length === 1 ? { answer: chosen[0] } : { problem: `answer ${choices.join(', ')}` };
    }
    case 'data-set': {
      const [, title, role] = /^(.+?),\s*(controller|joint-controller|processor)$/.exec(line) ?? [];
      if (!title || !role) return { problem: HOW[form] };
      return { answer: newDataSet(title.trim(), role as 'controller', facts.dataSets) };
    }
    case 'places':
      return readPlaces(line);
    case 'count':
      return readCount(line);
    case 'instant':
      return parsed(WhenSchema, line, HOW[form]);
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
    if (!word) return { problem: HOW.places };
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
  return parsed(CountSchema, count, HOW.count);
}

function parsed(schema: z.ZodType, value: unknown, problem: string): Read {
  const result = schema.safeParse(value);
  return result.success ? { answer: result.data } : { problem };
}

/** The facts as the incident would take them: what contradicts is told at once. */
function checked(facts: Assessment): { facts: Assessment } | { problem: string } {
  const result = AssessmentSchema.safeParse(facts);
  return result.success ? { facts: result.data } : { problem: problemsOf(result.error).join('\n') };
}
