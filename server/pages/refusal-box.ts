/** What a form says that was not taken, or of which nobody knows whether it was. */
import { randomUUID } from 'node:crypto';
import { type Html, html } from '../../platform/html';
import type { Refusal } from '../problem';
import { say } from './layout';
import { inCode, words } from './links';

/** A form that was sent, and what came of it. */
export interface Sent {
  refusal: Refusal;
  typed: Record<string, string | string[] | undefined>;
}

/** Nobody knows whether it was taken: the same form with the same key settles it. */
export function isUnknown({ status }: Refusal): boolean {
  return status === 503;
}

/** The key of the form that is shown next: the same while it is not known whether it was taken, so that it counts once. */
export function keyAfter(sent: Sent | undefined): string {
  return sent && isUnknown(sent.refusal) && typeof sent.typed.key === 'string' ? sent.typed.key : randomUUID();
}

/** @param names the fields of the form that is shown; `more`: what else helps. */
export function refusalBox(refusal: Refusal, names: readonly string[], more?: Html): Html {
  if (isUnknown(refusal))
    return say(
      'bad',
      html`<h2>It is not known whether this was taken</h2><p>Send this form again as it is: it counts once.</p>`,
      'alert',
    );
  return say(
    'bad',
    html`<h2>Nothing was changed</h2><p>${refusal.detail}</p><ul>${refusal.errors.map(({ field, problem }) => {
      const at = names.find((name) => field === name || field.startsWith(`${name}.`));
      return html`<li>${at ? html`<a href="#field-${at}">${words(at)}</a>: ` : field !== '(body)' && `${field}: `}${inCode(problem)}</li>`;
    })}</ul>${more}`,
    'alert',
  );
}
