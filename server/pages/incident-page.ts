/** An incident: what is next and by when, its duties and why, containment, people, alarms, and what happened. */
import { alarmText } from '../../domain/case/alarm-text';
import { stepWords } from '../../domain/incident/board-words';
import { stepStands } from '../../domain/incident/containment';
import { countAndSource, howItStands } from '../../domain/incident/detections';
import { type BoardRow, board } from '../../domain/incident/explain';
import { INCIDENT_MESSAGES } from '../../domain/incident/messages';
import { narrate } from '../../domain/incident/narrate';
import { TOCSIN } from '../../domain/kernel/recorded-event';
import { ruleOf } from '../../domain/policy/policy';
import { type Html, html } from '../../platform/html';
import { allows } from '../access';
import { messagesOf } from '../api/kinds';
import type { Actor } from '../identity/actor';
import type { Said } from '../identity/sessions';
import { MESSAGE_ROLES } from '../roles-of-messages';
import { say } from './layout';
import { addressOf, noticeOf, words } from './links';
import type { LookedAt } from './looked-at';
import { saidBox } from './said-box';
import { stepsList } from './steps-list';
import { stoppedLine } from './stopped-line';
import { instant, timeLeft } from './times';

const EVENTS = 60;

export function incidentPage(looked: LookedAt, actor: Actor, said: Said | undefined): Html {
  const { id, view, steps, known, now, stopped } = looked;
  const { state, registerBacklog } = view;
  const { title, severity, owner, detectedAt, declaredBy } = state.declaration;
  return html`${stopped && say('bad', html`<h2>Needs repair</h2><p>${stoppedLine(id, stopped)}</p>`, 'alert')}
<div class="head"><p class="meta"><span>${id}</span><b>${severity}</b>${stopped ? html`<span class="chip bad">stopped</span>` : html`<span>${state.closedAt ? 'closed' : state.status}</span>`}${state.exercise && html`<span class="chip note">Exercise</span>`}</p><h1>${title}</h1></div>
${said && saidBox(looked, said)}
${registerBacklog > 0 && say('warn', `${registerBacklog} entries are not in the register yet.`)}
${stopped ? '' : state.closedAt ? html`<p class="left big"><strong>Closed</strong> <span>${instant(state.closedAt)}</span></p>` : timeLeft(view.nextDueAt ?? undefined, now, 'No deadline runs', 'big')}
<div class="two"><div class="stack">
${steps.length > 0 && html`<section class="card"><h2>What to do next</h2>${!known && html`<p class="soft">This incident's policy is not installed on this server, so there may be more to do: only what its alarms ask for is shown.</p>`}${stepsList(looked, actor)}</section>`}
${duties(looked)}
</div><div class="stack">
<section class="card"><h2>Facts</h2><dl class="facts"><dt>Owner</dt><dd>${owner}</dd><dt>Declared by</dt><dd>${declaredBy}</dd><dt>Detected</dt><dd>${instant(detectedAt)}</dd><dt>Personal data</dt><dd>${state.assessment?.facts.personalData ?? 'not assessed yet'}</dd></dl></section>
${alarms(looked)}
${detections(looked)}
${containment(looked)}
${!stopped && actions(id, actor)}
</div></div>
${history(looked)}`;
}

function duties({ id, view: { state }, pack, now, explanations, stopped }: LookedAt): Html {
  const rows = board(state, pack, now).filter((row) => row.settled || row.dueAt || row.status !== 'dormant');
  const cells = (row: BoardRow) => {
    const o = state.obligations[row.id];
    const what = ruleOf(pack, o?.rule)?.dispatch === 'filing' ? 'dossier' : 'notice';
    const link = o?.draft ? html`<br><a href="${noticeOf(id, row.id)}">Read the ${what}</a>` : undefined;
    const tone =
      row.standing === 'late' ? 'bad' : row.standing === 'waits' ? 'warn' : row.standing === 'fulfilled' ? 'good' : '';
    return html`<tr><th scope="row">${row.title}${link}</th><td><span class="chip ${tone}">${row.status}</span></td><td class="time">${row.dueAt && instant(row.dueAt)} ${row.time && !stopped && html`<span class="soft">${row.time}</span>`}</td></tr>`;
  };
  return html`<section class="card"><h2>Duties</h2><table><thead><tr><th scope="col">Duty</th><th scope="col">Stands</th><th scope="col">Due</th></tr></thead><tbody>${rows.map(cells)}</tbody></table>
<details id="why"><summary>Why each applies or not</summary><dl class="stack">${explanations.map((each) => html`<div><dt><b>${each.title}</b> <span class="chip">applies: ${each.applies}</span></dt><dd class="small soft">${each.citation}: ${each.because.join('; ')}</dd></div>`)}</dl></details></section>`;
}

function alarms({ view: { state }, events }: LookedAt): Html | undefined {
  const open = events.flatMap((event) =>
    event.kind === 'alarm-raised' && state.unacknowledged?.includes(event.seq) ? [event] : [],
  );
  if (open.length === 0) return undefined;
  return html`<section class="card"><h2>Open alarms</h2><ul class="stack">${open.map((event) => html`<li>${event.data.about.kind === 'obligation' && `${event.data.about.title}: `}${alarmText(event.data, event.at).what} <span class="soft small">${instant(event.at)}</span></li>`)}</ul></section>`;
}

/** The triage cases whose detections belong to it, and those that were taken out again. */
function detections({ view: { state } }: LookedAt): Html | undefined {
  const { detections: listed = [] } = state;
  if (listed.length === 0) return undefined;
  return html`<section class="card"><h2>Detections</h2><ul class="stack">${listed.map((each) => html`<li><a href="${addressOf(each.caseId)}">${each.caseId}</a> ${each.title}<br><span class="small">${countAndSource(each)}, first ${instant(each.firstAt)}</span><br><span class="soft small">${howItStands(each)} ${instant((each.left ?? each).at)}</span></li>`)}</ul></section>`;
}

function containment({ view: { state } }: LookedAt): Html | undefined {
  const steps = Object.values(state.containment);
  if (steps.length === 0) return undefined;
  return html`<section class="card"><h2>Containment</h2><ul class="stack">${steps.map((step) => html`<li>${stepWords(step)}<br><span class="outcome ${['failed', 'refused', 'recorded-only'].includes(step.state) && 'bad'}">${stepStands(step, state.owner)}</span></li>`)}</ul></section>`;
}

function actions(id: string, { roles }: Actor): Html | undefined {
  const names = messagesOf('incident').filter(
    (name) => name !== 'approve' && allows(MESSAGE_ROLES.incident[name as 'close'], roles),
  );
  if (names.length === 0) return undefined;
  return html`<details class="card"><summary>Everything you can do</summary><ul class="stack">${names.map((name) => html`<li><a href="${addressOf(id)}/${name}">${words(name)}</a><br><span class="soft small">${INCIDENT_MESSAGES[name]!.description}</span></li>`)}</ul></details>`;
}

function history({ events, pack }: LookedAt): Html {
  const latest = events.slice(-EVENTS).reverse();
  return html`<section class="card"><h2>What happened</h2>${events.length > EVENTS && html`<p class="soft small">The latest ${EVENTS} entries; the register holds all.</p>`}<ol class="events">${latest.map(
    (event) => {
      const { text, tone } = narrate(event, pack);
      return html`<li>${instant(event.at)}<span class="${tone}">${text}${event.by !== TOCSIN && html` <span class="soft small">${event.by}</span>`}</span></li>`;
    },
  )}</ol></section>`;
}
