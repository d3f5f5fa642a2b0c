/**
 * What is worth asking whoever assesses an incident: what could change a duty, found by trying each answer on the rules, and
 * what a notice, a report or the register still lacks. Pure; the asking is the command's.
 */
import { evaluate } from '../policy/conditions';
import { hasUnknownPlaces } from '../policy/places';
import { type Policy, ruleOf } from '../policy/policy';
import type { ContentField } from '../policy/rule';
import { applies } from './applies';
import type { Assessment, DataSet } from './assessment';
import { noticeContents } from './contents';
import { lacking } from './records';
import { PHRASEBOOK } from './say/phrasebook';
import { situationOf } from './situation';
import { type IncidentState, isSettled } from './state';

/** A question, with where its answer belongs in the assessment. */
export interface GuideQuestion {
  path: Array<string | number>;
  asks: string;
  /** How it is answered. `data-set`: a title and a role; `places`: numbers by place; `list`: several texts. */
  form: 'choice' | 'data-set' | 'places' | 'count' | 'instant' | 'text' | 'list';
  choices?: string[];
  /** Sentences of the phrasebook that may answer it, by their numbers from 1: they need no translation. */
  offers?: string[];
  /** What hangs on it, by title: obligations and grounds that it could change, fields that something lacks. */
  because: string[];
}

interface Candidate extends Omit<GuideQuestion, 'because'> {
  /** Answers to try on the rules. */
  tries: unknown[];
  /** The field of notices that it fills. */
  fills?: ContentField;
}

/** The open questions that matter, in the order of asking. `facts`: as far as they are stated. */
export function guideQuestions(state: IncidentState, pack: Policy, facts: Assessment): GuideQuestion[] {
  const missing = missingTitles(state, pack, facts);
  return candidates(state, pack, facts).flatMap(({ tries, fills, ...question }) => {
    const changes = tries.length > 0 ? titlesThatChange(state, pack, facts, question.path, tries) : [];
    const because = [...new Set([...changes, ...((fills && missing.get(fills)) ?? [])])];
    return because.length > 0 ? [{ ...question, because }] : [];
  });
}

/** The facts with one answer put in. A data set that was not there begins with it. */
export function answered(facts: Assessment, path: GuideQuestion['path'], answer: unknown): Assessment {
  return put(facts, path, answer) as Assessment;
}

/** What changes for duties between two assessments, in words: `Report to …: undecided → owed`. */
export function effectsOf(
  state: IncidentState,
  pack: Policy,
  before: Assessment | undefined,
  after: Assessment,
): string[] {
  const [was, is] = [before, after].map((facts) => (facts ? withFacts(state, facts) : state));
  return pack.obligations.flatMap((rule) => {
    const [then, now] = [word(applies(rule, was!).value), word(applies(rule, is!).value)];
    return then === now ? [] : [`${rule.title}: ${then} → ${now}`];
  });
}

function word(value: boolean | undefined): string {
  return value === undefined ? 'undecided' : value ? 'owed' : 'not owed';
}

const YES_NO = ['yes', 'no'];

function candidates(state: IncidentState, pack: Policy, facts: Assessment): Candidate[] {
  const asked: Candidate[] = [];
  const choice = (path: Candidate['path'], asks: string, choices: string[]) =>
    asked.push({ path, asks, form: 'choice', choices, tries: choices });
  if (['unknown', 'possible'].includes(facts.personalData))
    choice(['personalData'], 'Is personal data affected?', ['yes', 'possible', 'no']);
  if (['yes', 'possible'].includes(facts.personalData)) {
    asked.push(...facts.dataSets.flatMap((dataSet, index) => ofDataSet(dataSet, index, pack)));
    if (facts.dataSets.length === 0) {
      const tries = ROLES.map((role) => ({ ...BLANK, id: 'data', title: 'Data', role }));
      asked.push({ path: ['dataSets', 0], asks: 'Which data set is affected?', form: 'data-set', tries });
    }
  }
  for (const { id, asks } of pack.questions) {
    const given = facts.answers?.[id] ?? 'unknown';
    if (given === 'unknown') choice(['answers', id], asks, YES_NO);
  }
  const text = (
    field: keyof Assessment,
    asks: string,
    fills: ContentField,
    form: Candidate['form'] = 'text',
    offers: string[] = [],
  ) => {
    const value = facts[field];
    if (value === undefined || (Array.isArray(value) && value.length === 0))
      asked.push({ path: [field], asks, form, ...(offers.length > 0 && { offers }), fills, tries: [] });
  };
  if (!state.declaration.howItOccurred) text('howItOccurred', 'How did it occur?', 'how-it-occurred');
  text('periodFrom', 'When did the breach begin?', 'period', 'instant');
  text('likelyConsequences', 'What may the consequences be for them?', 'likely-consequences');
  const situation = situationOf(state, facts);
  const steps = situation ? PHRASEBOOK[situation].steps.map(({ en }) => en) : [];
  text('individualSteps', 'What can the people affected do themselves?', 'individual-steps', 'list', steps);
  return asked;
}

const ROLES: DataSet['role'][] = ['controller', 'joint-controller', 'processor'];
const BLANK: Omit<DataSet, 'id' | 'title' | 'role'> = {
  categories: [],
  residence: {},
  protection: { encrypted: 'unknown', keysTaken: 'unknown' },
  risk: 'unknown',
  significantHarm: 'unknown',
};

/** A data set of which only the title and the role are known. Its id is made of the title. */
export function newDataSet(title: string, role: DataSet['role'], others: readonly { id: string }[]): DataSet {
  const word = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  const base = word || 'data';
  const taken = new Set(others.map(({ id }) => id));
  let id = base;
  for (let n = 2; taken.has(id); n++) id = `${base}-${n}`;
  return { ...BLANK, id, title, role };
}

