/** What to do about an incident, in order, each with the buttons that do it. */
import { type CommandLine, commandText, withoutActor } from '../../domain/kernel/command-lines';
import { type Html, html } from '../../platform/html';
import type { Actor } from '../identity/actor';
import { actionOf, hasForm } from './links';
import type { LookedAt } from './looked-at';
import { sentence } from './sentence';
import { timeLeft, unbroken } from './times';

export function stepsList(looked: LookedAt, actor: Actor): Html {
  return html`<ol class="steps">${looked.steps.map((step, n) => stepItem(looked, step, actor, n === 0))}</ol>`;
}

function stepItem(
  { id, now }: LookedAt,
  { what, todo, onSilence, dueAt, commands }: LookedAt['steps'][number],
  actor: Actor,
  isFirst: boolean,
): Html {
  const acts = commands.flatMap((line, n) => actionOf(id, line, actor, isFirst && n === 0, commands) ?? []).slice(0, 4);
  return html`<li class="step"><h3>${what}</h3>${dueAt && timeLeft(dueAt, now, '')}${todo && html`<p>${unbroken(sentence(todo))} ${onSilence}</p>`}${acts.length > 0 ? html`<p class="acts">${acts}</p>` : withoutForm(commands)}</li>`;
}

/** A step that offers no form: to this person, or to anybody. */
function withoutForm(commands: readonly CommandLine[]): Html | undefined {
  if (commands.length === 0) return undefined;
  if (hasForm(commands[0]!)) return html`<p class="soft small">Your roles do not include this.</p>`;
  return html`<p class="soft small">On the command line: <code>${commandText(withoutActor(commands[0]!))}</code></p>`;
}
