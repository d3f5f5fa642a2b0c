/** The assessment form: the questions that could change a duty, what hangs on each, and what the answers would change. */
import type { Assessment } from '../../domain/incident/assessment';
import { effectsOf, type GuideQuestion, guideQuestions, NO_FACTS } from '../../domain/incident/guide';
import { HOW_ANSWERED } from '../../domain/incident/guide-answers';
import { peopleText } from '../../domain/incident/narrate';
import { RISK_WORDS } from '../../domain/policy/data-set-facts';
import { type Html, html } from '../../platform/html';
import { OF_THE_SERVER } from '../api/bodies';
import type { Refusal } from '../problem';
import {
  ASSESS_SCHEMA,
  always,
  BESIDE,
  filledIn,
  HELD_AS,
  inOrder,
  isAffected,
  isOnTop,
  NEW_SET,
  nameOf,
  readFacts,
  revisionOf,
} from './assess-facts';
import { diffBox } from './diff-box';
import { fieldWords } from './field-words';
import { fieldsOf } from './fields';
import { hidden } from './form';
import { say, type Visitor } from './layout';
import { addressOf } from './links';
import type { LookedAt } from './looked-at';
import { keyAfter, refusalBox } from './refusal-box';
import { pageHead, subjectOf } from './subject';
import { type Typed, textOf } from './typed';
import { words } from './words';

const ABOUT =
  'Answer what you know; the rest can follow, and every clock runs meanwhile. Nothing is recorded until you send it.';

/** The page of the form. */
export function assessForm(looked: LookedAt, typed: Typed, visitor: Visitor, refusal?: Refusal): Html {
  const { id, view, pack } = looked;
  const { state } = view;
  const at = addressOf(id);
  const { facts, wrong } = readFacts(looked, typed);
  const told = new Map([...wrong, ...(refusal?.errors ?? [])].map(({ field, problem }) => [field, problem]));
  const isWrong = (question: GuideQuestion) => told.has(nameOf(question.path));
  const asked = guideQuestions(state, pack, facts).filter(
    ({ path, form }) => form !== 'data-set' && path[0] !== 'personalData',
  );
  const [data, ...others] = always(facts);
  // The question with what hangs on it, as the guide found it.
  const hangs = guideQuestions(state, pack, NO_FACTS)[0]?.because ?? [];
  // Until the facts can be read, they rest on what they were typed over.
  const opened = told.has('facts')
    ? { revision: textOf(typed.revision), opened: textOf(typed.opened) }
    : { revision: revisionOf(looked), opened: JSON.stringify(facts) };
  const questionOf = (question: GuideQuestion, value: string) =>
    questionField(
      question,
      isWrong(question) ? textOf(typed[nameOf(question.path)]) : value,
      told.get(nameOf(question.path)),
    );
  return html`${pageHead({ back: { to: at, text: 'Back' }, heading: 'Assess', about: ABOUT, subject: subjectOf(looked) })}
${refusal && refusalBox(refusal, called([data!, ...asked, ...others]), visitor.session.actor)}
${effects(looked, facts, typed)}
<form class="form" method="post" action="${at}/assess">
${hidden({ csrf: visitor.formToken, key: keyAfter(refusal && { refusal, typed }), ...opened })}
${questionOf({ ...data!, because: hangs }, facts.personalData)}
${isAffected(facts) && setsCard(facts, typed, told)}
${asked.map((question) => questionOf(question, ''))}
${others.map((question) => questionOf(question, filledIn(question, facts)))}
<details class="card"${BESIDE.some((name) => textOf(typed[name])) && html` open`}><summary>When you became aware, and why the facts change</summary><div class="stack">${fieldsOf(ASSESS_SCHEMA, { typed, wrong: told, without: [...OF_THE_SERVER, 'assessment', 'personalData'], choices: {} })}</div></details>
<details class="card"${told.has('facts') && html` open`}><summary>All facts, as JSON</summary><div class="field"><label for="field-facts">All facts</label><span class="hint" id="field-facts-hint">As the API takes them. The answers above are put into this.</span>${told.has('facts') && html`<span class="wrong" id="field-facts-wrong">${told.get('facts')}</span>`}<textarea id="field-facts" name="facts" rows="12" spellcheck="false" aria-describedby="field-facts-hint">
${told.has('facts') ? textOf(typed.facts) : JSON.stringify(facts, undefined, 2)}</textarea></div></details>
<div class="acts"><button name="do" value="look" class="plain">See what this changes</button><button name="do" value="send">Send this assessment</button></div>
</form>`;
}

/** What the fields of the form are called, by their names. */
function called(questions: readonly GuideQuestion[]): ReadonlyMap<string, string> {
  return new Map([
    ...questions.map((each) => [nameOf(each.path), each.asks] as const),
    ...BESIDE.map((name) => [name, fieldWords(name).label] as const),
    [`${NEW_SET}.role`, 'You hold it as'],
    ['facts', 'All facts'],
  ]);
}

