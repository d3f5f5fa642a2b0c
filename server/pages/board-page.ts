/** The board: what is open by the next deadline, what needs a person, and what is broken. */
import { KINDS, type KindName } from '../../client/kinds';
import type { ListedCase, ListedUpTo } from '../../client/listed-case';
import type { RegisteredCases } from '../../client/lost-cases';
import type { TocsinClient } from '../../client/tocsin-client';
import { firstToEnd } from '../../domain/case/rings-again';
import { levelsAt } from '../../domain/escalation/on-call-now';
import type { Rota } from '../../domain/escalation/rota';
import { tocsin } from '../../domain/kernel/command-lines';
import type { Instant } from '../../domain/kernel/time';
import { type Html, html } from '../../platform/html';
import { within } from '../../platform/within';
import type { RotaSource } from '../../policy/rota-file';
import type { PolicySource } from '../../policy/settings';
import { allows } from '../access';
import { KIND_NAMES } from '../api/kinds';
import type { Actor } from '../identity/actor';
import { listed } from '../listed';
import { DECLARERS } from '../roles-of-messages';
import { say } from './layout';
import { actionOf, addressOf } from './links';
import { lookAtNext, type NextOf } from './looked-at';
import { stoppedLine } from './stopped-line';
import { dueThen, instant, timeLeft } from './times';

/** Of so many incidents the next step is shown: those whose deadlines are next. */
const LOOKED_AT = 5;
/** Of each kind; the next deadlines first. */
const SHOWN = 200;
/** Cases of a kind that are sorted by deadline. */
const SORTED = 5_000;
/** Lines of what is broken: the loss of Temporal's database stops everything. */
const MOST_BROKEN = 20;
/** An incident that has not answered by then is shown without its next step: the board waits for nobody. */
const PATIENCE_MS = 2_000;

/** The open cases of a kind. */
export type Listed = ListedUpTo & { kind: KindName };

/** What the board lists. */
export function openCases(client: TocsinClient, registered?: RegisteredCases): Promise<Listed[]> {
  return Promise.all(
    KIND_NAMES.map(async (kind) => ({
      kind,
      ...(await listed(client, kind, { open: true, limit: SORTED }, registered)),
    })),
  );
}

function incidentsIn(lists: readonly Listed[]): ListedCase[] {
  return lists.flatMap(({ kind, cases }) => (kind === 'incident' ? cases : []));
}

/** The incidents of which the board shows what only their state says. */
export function lookedAt(lists: readonly Listed[]): string[] {
  return incidentsIn(lists)
    .filter(({ stopped }) => !stopped)
    .slice(0, LOOKED_AT)
    .map(({ id }) => id);
}

export async function boardPage(
  client: TocsinClient,
  lists: readonly Listed[],
  actor: Actor,
  { policy, rota }: { policy?: PolicySource; rota?: RotaSource } = {},
): Promise<Html> {
  const incidents = incidentsIn(lists);
  const others = lists.filter(({ kind, cases }) => kind !== 'incident' && cases.length > 0);
  const looked = new Map<string, NextOf | undefined>(
    await Promise.all(lookedAt(lists).map(async (id) => [id, await inTime(lookAtNext(client, id, policy))] as const)),
  );
  const now = new Date().toISOString();
  return html`<div class="head"><h1>Board</h1><p class="meta"><span>As of <time datetime="${now}">${now.slice(0, 19).replace('T', ' ')} UTC</time></span><a href="/">Look again</a></p></div>
${onCallNow(await rota?.(), now)}
${brokenBox(
  lists.flatMap(({ cases }) => cases),
  looked,
)}
<section class="stack" aria-label="Open incidents">
${incidents.length === 0 && html`<div class="card stack"><h2>${lists.some(({ unread }) => unread) ? 'Temporal has no open incident' : 'No incident is open'}</h2><p class="soft">If something has happened, declare it: Tocsin then watches every deadline.</p>${allows(DECLARERS, actor.roles) && html`<p class="acts"><a class="button" href="/incidents/new">Declare an incident</a></p>`}</div>`}
${incidents.slice(0, SHOWN).map((each, n) => incidentCard(each, looked.get(each.id), actor, now, n === 0))}
</section>
${others.map(({ kind, cases }) => html`<section class="card"><h2>Open ${KINDS[kind].noun}s</h2><div class="stack quiet">${cases.slice(0, SHOWN).map((each) => caseRow(each, now))}</div></section>`)}
${lists.map((each) => leftOut(each, KINDS[each.kind].noun))}
${lists.some(({ unread }) => unread) && say('warn', 'The register could not be read in full, so cases that Temporal has lost may be missing here: is Postgres running?')}`;
}

