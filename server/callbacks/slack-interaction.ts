/**
 * What Slack sends when a button is pressed: a form with one field of JSON, signed with the time of sending over the bytes of its
 * body (https://docs.slack.dev/authentication/verifying-requests-from-slack,
 * https://docs.slack.dev/reference/interaction-payloads/block_actions-payload).
 */
import { z } from 'zod';
import { SLACK_ACKNOWLEDGE } from '../../domain/escalation/page-key';
import { MINUTE_MS } from '../../domain/kernel/time';
import { anyEqual, hmacSha256 } from '../../platform/hmac';
import { Refusal } from '../problem';

/** What was captured cannot be played again later. */
const REPLAY_WINDOW_MS = 5 * MINUTE_MS;

export interface SlackHeaders {
  timestamp: string | undefined;
  signature: string | undefined;
}

/** Throws a Refusal where it is not signed with one of our secrets (`v0=HEX` over `v0:TIMESTAMP:BODY`), or not now. */
export function mustBeOfSlack(
  { timestamp = '', signature = '' }: SlackHeaders,
  body: Buffer,
  secrets: readonly string[],
  nowMs = Date.now(),
): void {
  const hex = /^v0=([0-9a-f]{64})$/i.exec(signature)?.[1];
  const expected = secrets.map((secret) => hmacSha256(secret, `v0:${timestamp}:`, body));
  if (!/^\d{1,12}$/.test(timestamp) || hex === undefined || !anyEqual([Buffer.from(hex, 'hex')], expected))
    throw new Refusal(
      'bad-signature',
      'it is not signed with a secret of ours: check that the signing secret of the app is in TOCSIN_SLACK_SIGNING_SECRETS',
    );
  if (Math.abs(Number(timestamp) * 1000 - nowMs) > REPLAY_WINDOW_MS)
    throw new Refusal('stale', 'it was not signed within five minutes of now: check the clock of this machine');
}

const Block = z.looseObject({ type: z.string() });

/** As much as is read. */
const BlockActions = z.object({
  type: z.literal('block_actions'),
  user: z.object({ id: z.string(), team_id: z.string().nullish() }),
  team: z.object({ id: z.string() }).nullish(),
  response_url: z.string().optional(),
  message: z.object({ blocks: z.array(Block).optional() }).optional(),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().optional() })),
});

/** That somebody pressed the button that acknowledges. */
export interface Pressed {
  /** Of whoever pressed it; `undefined`: of another workspace, where ids may be those of others here. */
  userId: string | undefined;
  /** What the button carries. */
  token: string;
  /** Where what became of it is said; `undefined` where that is not at Slack. */
  answerTo: string | undefined;
  /** The message that the button stands in, without it. */
  left: object[];
}

/** What was pressed; `undefined` for all else, as buttons that open an address. Throws a Refusal where it cannot be read. */
export function pressedIn(body: Buffer): Pressed | undefined {
  const said = jsonIn(new URLSearchParams(body.toString('utf8')).get('payload'));
  if (typeof said !== 'object' || said === null) throw new Refusal('bad-request', 'it is not an interaction of Slack');
  const { data: read } = BlockActions.safeParse(said);
  const action = read?.actions.find(({ action_id }) => action_id === SLACK_ACKNOWLEDGE);
  if (!read || !action?.value) return undefined;
  const { user, team, response_url: answerTo, message } = read;
  const isForeign = Boolean(user.team_id && team && user.team_id !== team.id);
  return {
    userId: isForeign ? undefined : user.id,
    token: action.value,
    answerTo: isAtSlack(answerTo) ? answerTo : undefined,
    left: (message?.blocks ?? []).flatMap(withoutAcknowledge),
  };
}

/** Nothing is sent to any other address, whatever a request says. */
export function isAtSlack(address: string | undefined): boolean {
  if (address === undefined || !URL.canParse(address)) return false;
  const { protocol, host, username, password } = new URL(address);
  return protocol === 'https:' && host === 'hooks.slack.com' && username === '' && password === '';
}

function withoutAcknowledge(block: z.infer<typeof Block>): object[] {
  if (block.type !== 'actions' || !Array.isArray(block.elements)) return [block];
  const elements = block.elements.filter((each: { action_id?: unknown }) => each?.action_id !== SLACK_ACKNOWLEDGE);
  return elements.length > 0 ? [{ ...block, elements }] : [];
}

function jsonIn(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
