/** An incident: what is next and by when, its duties and why, containment, people, alarms, and what happened. */
import type { Alarm } from '../../domain/case/alarm';
import { alarmText } from '../../domain/case/alarm-text';
import { isAfterClosing } from '../../domain/incident/after-closing';
import { stepWords } from '../../domain/incident/board-words';
import { stepStands } from '../../domain/incident/containment';
import { countAndSource, howItStands } from '../../domain/incident/detections';
import { DOUBTED } from '../../domain/incident/doubted-kinds';
import { type BoardRow, board } from '../../domain/incident/explain';
import { INCIDENT_MESSAGES } from '../../domain/incident/messages';
import { wouldConfirm } from '../../domain/incident/on-awareness';
import { earlierMerged, howItWasMerged } from '../../domain/incident/on-detections';
import { type IncidentState, isSettled } from '../../domain/incident/state';
import { ClockThresholdSchema } from '../../domain/kernel/alarm-clock';
import { TOCSIN } from '../../domain/kernel/recorded-event';
import { leftText } from '../../domain/kernel/time';
import { ruleOf } from '../../domain/policy/policy';
import { type Html, html } from '../../platform/html';
import { allows } from '../access';
import { messagesOf } from '../api/kinds';
import type { Actor } from '../identity/actor';
import type { Said } from '../identity/sessions';
import { MESSAGE_ROLES } from '../roles-of-messages';
import { actWords } from './act-words';
import { byTitle } from './acts-in-text';
import { namesOf, titleIn, toldIn } from './duty-names';
import { say } from './layout';
import { addressOf, noticeOf } from './links';
import type { LookedAt } from './looked-at';
import { saidBox } from './said-box';
import { stepsList } from './steps-list';
import { stoppedLine } from './stopped-line';
import { dueThen, instant, timeLeft, unbroken } from './times';

const EVENTS = 60;

export function incidentPage(looked: LookedAt, actor: Actor, said: Said | undefined): Html {
  const { id, view, steps, known, now, stopped } = looked;
  const { state, registerBacklog } = view;
  const { title, severity, owner, detectedAt, declaredBy } = state.declaration;
  return html`${stopped && say('bad', html`<h2>Needs repair</h2><p>${stoppedLine(id, stopped)}</p>`, 'alert')}
<div class="head"><p class="meta"><span>${id}</span><b>${severity}</b>${stopped ? html`<span class="chip bad">stopped</span>` : html`<span>${state.closedAt ? 'closed' : state.status}</span>`}${state.exercise && html`<span class="chip note">Exercise</span>`}</p><h1>${title}</h1></div>
${said && saidBox(looked, said)}
${registerBacklog > 0 && say('warn', `${registerBacklog} entries are not in the register yet.`)}
${stopped ? '' : state.closedAt ? html`<p class="left big"><strong>Closed</strong> <span>${instant(state.closedAt)}</span></p>` : timeLeft(view.nextDueAt ?? undefined, now, 'No deadline runs', { size: 'big', of: dueThen(steps, view.nextDueAt) })}
<div class="two"><div class="stack">
${steps.length > 0 && html`<section class="card"><h2>What to do next</h2>${!known && html`<p class="soft">This incident's policy is not installed on this server, so there may be more to do: only what its alarms ask for is shown.</p>`}${stepsList(looked, actor)}</section>`}
${duties(looked)}
</div><div class="stack">
<section class="card"><h2>Facts</h2><dl class="facts"><dt>Owner</dt><dd>${owner}</dd><dt>Declared by</dt><dd>${declaredBy}</dd><dt>Detected</dt><dd>${instant(detectedAt)}</dd><dt>Personal data</dt><dd>${state.assessment?.facts.personalData ?? 'not assessed yet'}</dd></dl></section>
${alarms(looked)}
${detections(looked)}
${containment(looked)}
${!stopped && actions(looked, actor)}
</div></div>
${history(looked)}`;
}

function duties(looked: LookedAt): Html {
  const { id, view, pack, now, explanations, stopped } = looked;
  const { state } = view;
  const names = namesOf(looked);
  const rows = board(state, pack, now).filter((row) => row.settled || row.dueAt || row.status !== 'dormant');
  const open = rows.filter(({ settled }) => !settled);
  const settled = rows.filter((row) => row.settled);
  const cells = (row: BoardRow) => {
    const o = state.obligations[row.id];
    const what = ruleOf(pack, o?.rule)?.dispatch === 'filing' ? 'dossier' : 'notice';
    const link = o?.draft ? html`<br><a href="${noticeOf(id, row.id)}">Read the ${what}</a>` : undefined;
    const tone =
      row.standing === 'late' ? 'bad' : row.standing === 'waits' ? 'warn' : row.standing === 'fulfilled' ? 'good' : '';
    const left = row.settled || !row.dueAt || !stopped ? row.time : '';
    return html`<tr><th scope="row">${row.title}${link}</th><td><span class="chip ${tone}">${byTitle(row.status, names)}</span></td><td class="time"${row.dueAt && html` data-label="Due"`}>${row.dueAt && instant(row.dueAt)} ${left && html`<span class="soft">${left}</span>`}</td></tr>`;
  };
  const table = (of: BoardRow[]) =>
    html`<table><thead><tr><th scope="col">Duty</th><th scope="col">Status</th><th scope="col">Due</th></tr></thead><tbody>${of.map(cells)}</tbody></table>`;
  return html`<section class="card"><h2>Duties</h2>${open.length > 0 ? table(open) : html`<p class="soft">${settled.length > 0 ? 'Nothing is owed any more.' : 'No duty has begun yet: see why each applies or not.'}</p>`}
${settled.length > 0 && html`<details${open.length === 0 && html` open`}><summary>Settled</summary>${table(settled)}</details>`}
<details id="why"><summary>Why each applies or not</summary><dl class="stack">${explanations.map((each) => html`<div><dt><b>${each.title}</b> <span class="chip">applies: ${each.applies}</span></dt><dd class="small soft">${each.citation}: ${byTitle(each.because.join('; '), names)}</dd></div>`)}</dl></details></section>`;
}

