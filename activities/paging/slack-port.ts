import { ACKNOWLEDGE_ALARMS } from '../../domain/case/acknowledge';
import { SLACK_ACKNOWLEDGE } from '../../domain/escalation/page-key';
import { clean } from '../notices/inert';
import type { ArtefactStore } from '../storage/artefacts';
import type { EscalationPort, Page } from './escalation-port';
import { postJson } from './post-json';
import { type LinkMaker, linksOfNotices, linksOfPage } from './staff-links';

/** An incoming webhook. `buttons`: it is of an app that sends what is pressed to the server. */
export interface SlackConfig {
  url: string;
  buttons?: boolean;
}

/** Slack takes 3,000 characters in a block of text. */
const MAX_BLOCK = 2900;

/** Room for what is put before a page that is posted again. */
const MAX_TEXT = MAX_BLOCK - 100;

/**
 * Pages through an incoming webhook of Slack, whose address is the secret. Slack drops no repeats: a mark before the call
 * and one after it (see `page-on-call.ts`) keep a message from being posted twice, and one whose first outcome is unknown
 * is posted again and says so: an alarm twice is better than none.
 */
export function createSlackPort(
  { url, buttons = false }: SlackConfig,
  artefacts: ArtefactStore,
  linkMaker?: LinkMaker,
): EscalationPort {
  const post = async (key: string, text: string, mention?: string, actions: object[] = []) => {
    const begun = `${key}/slack begun`;
    const repeated = (await artefacts.isMarked(begun)) ? '(sent again: the first attempt may have arrived) ' : '';
    await artefacts.mark(begun);
    const inert = `${repeated}${escaped(text)}`;
    const plain = { type: 'section', text: { type: 'plain_text', text: cut(inert), emoji: false } };
    // Only the rota's own member id is markup; whatever an incident says is plain text.
    const mentioned = mention ? [{ type: 'section', text: { type: 'mrkdwn', text: `<@${mention}>` } }] : [];
    const body = { text: cut(inert), mrkdwn: false, link_names: false, unfurl_links: false, unfurl_media: false };
    await postJson({
      service: 'Slack',
      url,
      body: JSON.stringify({ ...body, blocks: [...mentioned, plain, ...actions] }),
    });
  };
  return {
    name: 'slack',
    page: (page) => post(page.key, textOf(page), page.person.slack, buttons ? buttonsOf(page, linkMaker) : []),
    acknowledged: ({ key, caseId, by, alarms, remaining }) =>
      post(
        key,
        `${caseId}: ${alarms.length} acknowledged${by ? ` by ${by}` : ''}, ${remaining === 0 ? 'none open' : `${remaining} still open`}`,
      ),
    resolved: ({ key, caseId, reason }) =>
      post(
        key,
        `${caseId}: ${reason === 'closed' ? 'closed' : 'what the alarms called for has been done'}; no more pages`,
      ),
  };
}

/**
 * One block of buttons: to acknowledge, which Slack sends to the server, and to the forms that approve and hold, which open in
 * a browser. None where there are no links.
 */
function buttonsOf({ caseId, person, at, alarms }: Page, linkMaker: LinkMaker | undefined): object[] {
  const posted = { caseId, to: person.handle, at, through: 'slack' } as const;
  const links = [...linksOfPage(linkMaker, posted, alarms), ...linksOfNotices(linkMaker, posted, alarms)];
  const elements = links.map(({ label, url, act, token }, index) => ({
    type: 'button',
    text: { type: 'plain_text', text: label, emoji: false },
    ...(act === ACKNOWLEDGE_ALARMS
      ? { action_id: SLACK_ACKNOWLEDGE, value: token, style: 'primary' }
      : { action_id: `open-${index}`, url }),
  }));
  return elements.length > 0 ? [{ type: 'actions', elements }] : [];
}

/** The page as one text. What does not fit of the alarms is counted: the commands are what somebody who was woken needs. */
function textOf({ digest, person }: Page): string {
  const commands = digest.commands.map((command) => `> ${command}`);
  for (let kept = digest.lines.length; ; kept--) {
    const left = digest.lines.length - kept;
    const lines = digest.lines.slice(0, kept).map((line) => `• ${line}`);
    const more = left > 0 ? [`• and ${left} more lines, which did not fit: see the second command below`] : [];
    const text = [`${person.name}: ${digest.subject}`, ...lines, ...more, ...commands].join('\n');
    if (kept === 0 || escaped(text).length <= MAX_TEXT) return text;
  }
}

/**
 * Text that forms no mention, link or markup at Slack: `&`, `<` and `>` as entities (as Slack's documentation asks for),
 * and a word joiner inside `@channel` and its like, so that no setting of a workspace turns it into a mention.
 */
export function escaped(text: string): string {
  return clean(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/@(?=(channel|here|everyone|group)\b)/gi, '@\u2060');
}

/** Cut without splitting an entity. */
function cut(text: string): string {
  return text.length <= MAX_BLOCK ? text : `${text.slice(0, MAX_BLOCK).replace(/&[a-z]{0,4}$/, '')}…`;
}