/** What the facts as they stand in the form would change. */
function effects(looked: LookedAt, facts: Assessment, typed: Typed): Html | undefined {
  if (typed.do === undefined) return undefined;
  const { view, pack } = looked;
  const { state } = view;
  const changes = effectsOf(state, pack, state.assessment?.facts, facts);
  const said = say(
    'note',
    changes.length > 0
      ? html`<b>What this changes, once it is sent</b><ul>${changes.map((each) => html`<li>${each}</li>`)}</ul>`
      : html`<b>No duty changes.</b><p>Sent, it completes notices and the register.</p>`,
  );
  return html`${said}${!isOnTop(looked, typed) && factsDiff(looked, facts)}`;
}

/** How the facts of the form differ from those that stand now. */
export function factsDiff({ view: { state } }: LookedAt, facts: Assessment): Html {
  const [present, own] = [state.assessment?.facts ?? NO_FACTS, facts].map((each) =>
    JSON.stringify(inOrder(each), undefined, 2),
  );
  return html`<section class="stack"><h2>How the facts that you send differ from those that stand now</h2>${diffBox(present!, own!)}</section>`;
}

/** The sets of data that are known, and a place for one more. */
function setsCard(facts: Assessment, typed: Typed, told: ReadonlyMap<string, string>): Html {
  const role = told.get(`${NEW_SET}.role`);
  const isWrong = role !== undefined;
  return html`<fieldset class="group"><legend>${facts.dataSets.length > 0 ? 'Data sets' : 'Which data set is affected?'}</legend>
${facts.dataSets.length > 0 && html`<ul>${facts.dataSets.map((set) => html`<li><b>${set.title}</b> <span class="soft">${set.role}${(set.individuals === undefined ? [] : peopleText(set.individuals)).map((each) => `, ${each}`)}${Object.keys(set.residence).length > 0 && html`, in ${Object.keys(set.residence).join(', ')}`}, ${RISK_WORDS[set.risk]}</span></li>`)}</ul>`}
<div class="field"><label for="${NEW_SET}-title">${facts.dataSets.length > 0 ? 'Another one' : 'What it is'} <span class="hint">(optional)</span></label><input id="${NEW_SET}-title" name="${NEW_SET}.title" value="${isWrong ? textOf(typed[`${NEW_SET}.title`]) : ''}" placeholder="Account data" autocomplete="off"></div>
<fieldset id="field-${NEW_SET}.role"${isWrong && html` aria-invalid="true"`}><legend>You hold it as</legend>${isWrong && html`<span class="wrong">${role}</span>`}${HELD_AS.map((each) => html`<label class="choice"><input type="radio" name="${NEW_SET}.role" value="${each}"> <span>${words(each)}</span></label>`)}</fieldset></fieldset>`;
}

function questionField(question: GuideQuestion, value: string, problem: string | undefined): Html {
  const { path, asks, form, choices, offers = [], because } = question;
  const name = nameOf(path);
  const id = `field-${name}`;
  const how =
    path[0] === 'workspaces'
      ? 'Their ids in the directory, one on each line; or: all'
      : form === 'list'
        ? 'One on each line.'
        : HOW_ANSWERED[form];
  const about = html`${how && html`<span class="hint" id="${id}-hint">${how}</span>`}${problem && html`<span class="wrong" id="${id}-wrong">${problem}</span>`}`;
  const hangs =
    because.length > 0 &&
    html`<details class="small"><summary>What depends on it</summary><ul>${because.map((each) => html`<li>${each}</li>`)}</ul></details>`;
  if (choices)
    return html`<fieldset id="${id}"${problem && html` aria-invalid="true"`}><legend>${asks}</legend>${about}${choices.map((each) => html`<label class="choice"><input type="radio" name="${name}" value="${each}"${each === value && html` checked`}> <span>${words(each)}</span></label>`)}${hangs}</fieldset>`;
  const described = [how && `${id}-hint`, problem && `${id}-wrong`].filter(Boolean).join(' ');
  const attributes = html`${described && html` aria-describedby="${described}"`}${problem && html` aria-invalid="true"`}`;
  const isLong = form === 'text' || form === 'list';
  return html`<div class="field"><label for="${id}">${asks} <span class="hint">(optional)</span></label>${about}${
    offers.length > 0 &&
    html`<details class="small"><summary>Sentences that need no translation</summary><ul>${offers.map((each) => html`<li>${each}</li>`)}</ul></details>`
  }${
    isLong
      ? html`<textarea id="${id}" name="${name}" rows="3"${attributes}>
${value}</textarea>`
      : html`<input id="${id}" name="${name}" value="${value}" autocomplete="off"${attributes}>`
  }${hangs}</div>`;
}
