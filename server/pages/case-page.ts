/** A triage case, a vulnerability report or a patch task: what it is, what is owed by when, what to do, what happened. */
import { COLLECTIONS, type KindName } from '../../client/kinds';
import type { Stopped } from '../../client/stopped';
import type { TocsinClient } from '../../client/tocsin-client';
import { alarmText } from '../../domain/case/alarm-text';
import type { CaseStep } from '../../domain/case/case-step';
import { clockNow } from '../../domain/case/clock-now';
import type { CaseView } from '../../domain/case/contract';
import type { AnyLifecycle, CaseState, CommonCaseEvent, Messages } from '../../domain/case/lifecycle';
import { messagesOf as allOf } from '../../domain/case/messages';
import type { Telling } from '../../domain/case/told';
import { INCIDENT_MESSAGES } from '../../domain/incident/messages';
import { upperFirst } from '../../domain/kernel/first-letter';
import { type RecordedEvent, TOCSIN } from '../../domain/kernel/recorded-event';
import { type Instant, leftText } from '../../domain/kernel/time';
import { patchTaskLifecycle } from '../../domain/patch/patch-task';
import { PATCH_TOLD } from '../../domain/patch/told';
import { REPORT_TOLD } from '../../domain/report/told';
import { vulnerabilityReportLifecycle } from '../../domain/report/vulnerability-report';
import { decisionsOf } from '../../domain/triage/decided';
import { TRIAGE_MESSAGES } from '../../domain/triage/messages';
import type { TriageState } from '../../domain/triage/state';
import { TRIAGE_TOLD } from '../../domain/triage/told';
import { triageLifecycle } from '../../domain/triage/triage';
import { type Html, html } from '../../platform/html';
import { allows } from '../access';
import { messagesOf } from '../api/kinds';
import { mustBe } from '../api/must-be';
import type { Actor } from '../identity/actor';
import type { Said } from '../identity/sessions';
import { Refusal } from '../problem';
import { MESSAGE_ROLES } from '../roles-of-messages';
import { actWords } from './act-words';
import { say } from './layout';
import { addressOf } from './links';
import { causedBox } from './said-box';
import { sentence } from './sentence';
import { stoppedLine } from './stopped-line';
import { dueThen, instant, timeLeft, unbroken } from './times';
import { words } from './words';

export type OtherKind = Exclude<KindName, 'incident'>;
export const OTHER_KINDS = (Object.keys(COLLECTIONS) as KindName[]).filter(
  (kind): kind is OtherKind => kind !== 'incident',
);

/** A kind of case with its own types left out. */
interface Told {
  lifecycle: AnyLifecycle;
  telling: Telling<never, never>;
}

const TOLD: Record<OtherKind, Told> = {
  triage: { lifecycle: triageLifecycle, telling: TRIAGE_TOLD },
  report: { lifecycle: vulnerabilityReportLifecycle, telling: REPORT_TOLD },
  patch: { lifecycle: patchTaskLifecycle, telling: PATCH_TOLD },
};

const EVENTS = 60;

/** What a message is for, as the lifecycle of its kind says. */
export function describe(kind: KindName, name: string): string {
  const messages: Messages = kind === 'incident' ? INCIDENT_MESSAGES : allOf(TOLD[kind].lifecycle);
  return messages[name]!.description;
}

export interface LookedAtCase {
  id: string;
  kind: OtherKind;
  view: CaseView<CaseState>;
  events: RecordedEvent[];
  now: Instant;
  /** Of how it stood when it was looked at. */
  mark: string;
  stopped?: Stopped;
}

/** Looks at a case. Throws a Refusal where there is none, and the errors of the client. */
export async function lookAtCase(client: TocsinClient, kind: OtherKind, id: string): Promise<LookedAtCase> {
  const { open, mark } = await mustBe(client, kind, id);
  const [view, events] = await Promise.all([client.view<OtherKind>(id), client.timeline<OtherKind>(id)]);
  if (!view) throw new Refusal('unavailable', 'the case is not opened yet: look again in a moment', [], 1);
  const now = view.state.closedAt ?? clockNow(view.clock);
  const standing = open || view.state.closedAt ? undefined : await client.stands(id);
  return { id, kind, view, events, now, mark, ...(typeof standing === 'object' && { stopped: standing }) };
}