function onCallNow(rota: Rota | undefined, at: Instant): Html | undefined {
  if (!rota) return undefined;
  const levels = levelsAt(rota, at).map(({ name, now }) => {
    const until = now?.until && html` until ${instant(now.until)}`;
    return html`<span>${name}: ${now ? html`<b>${rota.people[now.who]!.name}</b>${until}` : html`<b>nobody</b>`}</span>`;
  });
  return html`<p class="meta"><span>On call</span>${levels}</p>`;
}

/** What it says, or `undefined` where it fails or takes too long. */
function inTime<T>(asked: Promise<T>): Promise<T | undefined> {
  return within(PATIENCE_MS, asked, 'it does not answer').catch(() => undefined);
}

/** What of a list is not shown: its next deadlines are all later, as far as the list was read. */
function leftOut({ cases, cut }: Listed, noun: string): Html | undefined {
  if (cut)
    return say(
      'warn',
      `More than ${SORTED} ${noun}s are open, and only so many were read: some with earlier deadlines than those above may be missing here.`,
    );
  const more = cases.length - SHOWN;
  if (more <= 0) return undefined;
  return html`<p class="soft">Not shown: ${more} more ${noun}${more === 1 ? '' : 's'} whose next deadlines are later, or that have none.</p>`;
}

function brokenBox(cases: readonly ListedCase[], looked: ReadonlyMap<string, NextOf | undefined>): Html | undefined {
  const lines = [
    ...cases.flatMap(({ id, stopped }) => (stopped ? [stoppedLine(id, stopped)] : [])),
    ...[...looked].flatMap(([id, found]) => {
      if (!found) return [`${id} does not answer: is a worker running?`];
      const { registerBacklog } = found.view;
      return registerBacklog > 0
        ? [`The register is behind: ${registerBacklog} entries of ${id} are not written yet.`]
        : [];
    }),
  ];
  const shown = lines.slice(0, MOST_BROKEN);
  const stopped = cases.filter(({ stopped }) => stopped).length;
  const more =
    stopped > MOST_BROKEN &&
    html`<p>In all ${stopped} have stopped. All of them at once: <code>${tocsin('resume', { all: true })}</code></p>`;
  return lines.length === 0
    ? undefined
    : say('bad', html`<h2>Needs repair</h2><ul>${shown.map((line) => html`<li>${line}</li>`)}</ul>${more}`);
}

function incidentCard(
  listed: ListedCase,
  found: NextOf | undefined,
  actor: Actor,
  now: Instant,
  isFirst: boolean,
): Html {
  const { id, title, severity, status, owner, overdue, exercise, stopped, nextDeadline } = listed;
  // The clock of an exercise is its own.
  const at = found?.now ?? now;
  const [step] = found?.steps ?? [];
  const seen = found && firstToEnd(found.view.state);
  const acts =
    step?.commands
      .flatMap((line, n) => actionOf(id, line, actor, isFirst && n === 0, step.commands) ?? [])
      .slice(0, 3) ?? [];
  return html`<article class="card row">
${exercise && !found ? html`<p class="left"><span>The clock of an exercise</span></p>` : timeLeft(nextDeadline, at, 'No deadline runs', { of: dueThen(found?.steps ?? [], nextDeadline) })}
<div class="body"><h2><a href="${addressOf(id)}">${title ?? id}</a></h2>
<p class="meta"><span>${id}</span>${severity && html`<b>${severity}</b>`}${stopped ? html`<span class="chip bad">stopped</span>` : html`<span>${status}</span>`}${owner && html`<span>Owner ${owner}</span>`}${overdue > 0 && html`<span class="chip bad">${overdue} overdue</span>`}${exercise && html`<span class="chip note">Exercise</span>`}${seen && html`<span>Alarm acknowledged by ${seen.by} until ${instant(seen.until)}</span>`}</p>
${step && html`<div class="todo"><p><span class="soft">Next:</span> ${step.what}</p>${acts.length > 0 && html`<p class="acts">${acts}</p>`}</div>`}
</div></article>`;
}

function caseRow({ id, title, severity, status, nextDeadline, stopped }: ListedCase, now: Instant): Html {
  return html`<div class="row">${timeLeft(nextDeadline, now, 'No deadline runs')}<div class="body"><h3><a href="${addressOf(id)}">${title ?? id}</a></h3><p class="meta"><span>${id}</span>${severity && html`<b>${severity}</b>`}<span>${stopped ? 'stopped' : status}</span></p></div></div>`;
}
