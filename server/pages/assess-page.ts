/**
 * Assessing an incident: the questions that could change a duty, each with what hangs on it, filled in with what is known. What
 * the answers would change is shown before anything is sent; a person sends it.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { KINDS } from '../../client/kinds';
import { API_COMMAND } from '../../domain/case/command-ids';
import { isRepeat } from '../../domain/case/messages';
import { type Assessment, AssessmentSchema } from '../../domain/incident/assessment';
import { withJudgements } from '../../domain/incident/facts/judgements';
import {
  answered,
  effectsOf,
  type GuideQuestion,
  guideQuestions,
  NO_FACTS,
  newDataSet,
} from '../../domain/incident/guide';
import { checkedFacts, HOW_ANSWERED, readAnswer } from '../../domain/incident/guide-answers';
import { fieldProblems } from '../../domain/kernel/problems';
import { sameValue } from '../../domain/kernel/same-value';
import { RISK_WORDS } from '../../domain/policy/data-set-facts';
import { type Html, html } from '../../platform/html';
import { keyOf, OF_THE_SERVER } from '../api/bodies';
import { mustBe } from '../api/must-be';
import { Refusal } from '../problem';
import type { PageDeps } from './deps';
import { diffBox } from './diff-box';
import { fieldsOf, messageTyped, schemaOf, typedOf, whenTyped } from './fields';
import { hidden, sendForm } from './form';
import { asRefusal, asShown } from './form-errors';
import { say, sendPage } from './layout';
import { addressOf, words } from './links';
import { type LookedAt, lookAt } from './looked-at';
import { keyAfter, refusalBox } from './refusal-box';
import { mustBeFresh, SHOWN_AGAIN, sendMessage } from './sending';
import { type Typed, textOf } from './typed';
import { visitorOf } from './visitor';

type OfCase = { Params: { id: string } };

const SCHEMA = schemaOf(KINDS.incident.messages.assess);
const ROLES = ['controller', 'joint-controller', 'processor'] as const;
/** Beside the facts. */
const BESIDE = ['awareAt', 'awareBasis', 'partsAwareAt', 'reason'] as const;
const NEW_SET = 'new-set';

export function assessPage(app: FastifyInstance, deps: PageDeps): void {
  const { client, sessions, policy } = deps;
  app.get<OfCase & { Querystring: Typed }>('/incidents/:id/assess', async (request, reply) => {
    const looked = await lookAt(client, request.params.id, policy).catch(asRefusal);
    const { personalData } = request.query;
    return show(request, reply, looked, { ...(personalData && { 'q.personalData': personalData }) });
  });
  app.post<OfCase>('/incidents/:id/assess', SHOWN_AGAIN, async (request, reply) => {
    const { id } = request.params;
    const typed = request.body as Typed;
    const looked = await lookAt(client, id, policy).catch((error) => {
      throw request.stale ?? asShown(error);
    });
    const send = async (body: Record<string, unknown>) => {
      await sendMessage(deps, request, reply, { kind: 'incident', id, name: 'assess', body, key: typed.key });
      return reply.redirect(addressOf(id), 303);
    };
    try {
      mustBeFresh(request);
      // A double click, or a form that is sent again as nobody knew whether it was taken: it was.
      const key = keyOf(typed.key ?? '', request.actor, id, 'assess');
      if (key && isRepeat(looked.view.state, `${API_COMMAND}${key}`)) return reply.redirect(addressOf(id), 303);
      mustBeOnTop(looked, typed);
      if (!looked.known) {
        await mustBe(client, 'incident', id);
        return await send(messageTyped(SCHEMA, typed));
      }
      const { facts, wrong } = readFacts(looked, typed);
      if (wrong.length > 0) throw new Refusal('invalid', 'correct the answers named', wrong);
      if (typed.do !== 'send') return show(request, reply, looked, typed);
      return await send(bodyOf(looked, facts, typed));
    } catch (error) {
      const refusal = asShown(error);
      return show(request, reply.code(refusal.status), looked, typed, refusal);
    }
  });

  function show(
    request: FastifyRequest,
    reply: FastifyReply,
    looked: LookedAt,
    typed: Typed,
    refusal?: Refusal,
  ): FastifyReply {
    const { id, known } = looked;
    const visitor = visitorOf(request, sessions)!;
    if (known)
      return sendPage(reply, {
        title: `Assess · ${id}`,
        visitor,
        body: pageOf(looked, typed, visitor.formToken, refusal),
      });
    // Without the policy nobody knows here which questions matter: the plain form, filled in with what is known.
    const { facts } = looked.view.state.assessment ?? {};
    const filled = { personalData: typed['q.personalData'], assessment: typedOf(facts), ...typed };
    const own = factsFrom(textOf(filled.assessment));
    const form = {
      title: 'Assess',
      about:
        'Tocsin has no copy of this incident’s policy here, so it cannot ask what matters: state the facts as a whole.',
      action: `${addressOf(id)}/assess`,
      schema: SCHEMA,
      without: OF_THE_SERVER,
      typed: filled,
      choices: {},
      back: addressOf(id),
      fixed: { revision: revisionOf(looked) },
      ...(refusal && !isOnTop(looked, typed) && 'facts' in own && { shown: factsDiff(looked, own.facts) }),
    };
    return sendForm(reply, visitor, form, refusal);
  }
}

