/** Slack calls back: whoever presses the button of a page acknowledges what it told of, as its link in a mail would. */
import type { TocsinClient } from '../../client/tocsin-client';
import { ACKNOWLEDGE_ALARMS } from '../../domain/case/acknowledge';
import { handleAt } from '../../domain/escalation/rota';
import { type ActionLink, type ActionLinks, keyOfLink } from '../../platform/links/action-link';
import type { RotaSource } from '../../policy/rota-file';
import { acknowledgeFor, type Outcome } from './acknowledgement';
import type { Pressed } from './slack-interaction';

/** What became of a button that was pressed. All but `acknowledged` change no alarm. */
export type SlackOutcome = Outcome | 'not-ours' | 'over' | 'no-answer';

export interface SlackDeps {
  client: TocsinClient;
  rota: RotaSource;
  /** Opens what a button carries. */
  links: ActionLinks | undefined;
  /** Sends JSON to an address at Slack. */
  post: (url: string, body: string) => Promise<void>;
}

/** Acknowledges, and says in Slack what became of it. Rejects with the fault where it could not be done or said. */
export async function onPressed(deps: SlackDeps, pressed: Pressed): Promise<SlackOutcome> {
  const { userId, answerTo, left } = pressed;
  const [outcome, fault] = await acknowledged(deps, pressed).then(
    (done): [SlackOutcome] => [done],
    (error): [SlackOutcome, unknown] => ['no-answer', error],
  );
  if (answerTo) await deps.post(answerTo, JSON.stringify(answerOf(outcome, userId, left)));
  if (fault !== undefined) throw fault;
  return outcome;
}

async function acknowledged({ client, rota, links }: SlackDeps, { token, userId }: Pressed): Promise<SlackOutcome> {
  const link = links?.open(token);
  if (!link || !isOfThePage(link)) return 'not-ours';
  if (link.endsAtMs <= Date.now()) return 'over';
  const people = await rota();
  const handle = people && userId && handleAt(people, 'slack', userId);
  // Said to whoever pressed it alone: a channel may have many members.
  if (!handle) return 'unknown-person';
  const { id: caseId, alarms: told = [] } = link;
  return acknowledgeFor(client, { service: 'slack', handle, caseId, told, key: keyOfLink(link) });
}

/** A link of a mail, or one that leads to a form, is no button. */
function isOfThePage({ act, through }: ActionLink): boolean {
  return act === ACKNOWLEDGE_ALARMS && through === 'slack';
}

const SAID: Readonly<Record<Exclude<SlackOutcome, 'acknowledged'>, string>> = {
  'nothing-open': 'No alarm on this page is waiting to be acknowledged.',
  repeated: 'This page was acknowledged before.',
  refused: 'The case takes no acknowledgement: it may be closed.',
  'no-such-case': 'Nothing was acknowledged: Temporal has no such case. Look at the board of Tocsin.',
  'unknown-person':
    'Nothing was acknowledged: the rota of Tocsin has nobody with your Slack member id. Acknowledge in Tocsin, and have your id added.',
  'not-ours': 'Nothing was acknowledged: this button was not made by this Tocsin.',
  over: 'Nothing was acknowledged: this button has expired (24 hours). Acknowledge in Tocsin.',
  'no-answer':
    'Whether it was acknowledged is not known, as Tocsin could not finish it. Press the button again: it counts once. If that changes nothing, acknowledge in Tocsin.',
};

/** After these the button is of no more use to anybody. */
const ENDS_THE_BUTTON: readonly SlackOutcome[] = ['acknowledged', 'nothing-open', 'repeated', 'refused'];

/** The message without its button and with what became of it; or a line that whoever pressed it alone sees. */
function answerOf(outcome: SlackOutcome, userId: string | undefined, left: object[]): object {
  const isAcknowledged = outcome === 'acknowledged';
  const text = isAcknowledged ? 'Acknowledged in Tocsin.' : SAID[outcome];
  if (!ENDS_THE_BUTTON.includes(outcome)) return { response_type: 'ephemeral', replace_original: false, text };
  // A member id that the rota has: it forms a mention, and no other markup.
  const said = isAcknowledged
    ? { type: 'mrkdwn', text: `Acknowledged by <@${userId}>.` }
    : { type: 'plain_text', text, emoji: false };
  return { replace_original: true, text, blocks: [...left, { type: 'section', text: said }] };
}
