// Slack calls back: whoever presses the button of a page acknowledges what it told of, as its link in a mail would, and no more.
import { EventEmitter, once } from 'node:events';
import type { FastifyInstance } from 'fastify';
import { createSlackPort } from '../../activities/paging/slack-port';
import { createFolderArtefacts } from '../../activities/storage/folder-artefacts';
import { type ActionLink, ActionLinks } from '../../platform/links/action-link';
import { temporaryDir } from '../setup/helpers';
import {
  ANSWERS,
  type Button,
  buttonsOf,
  type Interaction,
  interactionOf,
  type Posted,
  type PressedParts,
  slackSignature,
  startSlackWebhook,
} from '../setup/slack';
import { alarmOn } from '../unit/domain/helpers/alarm';
import { AOIFE, ago, CASE, CLOSED, calledBack, links, recorded } from './callbacks';

const SECRET = '8f742231b10e8888abcd99yyyzzz85a5';
const NEXT = 'the secret that replaces it at Slack';
const SERVER = 'https://tocsin.acme.dev';
const LINK = {
  ...{ id: CASE, act: 'acknowledge-alarms' as const, to: 'aoife', alarms: [5, 9], through: 'slack' as const },
  endsAtMs: Date.now() + 3_600_000,
};

/** What was said in Slack, with the address that it was said to. */
const said: Array<{ url: string; body: { text: string; blocks?: object[]; replace_original: boolean } }> = [];
const heard = new EventEmitter();
let app: FastifyInstance;
afterEach(async () => {
  await app.close();
  said.length = 0;
});

async function over(secrets = [SECRET]) {
  const server = await calledBack({ slack: secrets }, async (url, body) => {
    said.push({ url, body: JSON.parse(body) });
    heard.emit('said');
  });
  app = server.app;
  const post = ({ body, headers }: Interaction) =>
    app.inject({ method: 'POST', url: '/callbacks/slack', payload: body, headers });
  /** What became of it is said later: until the server has ended. */
  const press = (parts: PressedParts) => post(interactionOf(SECRET, parts));
  return { ...server, post, press };
}

const acknowledge = (link: Partial<ActionLink> = {}): Partial<Button> => ({
  action_id: 'acknowledge',
  value: links.tokenOf({ ...LINK, ...link })!,
});

/** A page as it is posted, of an alarm of a notice that waits for its approval. */
async function posted(buttons = true): Promise<Posted> {
  const webhook = await startSlackWebhook();
  const maker = { links, address: SERVER };
  const store = createFolderArtefacts(temporaryDir('slack'));
  const about = { kind: 'obligation', obligation: 'enterprise-notice', title: 'Customers', onSilence: 'send' } as const;
  const hold = { until: ago(-60) };
  const alarms = [
    alarmOn('containment', { seq: 5 }),
    alarmOn('enterprise-notice', { seq: 9, todo: 'approve', about: { ...about, hold } }),
  ];
  await createSlackPort({ url: webhook.url, buttons }, store, maker).page({
    ...{ caseId: CASE, severity: 'sev1', title: 'Leaked key', climb: { seq: 5, number: 1 }, at: ago(10), key: 'k' },
    ...{ attempt: 1, level: 1, person: { handle: 'aoife', name: 'Aoife', email: 'a@acme.dev', slack: AOIFE.slack } },
    ...{ alarms, digest: { subject: 'Two alarms not acknowledged', lines: [], commands: [] } },
  });
  return webhook.posted[0]!;
}

test('a page has a button that acknowledges, and addresses of the forms that approve and hold; without the setting none', async () => {
  await over();
  const [first, approve, hold, ...more] = buttonsOf(await posted());
  expect([first!.text.text, approve!.text.text, hold!.text.text]).toEqual([
    ...['Acknowledge these alarms', 'Read the notice and approve it', 'Hold it back'],
  ]);
  expect(more).toEqual([]);
  expect(links.open(first!.value)).toMatchObject({ act: 'acknowledge-alarms', alarms: [5, 9], through: 'slack' });
  // These are addresses alone: nothing is decided in Slack.
  for (const { value, url } of [approve!, hold!])
    expect([value, url!.startsWith(`${SERVER}/link?t=`)]).toEqual([undefined, true]);
  expect(buttonsOf(await posted(false))).toEqual([]);
});

test('whoever the rota has acknowledges what the page told of, in their name, and the message says so in the place of the button', async () => {
  const { press, story } = await over();
  const message = await posted();
  const [button] = buttonsOf(message);
  expect((await press({ message, button: button! })).statusCode).toBe(200);
  await app.close();
  expect(recorded(story)).toEqual([
    { kind: 'alarm-acknowledged', by: 'aoife', data: { alarms: [5, 9], via: 'slack' } },
  ]);
  expect(story.state.unacknowledged).toEqual([14]);
  const [{ url, body }] = said as [(typeof said)[number]];
  expect([url, body.replace_original]).toEqual([ANSWERS, true]);
  const blocks = JSON.stringify(body.blocks);
  expect(blocks).toContain(`Acknowledged by <@${AOIFE.slack}>.`);
  expect(blocks).toContain('Two alarms not acknowledged');
  expect(blocks).not.toContain('"acknowledge"');
  expect(blocks).toContain('Hold it back');
});