function ofDataSet(dataSet: DataSet, index: number, pack: Policy): Candidate[] {
  const at = (...names: string[]) => ['dataSets', index, ...names];
  const { title, protection } = dataSet;
  const asked: Candidate[] = [];
  const choice = (given: string, path: Candidate['path'], asks: string, choices: string[]) => {
    if (given === 'unknown') asked.push({ path, asks: `${title}: ${asks}`, form: 'choice', choices, tries: choices });
  };
  if (hasUnknownPlaces(dataSet)) {
    const places = [...Object.values(pack.regimes).map(({ territory }) => territory[0]!), ELSEWHERE];
    const tries = places.map((place) => ({ [place]: null }));
    const asks = `${title}: where do the people live?`;
    asked.push({ path: at('residence'), asks, form: 'places', fills: 'residence', tries });
  }
  choice(dataSet.risk, at('risk'), 'how likely is a risk to their rights and freedoms?', ['unlikely', 'risk', 'high']);
  choice(dataSet.significantHarm, at('significantHarm'), 'is there a real risk of significant harm?', YES_NO);
  choice(protection.encrypted, at('protection', 'encrypted'), 'was it encrypted?', ['yes', 'partly', 'no']);
  choice(protection.keysTaken, at('protection', 'keysTaken'), 'were the keys taken too?', YES_NO);
  if (dataSet.categories.length === 0)
    asked.push({
      path: at('categories'),
      asks: `${title}: which kinds of data, like names, email addresses?`,
      form: 'list',
      fills: 'data-involved',
      tries: [],
    });
  if (dataSet.individuals === undefined)
    asked.push({
      path: at('individuals'),
      asks: `${title}: how many people?`,
      form: 'count',
      fills: 'individuals-count',
      tries: [],
    });
  if (dataSet.records === undefined)
    asked.push({
      path: at('records'),
      asks: `${title}: how many records?`,
      form: 'count',
      fills: 'records-count',
      tries: [],
    });
  return asked;
}

/** A place that no pack can have: Antarctica. */
const ELSEWHERE = 'AQ';

/** Titles of obligations, and of grounds to waive them, that do not come out the same for all answers. */
function titlesThatChange(
  state: IncidentState,
  pack: Policy,
  facts: Assessment,
  path: GuideQuestion['path'],
  tries: unknown[],
): string[] {
  const states = [facts, ...tries.map((answer) => answered(facts, path, answer))].map((each) => withFacts(state, each));
  const differs = (value: (each: IncidentState) => boolean | undefined) => new Set(states.map(value)).size > 1;
  const mayApply = (id: string) => {
    const rule = ruleOf(pack, id);
    return rule && states.some((each) => applies(rule, each).value !== false);
  };
  return [
    ...pack.obligations.filter((rule) => differs((each) => applies(rule, each).value)).map(({ title }) => title),
    ...pack.grounds
      .filter(({ onlyWhen }) => onlyWhen && differs((each) => evaluate(onlyWhen, each).value))
      .filter(({ waives }) => waives.some((id) => mayApply(id)))
      .map(({ title }) => title),
  ];
}

/** By the field that is missing, the titles of what lacks it: notices and reports that are owed, and records. */
function missingTitles(state: IncidentState, pack: Policy, facts: Assessment): Map<ContentField, string[]> {
  const missing = new Map<ContentField, string[]>();
  const varied = withFacts(state, facts);
  const lacks = (field: ContentField, title: string) => missing.set(field, [...(missing.get(field) ?? []), title]);
  for (const rule of pack.obligations) {
    if (rule.record && lacking(rule.record, varied, pack).length > 0) {
      for (const field of RECORDED[rule.record] ?? []) lacks(field, rule.title);
    }
    const open = Object.values(state.obligations).some((o) => o.rule === rule.id && !isSettled(o));
    if (!open) continue;
    for (const { field, value, optional } of noticeContents(rule, varied, pack)) {
      if (value === undefined && !optional) lacks(field, rule.title);
      // A count or a list that not every data set has yet is told as such, and asked for.
      else if (IN_EACH_SET.includes(field)) lacks(field, rule.title);
    }
  }
  return missing;
}

const RECORDED: Partial<Record<string, ContentField[]>> = {
  R2: ['how-it-occurred'],
  R3: ['data-involved', 'individuals-count', 'records-count'],
  R4: ['likely-consequences'],
};
const IN_EACH_SET: ContentField[] = ['data-involved', 'individuals-count', 'records-count', 'residence'];

function withFacts(state: IncidentState, facts: Assessment): IncidentState {
  const { revision = 0, by = state.declaration.declaredBy, at = state.declaration.declaredAt } = state.assessment ?? {};
  // Who states that personal data may be affected is aware of it.
  const isAware = ['yes', 'possible'].includes(facts.personalData);
  const aware = state.anchors.aware ?? (isAware ? at : undefined);
  return { ...state, anchors: { ...state.anchors, aware }, assessment: { revision, by, at, facts } };
}

function put(value: unknown, [key, ...rest]: GuideQuestion['path'], answer: unknown): unknown {
  if (key === undefined) return answer;
  if (typeof key === 'number') {
    const list = [...((value as unknown[] | undefined) ?? [])];
    list[key] = put(list[key], rest, answer);
    return list;
  }
  const record = (value ?? {}) as Record<string, unknown>;
  return { ...record, [key]: put(record[key], rest, answer) };
}

/** The facts to begin with where nothing is assessed yet. */
export const NO_FACTS: Assessment = { personalData: 'unknown', dataSets: [], workspaces: [], individualSteps: [] };