/** What rings, each matter once: an alarm that nobody acknowledges is repeated. */
function alarms({ view: { state }, pack, events, now, stopped }: LookedAt): Html | undefined {
  const open = events.flatMap((event) =>
    event.kind === 'alarm-raised' && state.unacknowledged?.includes(event.seq) ? [event] : [],
  );
  // What is over rings for nobody.
  if (open.length === 0 || state.closedAt) return undefined;
  const matters = new Map<string, typeof open>();
  for (const event of open) {
    const matter = matterOf(event.data);
    matters.set(matter, [...(matters.get(matter) ?? []), event]);
  }
  return html`<section class="card"><h2>Open alarms</h2><ul class="stack">${[...matters.values()].map((rung) => {
    const [first, last] = [rung[0]!, rung.at(-1)!];
    const { about } = last.data;
    const raised =
      rung.length > 1
        ? html`raised ${rung.length} times, first ${instant(first.at)}, last ${instant(last.at)}`
        : html`raised ${instant(last.at)}`;
    const o = about.kind === 'obligation' ? state.obligations[about.obligation] : undefined;
    const said = alarmText(last.data, last.at);
    // Of a clock the page says how it stands now, not when it rang; of one that nothing watches any more, at which point it rang.
    const onClock = stopped ? said.threshold : o?.dueAt && leftText(o.dueAt, now);
    const rings = (isOfAClock(last.data) && onClock) || said.what;
    const what = o && isSettled(o) ? 'settled meanwhile' : rings;
    return html`<li>${about.kind === 'obligation' && `${o ? titleIn(o, pack) : about.title}: `}${what}<br><span class="soft small">${raised}</span></li>`;
  })}</ul></section>`;
}

/** What is repeated until somebody acknowledges it: the points of one clock, or one kind of occasion, of the same duty or measure. */
function matterOf({ about, threshold }: Alarm): string {
  const what = about.kind === 'obligation' ? about.obligation : about.kind === 'measure' ? about.measure : '';
  const occasion = threshold.kind === 'failing' ? `failing ${threshold.work}` : threshold.kind;
  return JSON.stringify([about.kind, what, isOfAClock({ threshold }) ? 'clock' : occasion]);
}

function isOfAClock({ threshold }: Pick<Alarm, 'threshold'>): boolean {
  return ClockThresholdSchema.safeParse(threshold).success;
}

/** The triage cases whose detections belong to it, and those that were taken out again. */
function detections({ view: { state } }: LookedAt): Html | undefined {
  const { detections: listed = [] } = state;
  const earlier = earlierMerged(state);
  if (listed.length + earlier.length === 0) return undefined;
  return html`<section class="card"><h2>Detections</h2><ul class="stack">${listed.map((each) => html`<li><a href="${addressOf(each.caseId)}">${each.caseId}</a> ${each.title}<br><span class="small">${countAndSource(each)}, first ${instant(each.firstAt)}</span><br><span class="soft small">${howItStands(each)} ${instant((each.left ?? each).at)}</span></li>`)}${earlier.map((each) => html`<li><a href="${addressOf(each.caseId)}">${each.caseId}</a><br><span class="soft small">${howItWasMerged(each)}</span></li>`)}</ul></section>`;
}

function containment({ view: { state } }: LookedAt): Html | undefined {
  const steps = Object.values(state.containment);
  if (steps.length === 0) return undefined;
  return html`<section class="card"><h2>Containment</h2><ul class="stack">${steps.map((step) => html`<li>${stepWords(step)}<br><span class="outcome ${['failed', 'refused', 'recorded-only'].includes(step.state) && 'bad'}">${stepStands(step, state.owner)}</span></li>`)}</ul></section>`;
}

function actions({ id, view: { state } }: LookedAt, { roles }: Actor): Html | undefined {
  const names = messagesOf('incident').filter(
    (name) => name !== 'approve' && makesSense(name, state) && allows(MESSAGE_ROLES.incident[name as 'close'], roles),
  );
  if (names.length === 0) return undefined;
  return html`<details class="card"><summary>Everything you can do</summary><ul class="stack">${names.map((name) => html`<li><a href="${addressOf(id)}/${name}">${actWords(name)}</a><br><span class="soft small">${INCIDENT_MESSAGES[name]!.description}</span></li>`)}</ul></details>`;
}

/** Whether a message can change anything of an incident that stands so, as far as that is seen without what it says. */
function makesSense(name: string, state: IncidentState): boolean {
  if (state.closedAt) return isAfterClosing({ message: name });
  if (name === 'reopen') return false;
  if (name === 'release') return Object.values(state.obligations).some(({ hold }) => hold);
  return name !== 'confirm' || DOUBTED.some((change) => wouldConfirm(state, change));
}

function history(looked: LookedAt): Html {
  const { events } = looked;
  const names = namesOf(looked);
  const latest = events.slice(-EVENTS).reverse();
  return html`<section class="card"><h2>What happened</h2>${events.length > EVENTS && html`<p class="soft small">The latest ${EVENTS} entries; the register holds all.</p>`}<ol class="events">${latest.map(
    (event) => {
      const { of, text, tone } = toldIn(event, looked, names);
      return html`<li>${instant(event.at)}<span class="${tone}">${of && html`<b>${of}:</b> `}${unbroken(text)}${event.by !== TOCSIN && html` <span class="soft small">${event.by}</span>`}</span></li>`;
    },
  )}</ol></section>`;
}