test('pressed again, by anybody, it counts once', async () => {
  const { press, story } = await over();
  const first = once(heard, 'said');
  await press({ button: acknowledge() });
  await first;
  story.state = { ...story.state, unacknowledged: [5, 9, 14] };
  await press({ button: acknowledge() });
  await app.close();
  expect(recorded(story)).toHaveLength(1);
  expect(story.state.unacknowledged).toEqual([5, 9, 14]);
  expect(said.map(({ body }) => body.text)).toContain('This page was acknowledged before.');
});

test.each([
  [
    'a member whom the rota does not have',
    { user: 'U0STRANGER', button: acknowledge() },
    'nobody with your Slack member id',
  ],
  [
    'the same id in another workspace',
    { team: 'T0OTHER00', button: acknowledge() },
    'nobody with your Slack member id',
  ],
  ['a button whose time is over', { button: acknowledge({ endsAtMs: Date.now() - 1 }) }, 'has expired (24 hours)'],
  ['a link of a mail', { button: acknowledge({ through: undefined }) }, 'not made by this Tocsin'],
  ['a link that approves', { button: acknowledge({ act: 'approve', obligation: 'x' }) }, 'not made by this Tocsin'],
  [
    'a token of other keys',
    { button: { action_id: 'acknowledge', value: new ActionLinks(['another']).tokenOf(LINK)! } },
    'not made by this Tocsin',
  ],
])('%s acknowledges nothing, and whoever pressed it alone is told why', async (_what, parts, why) => {
  const { press, send, logged } = await over();
  expect((await press(parts)).statusCode).toBe(200);
  await app.close();
  expect(send).not.toHaveBeenCalled();
  expect(said).toEqual([
    { url: ANSWERS, body: expect.objectContaining({ response_type: 'ephemeral', text: expect.stringContaining(why) }) },
  ]);
  for (const personal of ['U0STRANGER', AOIFE.slack, 'zoe.of.the.night', CASE])
    expect(logged.join()).not.toContain(personal);
});

test.each([
  ['a button that opens an address', { button: { action_id: 'open-1', url: `${SERVER}/link?t=x` } }],
  ['something else that is pressed', { type: 'view_submission', button: acknowledge() }],
])('%s is answered, and means nothing', async (_what, parts) => {
  const server = await over();
  expect((await server.press(parts)).statusCode).toBe(200);
  await app.close();
  expect(recorded(server.story)).toEqual([]);
  expect(said).toEqual([]);
});

test('what is not signed with a secret of ours, now, is refused before anything of it is read', async () => {
  const server = await over([NEXT, SECRET]);
  const now = Math.floor(Date.now() / 1000);
  const whole = interactionOf(SECRET, { button: acknowledge() });
  const headers = (more: Record<string, string>) => ({ ...whole, headers: { ...whole.headers, ...more } });
  const kind = async (sent: Interaction) => {
    const answer = await server.post(sent);
    return [answer.statusCode, answer.statusCode === 200 ? '' : answer.json().type.split(':').at(-1)];
  };
  for (const wrong of [
    interactionOf('a secret of another app', { button: acknowledge() }),
    { ...whole, body: whole.body.replace(AOIFE.slack, 'U0STRANGER') },
    headers({ 'x-slack-request-timestamp': String(now - 1) }),
    headers({ 'x-slack-request-timestamp': '' }),
    headers({ 'x-slack-signature': '' }),
    headers({ 'x-slack-signature': whole.headers['x-slack-signature']!.replace('v0=', 'v1=') }),
    headers({ 'x-slack-signature': slackSignature('', now, whole.body) }),
  ])
    expect(await kind(wrong)).toEqual([401, 'bad-signature']);
  for (const signedAt of [now - 310, now + 310])
    expect(await kind(interactionOf(SECRET, { button: acknowledge(), signedAt }))).toEqual([401, 'stale']);
  expect(server.send).not.toHaveBeenCalled();
  // While the secret is replaced, either counts.
  expect(await kind(interactionOf(NEXT, { button: { action_id: 'open-1' } }))).toEqual([200, '']);
  expect(await kind(whole)).toEqual([200, '']);
});

test('nothing is sent to an address that is not at Slack', async () => {
  const server = await over();
  for (const answerTo of [
    'http://hooks.slack.com/actions/1',
    'https://hooks.slack.com.evil.example/actions/1',
    'https://hooks.slack.com:8443/actions/1',
    'https://user@hooks.slack.com/actions/1',
    'https://127.0.0.1/actions/1',
    'no address',
  ])
    expect((await server.press({ button: acknowledge(), answerTo })).statusCode).toBe(200);
  await app.close();
  expect(said).toEqual([]);
  // What was pressed counts all the same.
  expect(recorded(server.story)).toHaveLength(1);
});

test('a case that is closed takes nothing, and while nobody answers the button stays', async () => {
  const server = await over();
  server.send.mockRejectedValueOnce(CLOSED);
  server.send.mockRejectedValueOnce(
    Object.assign(new Error('x'), { name: 'WorkflowUpdateRPCTimeoutOrCancelledError' }),
  );
  await server.press({ button: acknowledge() });
  await server.press({ button: acknowledge({ alarms: [5] }) });
  await app.close();
  expect(said.map(({ body }) => [body.replace_original, body.text.split(':')[0]])).toEqual([
    [true, 'The case takes no acknowledgement'],
    [false, 'Whether it was acknowledged is not known, as Tocsin could not finish it. Press the button again'],
  ]);
  expect(server.logged.join()).toContain('a button was pressed in vain');
});
