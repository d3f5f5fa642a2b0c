/** What the assessment form says: the facts that it carries, with the answers that were typed over them. */
import { KINDS } from '../../client/kinds';
import { REPEATED, repeatOf } from '../../domain/case/messages';
import { type Assessment, AssessmentSchema } from '../../domain/incident/assessment';
import { withJudgements } from '../../domain/incident/facts/judgements';
import { answered, type GuideQuestion, guideQuestions, NO_FACTS, newDataSet } from '../../domain/incident/guide';
import { checkedFacts, readAnswer } from '../../domain/incident/guide-answers';
import { fieldProblems } from '../../domain/kernel/problems';
import { sameValue } from '../../domain/kernel/same-value';
import { commandIdOf } from '../api/bodies';
import { Refusal } from '../problem';
import { messageTyped, schemaOf, typedOf, whenTyped } from './fields';
import type { LookedAt } from './looked-at';
import { type Typed, textOf } from './typed';

/** The fields of the message. */
export const ASSESS_SCHEMA = schemaOf(KINDS.incident.messages.assess);
/** In which role a set of data may be held. */
export const HELD_AS = ['controller', 'joint-controller', 'processor'] as const;
/** Beside the facts. */
export const BESIDE = ['awareAt', 'awareBasis', 'partsAwareAt', 'reason'] as const;
/** The fields of a set of data that is added. */
export const NEW_SET = 'new-set';

export function isOnTop(looked: LookedAt, { revision }: Typed): boolean {
  return textOf(revision) === revisionOf(looked);
}

export function revisionOf({ view: { state } }: LookedAt): string {
  return String(state.assessment?.revision ?? 0);
}

/** The facts that stood when the form was opened; undefined where that is not known. */
function factsAt(looked: LookedAt, revision: string): Assessment | undefined {
  const { events, view } = looked;
  const stated = events.findLast((event) => event.kind === 'assessed' && String(event.data.revision) === revision);
  if (stated?.kind === 'assessed') return inOrder(withJudgements(stated.data));
  if (revision === '0') return NO_FACTS;
  return revision === revisionOf(looked) ? view.state.assessment?.facts : undefined;
}

/** With its fields in the order of the schema, to be compared. */
export function inOrder(facts: Assessment): Assessment {
  const read = checkedFacts(facts);
  return 'facts' in read ? read.facts : facts;
}

export function bodyOf({ view: { state } }: LookedAt, facts: Assessment, typed: Typed): Record<string, unknown> {
  const before = state.assessment?.facts ?? NO_FACTS;
  const beside = besideTyped(typed);
  const isNew = !sameValue(facts, before);
  if (!isNew && beside.awareAt === undefined)
    throw new Refusal('invalid', 'answer a question, or say when you became aware');
  return { ...(isNew && { assessment: facts }), ...beside };
}

function besideTyped(typed: Typed): Record<string, unknown> {
  return messageTyped(ASSESS_SCHEMA, Object.fromEntries(BESIDE.map((name) => [name, typed[name]])));
}

/**
 * Of a form whose key was taken: whether it says what was taken then, and nothing else. It is read over the facts that it was
 * opened with, as those that stand now have what was taken in them.
 */
export function saysWhatWasTaken(looked: LookedAt, typed: Typed, key: string): boolean {
  return saidBy(looked, typed).some((body) => repeatOf(looked.view.state, commandIdOf(key, body)) === REPEATED);
}

/** What the form may have gone out as; nothing while an answer of it cannot be read. */
function saidBy(looked: LookedAt, typed: Typed): Record<string, unknown>[] {
  if (!looked.known) return [messageTyped(ASSESS_SCHEMA, typed)];
  const { facts, wrong } = readFacts(looked, typed, true);
  if (wrong.length > 0) return [];
  const beside = besideTyped(typed);
  // It went out without facts only where they are those that it was opened over.
  const isAsOpened = sameValue(facts, factsAt(looked, textOf(typed.revision)));
  return [{ assessment: facts, ...beside }, ...(isAsOpened ? [beside] : [])];
}

export type Wrong = { field: string; problem: string };

