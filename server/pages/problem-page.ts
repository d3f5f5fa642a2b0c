/** What a browser is shown when something was not done. Nothing that somebody typed is lost: it stands there to be copied. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { html } from '../../platform/html';
import { PROBLEMS, type Refusal } from '../problem';
import { fieldWords } from './field-words';
import { say, sendPage, type Visitor } from './layout';
import { sentence } from './sentence';

/** Who is not logged in goes to log in, and comes back to the page. */
export function sendPageProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Refusal,
  visitor?: Visitor,
): FastifyReply {
  const { kind, status, detail, errors } = refusal;
  if (kind === 'no-session' && request.method === 'GET')
    return reply.redirect(`/login?to=${encodeURIComponent(request.url)}`, 303);
  const title = PROBLEMS[kind][1];
  return sendPage(reply.code(status), {
    title,
    ...(visitor && { visitor }),
    body: html`<div class="head prose"><h1>${title}</h1>
<p>${sentence(detail)}</p></div>
${errors.length > 0 && say('bad', html`<ul>${errors.map(({ field, problem }) => html`<li>${field === '(body)' ? '' : html`<b>${fieldWords(field).label}</b>: `}${problem}</li>`)}</ul>`, 'alert')}
${request.method === 'POST' && kind !== 'foreign-origin' && typed(request.body, kind)}
<p class="acts"><a class="button" href="/">To the board</a>${(kind === 'login-failed' || kind === 'not-allowed') && html`<a class="button plain" href="/login">Log in again</a>`}</p>`,
  });
}

/** What a form brought that was not taken. */
function typed(body: unknown, kind: Refusal['kind']) {
  let left = MOST_SHOWN;
  const fields = Object.entries((body ?? {}) as Record<string, unknown>).flatMap(([name, value]) => {
    const text = [value].flat().map((each) => (typeof each === 'string' ? each : ''));
    if (HIDDEN.includes(name) || text.every((each) => each.trim() === '')) return [];
    const whole = text.join('\n');
    const shown = { name: name.slice(0, 200), value: whole.slice(0, Math.max(left, 0)) };
    left -= whole.length + FRAME;
    return shown.value === '' ? [] : [shown];
  });
  const again = html`<p>Nothing was sent. <a href="/login" target="_blank" rel="noopener">Log in in a new tab</a>, then come back here, go back one page and send the form again.</p>`;
  if (fields.length === 0 && kind !== 'no-session') return undefined;
  return html`<div class="prose stack">${kind === 'no-session' && again}
${fields.length > 0 && html`<h2>What you typed</h2><dl class="facts">${fields.map(({ name, value }) => html`<dt>${fieldWords(name).label}</dt><dd class="typed">${value}</dd>`)}</dl>${left < 0 && html`<p>Not all of it is shown: go back one page to see the rest.</p>`}`}</div>`;
}

/** Characters of what was typed that are shown again: no message has more. */
const MOST_SHOWN = 250_000;
/** Counted for each field, beside its text. */
const FRAME = 100;

/** Of these nothing is shown: what a form carries for itself, and keys. */
const HIDDEN = ['csrf', 'key', 'to'];
