/** What a form says that was not taken, or of which nobody knows whether it was. */
import { randomUUID } from 'node:crypto';
import { type Html, html } from '../../platform/html';
import { MAY_BE_TAKEN } from '../api/failures';
import type { Actor } from '../identity/actor';
import type { Refusal } from '../problem';
import { byTitle, withActs } from './acts-in-text';
import { say } from './layout';
import { addressOf } from './links';
import { sentence } from './sentence';

/** What is shown of a refusal. */
export type Shown = Pick<Refusal, 'kind' | 'status' | 'detail' | 'errors' | 'declared'>;

export function partsOf({ kind, status, detail, errors, declared }: Refusal): Shown {
  return { kind, status, detail, errors, ...(declared && { declared }) };
}

/** A form that was sent, and what came of it. */
export interface Sent {
  refusal: Refusal;
  typed: Record<string, string | string[] | undefined>;
}

/** Nobody knows whether it was taken: the same form with the same key settles it. */
export function isUnknown({ kind, status }: Pick<Refusal, 'kind' | 'status'>): boolean {
  return status === 503 && kind !== 'not-opened';
}

/**
 * The key of the form that is shown next: the same while it is not known whether it was taken, so that it counts once; and of a
 * declaration that Temporal may still keep, so that there is one.
 */
export function keyAfter(sent: Sent | undefined): string {
  const isSame = sent && (isUnknown(sent.refusal) || sent.refusal.kind === 'not-opened');
  return isSame && typeof sent.typed.key === 'string' ? sent.typed.key : randomUUID();
}

/**
 * @param names the fields of the form that is shown, with what they are called on it
 * @param more what else helps, as a link to what it is about
 * @param duties the duties of the case by their ids, with their titles
 */
export function refusalBox(
  refusal: Shown,
  names: ReadonlyMap<string, string>,
  actor: Actor,
  more?: Html,
  duties: ReadonlyMap<string, string> = new Map(),
): Html {
  if (isUnknown(refusal))
    return say(
      'bad',
      html`<h2>It is not known whether this was taken</h2>${refusal.kind === 'unavailable' && refusal.detail !== MAY_BE_TAKEN && html`<p>${sentence(refusal.detail)}</p>`}<p>Send this form again as it is: it counts once.</p>`,
      'alert',
    );
  const isTaken = refusal.kind === 'key-used';
  const untaken = refusal.kind === 'not-opened' ? 'Nothing has begun' : 'Nothing was changed';
  // A form has its key from us: whoever typed knows of none.
  const errors = refusal.errors.filter(({ field }) => field !== 'Idempotency-Key');
  return say(
    'bad',
    html`<h2>${isTaken ? 'What you sent first was taken; what you changed since was not' : untaken}</h2><p>${isTaken ? 'See what came of it first: sent again, this form counts as a second one.' : withActs(sentence(refusal.detail), actor)}</p>${refusal.declared && html`<p><a href="${addressOf(refusal.declared)}">Open ${refusal.declared}</a></p>`}<ul>${errors.map(
      ({ field, problem }) => {
        const at = [...names.keys()].find((name) => field === name || field.startsWith(`${name}.`));
        if (at) return html`<li><a href="#field-${at}">${names.get(at)!}</a>: ${withActs(problem, actor)}</li>`;
        const line = field === '(body)' ? problem : `${field}: ${problem}`;
        return html`<li>${withActs(byTitle(line, duties), actor)}</li>`;
      },
    )}</ul>${more}`,
    'alert',
  );
}