/** The facts as the form carries them, with the answers that were typed. `alone`: whatever was stated since it was opened. */
export function readFacts(looked: LookedAt, typed: Typed, alone = false): { facts: Assessment; wrong: Wrong[] } {
  const { state } = looked.view;
  const { pack } = looked;
  const wrong: Wrong[] = [];
  let facts = state.assessment?.facts ?? NO_FACTS;
  const whole = textOf(typed.facts);
  if (whole) {
    const read = factsFrom(whole);
    if ('wrong' in read) wrong.push(...read.wrong);
    else if (alone || !isUntouched(read.facts, looked, typed)) facts = read.facts;
  }
  const shown = factsFrom(textOf(typed.opened));
  const before = whole && 'facts' in shown ? shown.facts : facts;
  const put = (path: GuideQuestion['path'], read: { answer: unknown } | { problem: string }) => {
    const next = 'problem' in read ? read : checkedFacts(answered(facts, path, read.answer));
    if ('facts' in next) facts = next.facts;
    else wrong.push({ field: nameOf(path), problem: next.problem });
  };
  const title = textOf(typed[`${NEW_SET}.title`]);
  if (title) {
    const role = HELD_AS.find((each) => each === typed[`${NEW_SET}.role`]);
    if (role) put(['dataSets', facts.dataSets.length], { answer: newDataSet(title, role, facts.dataSets) });
    else wrong.push({ field: `${NEW_SET}.role`, problem: 'say in which role you hold it' });
  }
  // Each answer may open another question: what was typed is read against those that are open now, or were when it was shown.
  const asked = [facts, before].flatMap((each) => [...always(each), ...guideQuestions(state, pack, each)]);
  for (const question of new Map(asked.map((each) => [nameOf(each.path), each])).values()) {
    const given = typed[nameOf(question.path)];
    const text = textOf(given);
    // As it was filled in: nobody answered it anew. Emptied, it is no longer stated.
    if (given === undefined || text === filledIn(question, before)) continue;
    if (text) put(question.path, read(question, text, facts));
    else put(question.path, { answer: question.form === 'list' ? [] : undefined });
  }
  return { facts, wrong };
}

/** Facts that nobody touched in the form say nothing against those that another person has stated since. */
function isUntouched(facts: Assessment, looked: LookedAt, typed: Typed): boolean {
  const { dataSets } = looked.view.state.assessment?.facts ?? NO_FACTS;
  // An answer about a set of data is found by its place in the list.
  const sameSets = facts.dataSets.every(({ id }, n) => dataSets[n]?.id === id);
  return sameSets && sameValue(facts, factsAt(looked, textOf(typed.revision)));
}

export function factsFrom(whole: string): { facts: Assessment } | { wrong: Wrong[] } {
  try {
    const raw = JSON.parse(whole);
    const parsed = AssessmentSchema.safeParse(raw);
    if (parsed.success) return { facts: parsed.data };
    return {
      wrong: fieldProblems(parsed.error, { raw }).map(({ field, problem }) => ({
        field: 'facts',
        problem: `${field}: ${problem}`,
      })),
    };
  } catch {
    return { wrong: [{ field: 'facts', problem: 'is not JSON' }] };
  }
}

function read({ form, ...question }: GuideQuestion, text: string, facts: Assessment): ReturnType<typeof readAnswer> {
  const lines = text.split('\n').flatMap((line) => line.trim() || []);
  if (question.path[0] === 'workspaces') return { answer: text === 'all' ? 'all' : lines };
  if (form === 'list') return { answer: lines };
  return readAnswer({ form, ...question }, form === 'instant' ? whenTyped(text) : text, facts);
}

/** What the field of a question is filled in with. */
export function filledIn({ path }: GuideQuestion, facts: Assessment): string {
  const value = path.length === 1 ? typedOf(facts[path[0] as keyof Assessment]) : undefined;
  return textOf(value);
}

export function nameOf(path: GuideQuestion['path']): string {
  return `q.${path.join('.')}`;
}

export function isAffected({ personalData }: Assessment): boolean {
  return personalData === 'yes' || personalData === 'possible';
}

/** What is asked whatever is known: an answer may have to be corrected, and customers to be named. */
export function always(facts: Assessment): GuideQuestion[] {
  return [
    {
      path: ['personalData'],
      asks: 'Is personal data affected?',
      form: 'choice',
      choices: ['yes', 'possible', 'no'],
      because: [],
    },
    ...(isAffected(facts)
      ? [
          {
            path: ['workspaces'],
            asks: 'Which customers’ workspaces are affected?',
            form: 'list' as const,
            because: [],
          },
          {
            path: ['plainSummary'],
            asks: 'What happened, in plain words, for people and customers?',
            form: 'text' as const,
            because: [],
          },
        ]
      : []),
  ];
}