/** What is typed rests on one assessment: another person's that came meanwhile is not overwritten unseen. */
function mustBeOnTop(looked: LookedAt, typed: Typed): void {
  if (isOnTop(looked, typed)) return;
  const { by } = looked.view.state.assessment ?? {};
  throw new Refusal(
    'refused',
    `${by ?? 'somebody'} has assessed it since you opened this form. Below is what you typed, and what it would change now: send it again if it is right`,
  );
}

function isOnTop(looked: LookedAt, { revision }: Typed): boolean {
  return textOf(revision) === revisionOf(looked);
}

function revisionOf({ view: { state } }: LookedAt): string {
  return String(state.assessment?.revision ?? 0);
}

/** The facts that stood when the form was opened; undefined where that is not known. */
function factsAt({ events }: LookedAt, revision: string): Assessment | undefined {
  const stated = events.findLast((event) => event.kind === 'assessed' && String(event.data.revision) === revision);
  if (stated?.kind === 'assessed') return inOrder(withJudgements(stated.data));
  return revision === '0' ? NO_FACTS : undefined;
}

/** With its fields in the order of the schema, to be compared. */
function inOrder(facts: Assessment): Assessment {
  const read = checkedFacts(facts);
  return 'facts' in read ? read.facts : facts;
}

function bodyOf({ view: { state } }: LookedAt, facts: Assessment, typed: Typed): Record<string, unknown> {
  const before = state.assessment?.facts ?? NO_FACTS;
  const beside = messageTyped(SCHEMA, Object.fromEntries(BESIDE.map((name) => [name, typed[name]])));
  const isNew = !sameValue(facts, before);
  if (!isNew && beside.awareAt === undefined)
    throw new Refusal('invalid', 'answer a question, or say when you became aware');
  return { ...(isNew && { assessment: facts }), ...beside };
}

type Wrong = { field: string; problem: string };

