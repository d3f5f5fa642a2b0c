/** What the sent message caused, as the case's own entries tell it. */
import { type Html, html } from '../../platform/html';
import type { Said } from '../identity/sessions';
import { namesOf, toldIn } from './duty-names';
import { say } from './layout';
import type { LookedAt } from './looked-at';
import { words } from './words';

export function saidBox(looked: Pick<LookedAt, 'events' | 'pack' | 'view'>, { message, entries, note }: Said): Html {
  const names = namesOf(looked);
  const caused = looked.events
    .filter(({ seq }) => entries.includes(seq))
    .map((event) => {
      const { of, text } = toldIn(event, looked, names);
      return of ? `${of}: ${text}` : text;
    });
  return causedBox(message, caused, note);
}

/** It is said once: a page that keeps itself up to date leaves it standing. */
export function causedBox(message: string, caused: readonly string[], note: string | undefined): Html {
  const isAny = caused.length > 0;
  const list = isAny && html`<ul>${caused.map((each) => html`<li>${each}</li>`)}</ul>`;
  const what = html`<b>${words(message)}: ${isAny ? 'recorded' : 'nothing new was recorded'}</b>${list}${note && html`<p>${note}</p>`}`;
  return html`<div data-once>${say(isAny ? 'good' : 'warn', what)}</div>`;
}
