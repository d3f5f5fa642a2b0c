/** The board: what is open by the next deadline, what needs a person, and what is broken. */
import { KINDS } from '../../client/kinds';
import type { ListedCase } from '../../client/list';
import type { TocsinClient } from '../../client/tocsin-client';
import type { Instant } from '../../domain/kernel/time';
import { type Html, html } from '../../platform/html';
import type { PolicySource } from '../../policy/settings';
import { KIND_NAMES } from '../api/kinds';
import type { Actor } from '../identity/actor';
import { say } from './layout';
import { actionOf, addressOf } from './links';
import { type LookedAt, lookAt } from './looked-at';
import { stoppedLine } from './stopped-line';
import { timeLeft } from './times';

/** Of so many incidents the next step is shown: those whose deadlines are next. */
const LOOKED_AT = 5;
const SHOWN = 200;

export async function boardPage(client: TocsinClient, actor: Actor, policy?: PolicySource): Promise<Html> {
  const lists = await Promise.all(
    KIND_NAMES.map(async (kind) => ({ kind, ...(await client.listUpTo(kind, { open: true, limit: SHOWN })) })),
  );
  const incidents = lists.flatMap(({ kind, cases }) => (kind === 'incident' ? cases : []));
  const others = lists.filter(({ kind, cases }) => kind !== 'incident' && cases.length > 0);
  const first = incidents.filter(({ stopped }) => !stopped).slice(0, LOOKED_AT);
  const looked = new Map<string, LookedAt | undefined>(
    await Promise.all(
      first.map(async ({ id }) => [id, await lookAt(client, id, policy).catch(() => undefined)] as const),
    ),
  );
  const now = new Date().toISOString();
  const cut = lists.some((each) => each.cut);
  return html`<div class="head"><h1>Board</h1><p class="meta">As of <time datetime="${now}">${now.slice(0, 19).replace('T', ' ')} UTC</time> <a href="/">Look again</a></p></div>
${brokenBox(
  lists.flatMap(({ cases }) => cases),
  looked,
)}
<section class="stack" aria-label="Open incidents">
${incidents.length === 0 && html`<div class="card"><h2>No incident is open</h2><p class="soft">If something has happened, declare it: Tocsin then watches every deadline.</p></div>`}
${incidents.map((each) => incidentCard(each, looked.get(each.id), actor, now))}
</section>
${others.map(({ kind, cases }) => html`<section class="card"><h2>Open: ${KINDS[kind].noun}s</h2><div class="stack quiet">${cases.map((each) => caseRow(each, now))}</div></section>`)}
${cut && html`<p class="soft">There are more than ${SHOWN} of a kind: not all are shown.</p>`}`;
}

function brokenBox(cases: readonly ListedCase[], looked: ReadonlyMap<string, LookedAt | undefined>): Html | undefined {
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
  return lines.length === 0
    ? undefined
    : say('bad', html`<h2>Needs repair</h2><ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`);
}

function incidentCard(listed: ListedCase, found: LookedAt | undefined, actor: Actor, now: Instant): Html {
  const { id, title, severity, status, owner, overdue, exercise, stopped, nextDeadline } = listed;
  // The clock of an exercise is its own.
  const at = found?.now ?? now;
  const [step] = found?.steps ?? [];
  const acts = step?.commands.flatMap((line, n) => actionOf(id, line, actor, n === 0) ?? []).slice(0, 3) ?? [];
  return html`<article class="card row">
${exercise && !found ? html`<p class="left"><span>The clock of an exercise</span></p>` : timeLeft(nextDeadline, at, 'No deadline runs')}
<div class="body"><h2><a href="${addressOf(id)}">${title ?? id}</a></h2>
<p class="meta"><span>${id}</span>${severity && html`<b>${severity}</b>`}${stopped ? html`<span class="chip bad">stopped</span>` : html`<span>${status}</span>`}${owner && html`<span>Owner ${owner}</span>`}${overdue > 0 && html`<span class="chip bad">${overdue} overdue</span>`}${exercise && html`<span class="chip note">Exercise</span>`}</p>
${step && html`<div class="todo"><p><span class="soft">Next:</span> ${step.what}</p>${acts.length > 0 && html`<p class="acts">${acts}</p>`}</div>`}
</div></article>`;
}

function caseRow({ id, title, severity, status, nextDeadline, stopped }: ListedCase, now: Instant): Html {
  return html`<div class="row">${timeLeft(nextDeadline, now, 'No deadline runs')}<div class="body"><h3>${title ?? id}</h3><p class="meta"><span>${id}</span>${severity && html`<b>${severity}</b>`}<span>${stopped ? 'stopped' : status}</span></p></div></div>`;
}