/** The facts as the form carries them, with the answers that were typed. */
function readFacts(looked: LookedAt, typed: Typed): { facts: Assessment; wrong: Wrong[] } {
  const { state } = looked.view;
  const { pack } = looked;
  const wrong: Wrong[] = [];
  let facts = state.assessment?.facts ?? NO_FACTS;
  const whole = textOf(typed.facts);
  if (whole) {
    const read = factsFrom(whole);
    if ('wrong' in read) wrong.push(...read.wrong);
    else if (!isUntouched(read.facts, looked, typed)) facts = read.facts;
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
    const role = ROLES.find((each) => each === typed[`${NEW_SET}.role`]);
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

function factsFrom(whole: string): { facts: Assessment } | { wrong: Wrong[] } {
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
function filledIn({ path }: GuideQuestion, facts: Assessment): string {
  const value = path.length === 1 ? typedOf(facts[path[0] as keyof Assessment]) : undefined;
  return textOf(value);
}

function nameOf(path: GuideQuestion['path']): string {
  return `q.${path.join('.')}`;
}

function isAffected({ personalData }: Assessment): boolean {
  return personalData === 'yes' || personalData === 'possible';
}

/** What is asked whatever is known: an answer may have to be corrected, and customers to be named. */
function always(facts: Assessment): GuideQuestion[] {
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

function pageOf(looked: LookedAt, typed: Typed, formToken: string, refusal?: Refusal): Html {
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
  return html`<div class="head prose"><p><a href="${at}">Back to the incident</a></p><h1>Assess</h1><p class="soft">Answer what you know; the rest can follow, and every clock runs all the same. Nothing is sent before you send it.</p></div>
${refusal && refusalBox(refusal, [])}
${effects(looked, facts, typed)}
<form class="form" method="post" action="${at}/assess">
${hidden({ csrf: formToken, key: keyAfter(refusal && { refusal, typed }), ...opened })}
${questionOf({ ...data!, because: hangs }, facts.personalData)}
${isAffected(facts) && setsCard(facts, typed, told)}
${asked.map((question) => questionOf(question, ''))}
${others.map((question) => questionOf(question, filledIn(question, facts)))}
<details class="card"${BESIDE.some((name) => textOf(typed[name])) && html` open`}><summary>When you became aware, and why the facts change</summary><div class="stack">${fieldsOf(SCHEMA, { typed, wrong: told, without: [...OF_THE_SERVER, 'assessment', 'personalData'], choices: {} })}</div></details>
<details class="card"${told.has('facts') && html` open`}><summary>All facts, as JSON</summary><div class="field"><label for="field-facts">All facts</label><span class="hint" id="field-facts-hint">As the API takes them. The answers above are put into this.</span>${told.has('facts') && html`<span class="wrong" id="field-facts-wrong">${told.get('facts')}</span>`}<textarea id="field-facts" name="facts" rows="12" spellcheck="false" aria-describedby="field-facts-hint">
${told.has('facts') ? textOf(typed.facts) : JSON.stringify(facts, undefined, 2)}</textarea></div></details>
<div class="acts"><button name="do" value="look" class="plain">See what this changes</button><button name="do" value="send">Send this assessment</button></div>
</form>`;
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
function factsDiff({ view: { state } }: LookedAt, facts: Assessment): Html {
  const [present, own] = [state.assessment?.facts ?? NO_FACTS, facts].map((each) =>
    JSON.stringify(inOrder(each), undefined, 2),
  );
  return html`<section class="stack"><h2>How the facts that you send differ from those that stand now</h2>${diffBox(present!, own!)}</section>`;
}

/** The sets of data that are known, and a place for one more. */
function setsCard(facts: Assessment, typed: Typed, told: ReadonlyMap<string, string>): Html {
  const role = told.get(`${NEW_SET}.role`);
  const isWrong = role !== undefined;
  return html`<fieldset class="group"><legend>${facts.dataSets.length > 0 ? 'Sets of data' : 'Which set of data is affected?'}</legend>
${facts.dataSets.length > 0 && html`<ul>${facts.dataSets.map((set) => html`<li><b>${set.title}</b> <span class="soft">${set.role}${set.individuals !== undefined && html`, ${countText(set.individuals)} people`}${Object.keys(set.residence).length > 0 && html`, in ${Object.keys(set.residence).join(', ')}`}, ${RISK_WORDS[set.risk]}</span></li>`)}</ul>`}
<div class="field"><label for="${NEW_SET}-title">${facts.dataSets.length > 0 ? 'Another one' : 'What it is'} <span class="hint">(optional)</span></label><input id="${NEW_SET}-title" name="${NEW_SET}.title" value="${isWrong ? textOf(typed[`${NEW_SET}.title`]) : ''}" placeholder="Account data" autocomplete="off"></div>
<fieldset id="field-${NEW_SET}.role"${isWrong && html` aria-invalid="true"`}><legend>You hold it as</legend>${isWrong && html`<span class="wrong">${role}</span>`}${ROLES.map((each) => html`<label class="choice"><input type="radio" name="${NEW_SET}.role" value="${each}"> <span>${words(each)}</span></label>`)}</fieldset></fieldset>`;
}

function countText(count: NonNullable<Assessment['dataSets'][number]['individuals']>): string {
  return typeof count === 'object' ? Object.values(count).join('–') : String(count);
}

function questionField(question: GuideQuestion, value: string, problem: string | undefined): Html {
  const { path, asks, form, choices, offers = [], because } = question;
  const name = nameOf(path);
  const id = `field-${name}`;
  const how =
    path[0] === 'workspaces'
      ? 'Ids of the directory, one on each line; or all'
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
