/** What a confirmation is about: the form shows what waits and sends its instant back, so that nothing else is confirmed. */
import { DOUBTED, type Doubted } from '../../domain/incident/doubted-kinds';
import { wouldConfirm } from '../../domain/incident/on-awareness';
import { type Html, html } from '../../platform/html';

import { say } from './layout';
import { addressOf } from './links';
import type { LookedAt } from './looked-at';
import type { Typed } from './typed';
import { words } from './words';

export interface Confirmation {
  title: string;
  shown: Html;
  /** What the form sends beside what is typed; nothing where nothing waits. */
  fixed: { change: Doubted; at: string; decline: 'yes' | 'no' } | undefined;
}

/** By what a link or a form says is meant; without that, the first that waits. */
export function confirmationOf({ id, view: { state } }: LookedAt, typed: Typed): Confirmation {
  const decline = typed.decline === 'yes';
  const title = decline ? 'Decline' : 'Confirm';
  const waiting = DOUBTED.flatMap((change) => {
    const waits = wouldConfirm(state, change);
    return waits ? [{ change, ...waits }] : [];
  });
  const meant = typed.change ? waiting.find(({ change }) => change === typed.change) : waiting[0];
  if (!meant)
    return { title, shown: say('warn', 'Nothing of this kind is waiting for anybody now.'), fixed: undefined };
  const others = waiting.filter((each) => each !== meant);
  const mayDecline = meant.change !== 'parts' && state.awaitsSecond?.[meant.change] !== undefined;
  const link = (change: Doubted, answer: 'yes' | 'no', text: string) =>
    html`<a href="${addressOf(id)}/confirm?${new URLSearchParams({ change, decline: answer }).toString()}">${text}</a>`;
  const shown = say(
    'note',
    html`<b>${decline ? 'You decline' : 'You confirm'} ${meant.text}.</b>${decline && html`<p>The instant stays as it was.</p>`}${
      mayDecline &&
      html`<p>${link(meant.change, decline ? 'no' : 'yes', decline ? 'Confirm it instead' : 'Decline it instead')}</p>`
    }${others.map(({ change, text }) => html`<p>Also waiting: ${link(change, 'no', words(change))}, ${text}.</p>`)}`,
  );
  return { title, shown, fixed: { change: meant.change, at: meant.at, decline: decline ? 'yes' : 'no' } };
}
