/** From what a step asks for to the form that does it, for whoever may send it. */
import type { CommandLine } from '../../domain/kernel/command-lines';
import { type Html, html } from '../../platform/html';
import { allows } from '../access';
import type { Actor } from '../identity/actor';
import { MESSAGE_ROLES } from '../roles-of-messages';

/** Commands whose message has another name. */
const NAMES: Partial<Record<string, string>> = { acknowledge: 'acknowledge-alarms', handover: 'correct' };
/** What a link may fill in: codes, and never a text. */
export const LINKED = ['obligation', 'status', 'personalData', 'change', 'undo', 'authority', 'language', 'draft'];

/** The button of a command: the form of its message, filled in as the command says; none where there is no such form. */
export function actionOf(id: string, { verb, given }: CommandLine, actor: Actor, isFirst: boolean): Html | undefined {
  const message = NAMES[verb] ?? verb;
  const { obligation } = given;
  const look = isFirst ? '' : ' plain';
  if (verb === 'draft' || verb === 'approve') {
    if (typeof obligation !== 'string') return undefined;
    const to = `${addressOf(id)}/notices/${encodeURIComponent(obligation)}`;
    return html`<a class="button${look}" href="${to}">Read the notice</a>`;
  }
  const rules: Record<string, readonly never[]> = MESSAGE_ROLES.incident as never;
  if (!Object.hasOwn(rules, message) || !allows(rules[message]!, actor.roles)) return undefined;
  const filled = Object.entries(given).flatMap(([name, value]): [string, string][] => {
    const field = name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    return typeof value === 'string' && LINKED.includes(field) ? [[field, value]] : [];
  });
  const query = new URLSearchParams(filled).toString();
  const choice = given.status ?? given['personal-data'];
  const label = `${words(message)}${typeof choice === 'string' ? `: ${choice}` : ''}`;
  return html`<a class="button${look}" href="${addressOf(id)}/${message}${query && `?${query}`}">${label}</a>`;
}

export function addressOf(id: string): string {
  return `/incidents/${encodeURIComponent(id)}`;
}

/** `acknowledge-alarms` as `Acknowledge alarms`, `rootCause` as `Root cause`. */
export function words(name: string): string {
  const spaced = name
    .replaceAll('-', ' ')
    .replaceAll(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return `${spaced[0]!.toUpperCase()}${spaced.slice(1)}`;
}
