/**
 * Answers as an incoming webhook of Slack does, keeps what was posted, and calls back as an app does whose button is pressed: a
 * signed form, with an address at which the message may be replaced
 * (https://docs.slack.dev/interactivity/handling-user-interaction, …/authentication/verifying-requests-from-slack).
 */
import { createHmac } from 'node:crypto';
import { createLocalApp, listen } from '../../stack/local-server';
import { afterFile } from './helpers';

export interface Button {
  action_id: string;
  value?: string;
  url?: string;
  text: { text: string };
}
export interface Posted {
  text: string;
  blocks: Array<{ type: string; elements?: Button[]; text?: { text: string } }>;
}

export interface Interaction {
  body: string;
  headers: Record<string, string>;
}

export interface PressedParts {
  message?: Posted;
  button?: Partial<Button>;
  user?: string;
  /** Of the user's own workspace. */
  team?: string;
  answerTo?: string;
  /** Seconds since the epoch at which it is signed. */
  signedAt?: number;
  type?: string;
}

/** Of an app's workspace. */
export const TEAM = 'T0ACME000';
export const ANSWERS = 'https://hooks.slack.com/actions/T0ACME000/1/once';

/** The header of a body that is signed with a secret then. */
export function slackSignature(secret: string, signedAt: number | string, body: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${signedAt}:${body}`).digest('hex')}`;
}

/** What an app is sent when a button of a message is pressed, signed. */
export function interactionOf(
  secret: string,
  {
    message,
    button = {},
    user = 'U012AB3CD',
    team = TEAM,
    answerTo = ANSWERS,
    type = 'block_actions',
    ...rest
  }: PressedParts,
): Interaction {
  const signedAt = rest.signedAt ?? Math.floor(Date.now() / 1000);
  const payload = {
    type,
    user: { id: user, username: 'zoe.of.the.night', name: 'zoe.of.the.night', team_id: team },
    api_app_id: 'A02',
    token: 'not-to-be-believed',
    container: { type: 'message', message_ts: '1775000000.000200', channel_id: 'CBR2V3XEX', is_ephemeral: false },
    team: { id: TEAM, domain: 'acme' },
    enterprise: null,
    channel: { id: 'CBR2V3XEX', name: 'security' },
    ...(message && { message: { type: 'message', ts: '1775000000.000200', ...message } }),
    response_url: answerTo,
    actions: [{ type: 'button', block_id: '=qXel', action_ts: '1775000001.000000', ...button }],
  };
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  return {
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': String(signedAt),
      'x-slack-signature': slackSignature(secret, signedAt, body),
    },
  };
}

/** An incoming webhook, which stops with the file, and what was posted to it. */
export async function startSlackWebhook(): Promise<{ url: string; posted: Posted[] }> {
  const app = createLocalApp();
  const posted: Posted[] = [];
  app.post<{ Body: Posted }>('/services/T0/B0/hook', async ({ body }, reply) => {
    posted.push(body);
    return reply.type('text/html').send('ok');
  });
  const { url, stop } = await listen(app, 'the Slack of the tests');
  afterFile(stop);
  return { url: `${url}/services/T0/B0/hook`, posted };
}

/** The buttons of a message. */
export function buttonsOf({ blocks }: Posted): Button[] {
  return blocks.flatMap(({ elements }) => elements ?? []);
}
