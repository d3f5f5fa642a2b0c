/** What the sent message caused, as the case's own entries tell it. */
import { narrate } from '../../domain/incident/narrate';
import { type Html, html } from '../../platform/html';
import type { Said } from '../identity/sessions';
import { say } from './layout';
import type { LookedAt } from './looked-at';
import { words } from './words';

export function saidBox({ events, pack }: Pick<LookedAt, 'events' | 'pack'>, { message, entries, note }: Said): Html {
  const caused = events.filter(({ seq }) => entries.includes(seq)).map((event) => narrate(event, pack).text);
  return causedBox(message, caused, note);
}

/** It is said once: a page that keeps itself up to date leaves it standing. */
export function causedBox(message: string, caused: readonly string[], note: string | undefined): Html {
  const isAny = caused.length > 0;
  const list = isAny && html`<ul>${caused.map((each) => html`<li>${each}</li>`)}</ul>`;
  const what = html`<b>${words(message)}: ${isAny ? 'recorded' : 'nothing new was recorded'}</b>${list}${note && html`<p>${note}</p>`}`;
  return html`<div data-once>${say(isAny ? 'good' : 'warn', what)}</div>`;
}
