/** From what a step asks for to the form that does it, for whoever may send it. */
import { COLLECTIONS, kindOf } from '../../client/kinds';
import type { CommandLine } from '../../domain/kernel/command-lines';
import { type Html, html } from '../../platform/html';
import { allows } from '../access';
import type { Actor } from '../identity/actor';
import { MESSAGE_ROLES } from '../roles-of-messages';
import { actWords } from './act-words';
import { words } from './words';

/** Commands whose message has another name. */
const NAMES: Partial<Record<string, string>> = {
  acknowledge: 'acknowledge-alarms',
  handover: 'correct',
  'notice settle': 'settle',
  'notice stop': 'stop-sending',
  'notice sender': 'sender',
};
/** What a link may fill in: codes, instants and the measure of a containment, and never a text. */
export const LINKED = [
  ...['obligation', 'status', 'personalData', 'change', 'at', 'decline', 'undo', 'authority', 'language', 'draft'],
  ...['ground', 'until', 'category', 'channel', 'accepted', 'rest', 'currentPolicy', 'measure'],
];

/**
 * The button of a command: the form of its message, filled in as the command says; none where there is no such form.
 * @param step all commands of the step that it belongs to
 */
export function actionOf(
  id: string,
  line: CommandLine,
  actor: Actor,
  isFirst: boolean,
  step: readonly CommandLine[] = [],
): Html | undefined {
  if (!mayUse(line, actor)) return undefined;
  const form = formOf(id, line, step);
  return form && html`<a class="button${isFirst ? '' : ' plain'}" href="${form.href}">${form.label}</a>`;
}

/** Where the form of a command is, filled in as the command says, and what its button says. */
export function formOf(
  id: string,
  line: CommandLine,
  step: readonly CommandLine[] = [],
): { href: string; label: string } | undefined {
  if (!hasForm(line)) return undefined;
  const { verb, given } = line;
  const { obligation } = given;
  if (isRead(verb)) return { href: noticeOf(id, String(obligation)), label: 'Read the notice' };
  const message = messageFor(verb);
  const query = new URLSearchParams(filledBy(given)).toString();
  const choice = choiceOf(given);
  const label =
    verb === 'contain'
      ? containLabel(given, step)
      : given.decline === true
        ? 'Decline'
        : choice
          ? `${words(message)}${choice}`
          : actWords(message);
  return { href: `${addressOf(id)}/${message}${query && `?${query}`}`, label };
}

/** Whether the roles of a person allow what the form of a command does. */
export function mayUse({ verb }: CommandLine, { roles }: Actor): boolean {
  const rules: Record<string, readonly never[]> = MESSAGE_ROLES.incident as never;
  const message = messageFor(verb);
  return isRead(verb) || (Object.hasOwn(rules, message) && allows(rules[message]!, roles));
}

/** Whether there is a form for a command, for whoever may send it. */
export function hasForm({ verb, given }: CommandLine): boolean {
  if (isRead(verb)) return typeof given.obligation === 'string';
  return Object.hasOwn(MESSAGE_ROLES.incident, messageFor(verb));
}

/** What is read on the page of its notice, and approved there. */
function isRead(verb: string): boolean {
  return verb === 'draft' || verb === 'approve';
}

function messageFor(verb: string): string {
  return NAMES[verb] ?? verb;
}

/** What a command says, as the fields of its form take it. */
function filledBy(given: CommandLine['given']): [string, string][] {
  return Object.entries(given).flatMap(([name, value]): [string, string][] => {
    // The command gives the instant of the acceptance or this flag; the form asks whether there was one.
    if (name === 'accepted') return [['accepted', 'yes']];
    if (name === 'not-accepted') return [['accepted', 'no']];
    if (name === 'block-source') return [['measure', JSON.stringify({ action: 'block-source', source: value })]];
    const field = name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const text = value === true ? 'yes' : value;
    return typeof text === 'string' && LINKED.includes(field) ? [[field, text]] : [];
  });
}

/** A step that offers to block and to undo is a block that waits for its second person. */
function containLabel(given: CommandLine['given'], step: readonly CommandLine[]): string {
  const source = given['block-source'];
  const isAgreed = ['block-source', 'undo'].every((name) => step.some((line) => line.given[name] !== undefined));
  if (given.undo !== undefined) return isAgreed ? 'Withdraw' : 'Undo';
  if (typeof source === 'string') return isAgreed ? `Agree: block ${source}` : `Block ${source}`;
  return actWords('contain');
}

function choiceOf(given: CommandLine['given']): string {
  if (given['not-accepted'] === true) return ': not accepted';
  if (given.accepted !== undefined) return ': accepted';
  const choice = given.status ?? given['personal-data'];
  return typeof choice === 'string' ? `: ${choice}` : '';
}

/** The page of a case of any kind. */
export function addressOf(id: string): string {
  return `/${COLLECTIONS[kindOf(id) ?? 'incident']}/${encodeURIComponent(id)}`;
}

/** The page of a notice. */
export function noticeOf(id: string, obligation: string): string {
  return `${addressOf(id)}/notices/${encodeURIComponent(obligation)}`;
}