export function casePage(looked: LookedAtCase, actor: Actor, said: Said | undefined): Html {
  const { id, kind, view, now, stopped } = looked;
  const { state, registerBacklog } = view;
  const { title, severity, status, owner, closedAt } = state;
  const { about } = TOLD[kind].telling as unknown as Telling<CaseState, RecordedEvent>;
  const acts = stopped ? [] : messagesFor(kind, state, actor);
  const steps = stopped ? [] : TOLD[kind].lifecycle.next(state, now);
  return html`${stopped && say('bad', html`<h2>Needs repair</h2><p>${stoppedLine(id, stopped)}</p>`, 'alert')}
<div class="head"><p class="meta"><span>${id}</span><b>${severity}</b>${stopped ? html`<span class="chip bad">stopped</span>` : html`<span>${closedAt ? 'closed' : words(status).toLowerCase()}</span>`}</p><h1>${title}</h1></div>
${said && saidBox(looked, said)}
${registerBacklog > 0 && say('warn', `${registerBacklog} entries are not in the register yet.`)}
${stopped ? '' : closedAt ? html`<p class="left big"><strong>Closed</strong> <span>${instant(closedAt)}</span></p>` : timeLeft(view.nextDueAt ?? undefined, now, 'No deadline runs', { size: 'big', of: dueThen(steps, view.nextDueAt) })}
<div class="two"><div class="stack">
${steps.length > 0 && html`<section class="card"><h2>What to do next</h2><ol class="steps">${steps.map((step) => stepItem(id, step, acts))}</ol></section>`}
${standing(looked)}
</div><div class="stack">
<section class="card stack"><h2>Facts</h2><dl class="facts"><dt>Owner</dt><dd>${owner}</dd></dl>${about(state).map((line) => html`<p>${line}</p>`)}</section>
${openAlarms(looked)}
${acts.length > 0 && html`<details class="card"><summary>Everything you can do</summary><ul class="stack">${acts.map((name) => html`<li><a href="${addressOf(id)}/${name}">${actWords(name)}</a><br><span class="soft small">${describe(kind, name)}</span></li>`)}</ul></details>`}
</div></div>
${history(looked)}`;
}

/** A step with the forms of its commands, as far as this person may send them. */
function stepItem(id: string, { what, todo, onSilence, commands }: CaseStep, acts: readonly string[]): Html {
  const forms = commands.flatMap(({ verb }) => {
    const last = verb.split(' ').at(-1)!;
    return acts.find((name) => name === last) ?? acts.find((name) => name.startsWith(`${last}-`)) ?? [];
  });
  const buttons = [...new Set(forms)].map(
    (name, n) => html`<a class="button${n > 0 && ' plain'}" href="${addressOf(id)}/${name}">${actWords(name)}</a>`,
  );
  return html`<li class="step"><h3>${what}</h3>${todo && html`<p>${sentence(todo)} ${onSilence}</p>`}${buttons.length > 0 && html`<p class="acts">${buttons}</p>`}</li>`;
}

/** What may be sent now, by this person. */
function messagesFor(kind: OtherKind, state: CaseState, { roles }: Actor): string[] {
  const rules: Record<string, Parameters<typeof allows>[0]> = MESSAGE_ROLES[kind];
  const decisions: readonly string[] = Object.keys(TRIAGE_MESSAGES);
  const now: readonly string[] = kind === 'triage' ? decisionsOf(state as TriageState) : [];
  const isTaken = (name: string) =>
    kind === 'triage' && decisions.includes(name) ? now.includes(name) : state.closedAt === undefined;
  return messagesOf(kind).filter((name) => isTaken(name) && allows(rules[name]!, roles));
}

function standing({ kind, view: { state }, now }: LookedAtCase): Html | undefined {
  const rows = TOLD[kind].lifecycle.rows(state, now);
  if (rows.length === 0) return undefined;
  return html`<section class="card"><h2>How it stands</h2><dl class="facts">${rows.map(({ what, state: stands, dueAt }) => html`<dt>${what}</dt><dd>${stands}${dueAt && html`<br><span class="soft">due ${instant(dueAt)}, ${leftText(dueAt, now)}</span>`}</dd>`)}</dl></section>`;
}

function told(kind: OtherKind, event: RecordedEvent): string {
  const common = event as CommonCaseEvent;
  if (common.kind === 'alarm-raised') return `Alarm: ${alarmText(common.data, common.at).what}`;
  return upperFirst((TOLD[kind].telling as unknown as Telling<CaseState, RecordedEvent>).told(event));
}

/** What the sent message caused, as the entries of the case tell it. */
function saidBox({ kind, events }: LookedAtCase, { message, entries, note }: Said): Html {
  const caused = events.filter(({ seq }) => entries.includes(seq)).map((event) => told(kind, event));
  return causedBox(message, caused, note);
}

function openAlarms({ events, view: { state } }: LookedAtCase): Html | undefined {
  const open = (events as CommonCaseEvent[]).flatMap((event) =>
    event.kind === 'alarm-raised' && state.unacknowledged?.includes(event.seq) ? [event] : [],
  );
  if (open.length === 0) return undefined;
  return html`<section class="card"><h2>Open alarms</h2><ul class="stack">${open.map((event) => html`<li>${alarmText(event.data, event.at).what}<br><span class="soft small">raised ${instant(event.at)}</span></li>`)}</ul></section>`;
}

function history({ kind, events }: LookedAtCase): Html {
  const latest = events.slice(-EVENTS).reverse();
  return html`<section class="card"><h2>What happened</h2>${events.length > EVENTS && html`<p class="soft small">The latest ${EVENTS} entries; the register holds all.</p>`}<ol class="events">${latest.map((event) => html`<li>${instant(event.at)}<span>${unbroken(told(kind, event))}${event.by !== TOCSIN && html` <span class="soft small">${event.by}</span>`}</span></li>`)}</ol></section>`;
}
