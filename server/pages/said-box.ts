/** What the sent message caused, as the incident's own entries tell it. */
import { narrate } from '../../domain/incident/narrate';
import { type Html, html } from '../../platform/html';
import type { Said } from '../identity/sessions';
import { say } from './layout';
import { words } from './links';
import type { LookedAt } from './looked-at';

export function saidBox({ events, pack }: Pick<LookedAt, 'events' | 'pack'>, { message, entries, note }: Said): Html {
  const caused = events.filter(({ seq }) => entries.includes(seq));
  return say(
    caused.length > 0 ? 'good' : 'warn',
    html`<b>${words(message)}: ${caused.length > 0 ? 'recorded' : 'nothing new was recorded'}</b>${caused.length > 0 && html`<ul>${caused.map((event) => html`<li>${narrate(event, pack).text}</li>`)}</ul>`}${note && html`<p>${note}</p>`}`,
  );
}
