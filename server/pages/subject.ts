/** The head of a page that acts on a case: what it does, to which case, and how long is left. */
import { clockNow } from '../../domain/case/clock-now';
import type { CaseView } from '../../domain/case/contract';
import type { CaseState } from '../../domain/case/lifecycle';
import { isSettled } from '../../domain/incident/state';
import { type Html, html } from '../../platform/html';
import { titleIn } from './duty-names';
import type { LookedAt } from './looked-at';
import { dueThen, timeLeft } from './times';

/** The case that a page acts on, as its head names it. */
export interface Subject {
  line: Html;
  /** Until the next deadline; nothing where no clock runs any more. */
  left?: Html | undefined;
}

/** @param obligation the duty that the page is about: its own deadline is shown, as long as it is open */
export function subjectOf(looked: LookedAt, obligation?: unknown): Subject {
  const { id, view, pack, now, steps, stopped } = looked;
  const { declaration, obligations, closedAt, exercise } = view.state;
  const line = html`<span>${id}</span><b>${declaration.severity}</b><span>${declaration.title}</span>${exercise && html`<span class="chip note">Exercise</span>`}`;
  if (closedAt || stopped) return { line };
  const o =
    typeof obligation === 'string' && Object.hasOwn(obligations, obligation) ? obligations[obligation] : undefined;
  const left =
    o?.dueAt && !isSettled(o)
      ? timeLeft(o.dueAt, now, '', { of: [titleIn(o, pack)] })
      : timeLeft(view.nextDueAt ?? undefined, now, 'No deadline runs', { of: dueThen(steps, view.nextDueAt) });
  return { line, left };
}

/** The same of a case of another kind. */
export function subjectOfCase(id: string, { state, clock, nextDueAt }: CaseView<CaseState>): Subject {
  const line = html`<span>${id}</span><b>${state.severity}</b><span>${state.title}</span>`;
  return state.closedAt
    ? { line }
    : { line, left: timeLeft(nextDueAt ?? undefined, clockNow(clock), 'No deadline runs') };
}

export interface Head {
  back: { to: string; text: string };
  heading: string;
  about?: Html | string | undefined;
  subject?: Subject | undefined;
}

export function pageHead({ back, heading, about, subject }: Head): Html {
  return html`<div class="over"><div class="head prose"><p class="meta"><a href="${back.to}">${back.text}</a>${subject?.line}</p><h1>${heading}</h1>${about && html`<p class="soft">${about}</p>`}</div>${subject?.left}</div>`;
}
