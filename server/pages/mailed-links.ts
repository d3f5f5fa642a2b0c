/**
 * Links that mails to staff carry. A link acts on nothing: it leads to the form of its message, for whoever is logged in, and
 * what that form sends counts once, whoever sends it. Mail scanners that follow it change nothing. Decision 0035.
 */
import type { TocsinClient } from '../../client/tocsin-client';
import { ACKNOWLEDGE_ALARMS } from '../../domain/case/acknowledge';
import { API_COMMAND } from '../../domain/case/command-ids';
import { isRepeat } from '../../domain/case/messages';
import { minuteText, toInstant } from '../../domain/kernel/time';
import { type Html, html } from '../../platform/html';
import { type ActionLink, type ActionLinks, keyOfLink } from '../../platform/links/action-link';
import { openAlarms } from '../open-alarms';
import { Refusal } from '../problem';
import type { Form } from './form';
import { say } from './layout';
import { addressOf, noticeOf } from './links';
import type { LookedAt } from './looked-at';
import { isUnknown } from './refusal-box';
import { instant } from './times';

/** A link as the form that it led to shows it and sends it along. */
export interface MailedLink {
  link: ActionLink;
  token: string;
  /** By which its message is known, whoever sends it. */
  key: string;
}

/** Where a link leads. Throws a Refusal where it is none of ours, or its time is over. */
export function targetOf(links: ActionLinks | undefined, token: unknown): string {
  const link = links?.open(token);
  if (!link) throw new Refusal('not-found', 'this link is incomplete, or was not made by this Tocsin: open the board');
  if (isOver(link)) throw new Refusal('not-found', `this link expired at ${utc(link)}: open ${link.id} from the board`);
  const { id, act, obligation } = link;
  const query = new URLSearchParams({ ...(act === 'hold' && obligation && { obligation }), link: String(token) });
  return `${act === 'approve' && obligation ? noticeOf(id, obligation) : `${addressOf(id)}/${act}`}?${query}`;
}

/**
 * The link that a form was opened by, where it is for this message of this incident; `undefined` where none was given. Throws a
 * Refusal where one was given that is not good for it.
 */
export function linkOfForm(
  links: ActionLinks | undefined,
  token: unknown,
  given: { id: string; act: string; obligation?: unknown },
): MailedLink | undefined {
  if (token === undefined || token === '') return undefined;
  const link = links?.open(token);
  const isFor =
    link?.id === given.id &&
    link.act === given.act &&
    (link.obligation === undefined || link.obligation === given.obligation);
  if (!link || !isFor)
    throw new Refusal('stale-form', 'the link that this form was opened by is for something else: open the form again');
  if (isOver(link))
    throw new Refusal(
      'stale-form',
      `the link that this form was opened by expired at ${utc(link)}: open the form again`,
    );
  return { link, token: String(token), key: keyOfLink(link) };
}

/**
 * What a link says beside what is typed: which alarms it acknowledges now, of those that it was mailed with what is still
 * open. It is no part of the content that a repeat is known by.
 */
export async function addedBy({ link }: MailedLink, client: TocsinClient): Promise<{ alarms?: number[] }> {
  if (link.act !== ACKNOWLEDGE_ALARMS) return {};
  const { id, alarms: told = [] } = link;
  const open = await openAlarms(client, id, told);
  return { alarms: open.length > 0 ? open : [told[0] ?? 1] };
}

/** Whether a form sends its link along: until that was used, and as long as nobody knows whether it was. */
export function isSentAlong({ key }: MailedLink, { view: { state } }: LookedAt, refusal?: Refusal): boolean {
  return !isRepeat(state, `${API_COMMAND}${key}`) || (refusal !== undefined && isUnknown(refusal));
}

/** For whom the link was made, and that whoever is logged in acts. */
export function linkBox(mailed: MailedLink, looked: LookedAt, by: string, refusal?: Refusal): Html {
  const { to, endsAtMs, through } = mailed.link;
  if (!isSentAlong(mailed, looked, refusal))
    return say('warn', html`<b>This link has been used.</b><p>What you send here now is sent in its own right.</p>`);
  return say(
    'note',
    html`<b>You act as ${by}.</b><p>The link was ${through === 'slack' ? 'posted in Slack, for' : 'mailed to'} ${to}; it counts once, and until ${instant(toInstant(endsAtMs))}.</p>`,
  );
}

/** The form that a mailed link led to: once, it sends the link along. @param seen absent where nobody can look now. */
export function withLink(
  form: Form,
  mailed: MailedLink | undefined,
  seen?: { looked: LookedAt; by: string; refusal?: Refusal | undefined },
): Form {
  if (!mailed) return form;
  const shown = seen && linkBox(mailed, seen.looked, seen.by, seen.refusal);
  const told = shown ? { ...form, shown: html`${shown}${form.shown}` } : form;
  if (seen && !isSentAlong(mailed, seen.looked, seen.refusal)) return told;
  // Which alarms, the link says.
  return { ...told, without: [...form.without, 'alarms'], fixed: { ...form.fixed, link: mailed.token } };
}

function isOver({ endsAtMs }: ActionLink): boolean {
  return endsAtMs <= Date.now();
}

function utc({ endsAtMs }: ActionLink): string {
  return `${minuteText(toInstant(endsAtMs))} UTC`;
}
