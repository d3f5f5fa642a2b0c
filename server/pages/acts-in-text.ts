/** Sentences of the domain, in which commands stand between backticks, as a page says them: with its own forms and pages. */
import { kindOf } from '../../client/kinds';
import type { CommandLine } from '../../domain/kernel/command-lines';
import { commandOf } from '../../domain/kernel/command-read';
import { type Html, html } from '../../platform/html';
import type { Actor } from '../identity/actor';
import { addressOf, formOf, mayUse } from './links';
import { unbroken } from './times';

/** What shows something, and is done on no form. */
const PAGES: Partial<Record<CommandLine['verb'], (id: string) => { href: string; label: string }>> = {
  show: (id) => ({ href: addressOf(id), label: 'its page' }),
  next: (id) => ({ href: addressOf(id), label: 'what to do next' }),
  explain: (id) => ({ href: `${addressOf(id)}#why`, label: 'why each duty applies or not' }),
  'register show': (id) => ({ href: `/register/case?${new URLSearchParams({ id }).toString()}`, label: 'its entries' }),
};

/** The sentence with links in place of its commands; of what has no form here, the command. */
export function withActs(text: string, actor: Actor): Html {
  return html`${text.split('`').map((part, n) => (n % 2 === 1 ? actIn(part, actor) : unbroken(part)))}`;
}

function actIn(text: string, actor: Actor): Html {
  const line = commandOf(text);
  const id = line?.given.id;
  if (!line || typeof id !== 'string' || (kindOf(id) ?? 'incident') !== 'incident') return html`<code>${text}</code>`;
  const page = PAGES[line.verb]?.(id);
  if (page) return html`<a href="${page.href}">${page.label}</a>`;
  const form = formOf(id, line);
  if (!form) return html`<code>${text}</code>`;
  // Whoever may not is told what it takes, to ask somebody who may.
  return mayUse(line, actor) ? html`<a href="${form.href}">${form.label}</a>` : html`<b>${form.label}</b>`;
}

/** The sentence with the titles of duties in place of their ids: but for its commands, which stand between backticks. */
export function byTitle(text: string, duties: ReadonlyMap<string, string>): string {
  const named = (part: string) =>
    part.replaceAll(/(?<![\w/@.:-])[a-z][\w.:-]{0,159}(?![/@])/g, (word, at: number) => {
      const id = word.replace(/[.:]+$/, '');
      const title = duties.get(id);
      // A word of the sentence may be an id, too.
      if (title === undefined || (at > 0 && !id.includes('-'))) return word;
      return `${at === 0 ? title : `“${title}”`}${word.slice(id.length)}`;
    });
  return text
    .split('`')
    .map((part, n) => (n % 2 === 1 ? part : n === 0 ? named(part) : named(` ${part}`).slice(1)))
    .join('`');
}
