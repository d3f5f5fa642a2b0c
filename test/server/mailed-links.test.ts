/** Links of mails: a GET acts on nothing, whoever is logged in acts, and what a link sends counts once. */
import { UnknownOutcome } from '../../client/errors';
import { compareCommands } from '../../domain/case/command-ids';
import { KEY_USED } from '../../domain/case/messages';
import { noticeNow } from '../../domain/incident/notice-now';
import { ruleOf } from '../../domain/policy/policy';
import { type ActionLink, ActionLinks, keyOfLink } from '../../platform/links/action-link';
import { pathOf } from '../../server/pages/login-pages';
import { pack, Story } from '../unit/cli/helpers';
import { browse, clientOf, hiddenIn, pagesOver } from './browser';

const links = new ActionLinks(['the-key-of-the-workers']);
const HOUR = '2026-04-01T01:00:00.000Z';
const LINK = {
  ...{ id: 'INC-1', act: 'acknowledge-alarms' as const, to: 'ann@acme.dev', alarms: [5, 9, 12] },
  endsAtMs: Date.now() + 3_600_000,
};
const at = (link: object = {}) => `/link?t=${links.tokenOf({ ...LINK, ...link })}`;

function alarmed(handled: string[] = []): Story {
  const story = new Story();
  story.state = { ...story.state, unacknowledged: [5, 9, 14], handled };
  return story;
}

/** An id of this link, whatever is said under it. */
const idOf = (link: ActionLink) => expect.stringMatching(new RegExp(`^api-${keyOfLink(link)}-[0-9a-f]{8}$`));

async function over(story = alarmed()) {
  const send = jest.fn(async (..._: unknown[]) => ({ events: [] }));
  const read = {
    text: async () => ({ subject: 'What happened', text: 'A key leaked.' }),
    own: async () => ({}),
    file: async () => '',
  };
  return { send, app: await pagesOver({ ...clientOf(story, HOUR), send: send as never }, read, undefined, links) };
}

test('following a link changes nothing: it leads to the form, which says for whom it was made and who acts', async () => {
  const { app, send } = await over();
  const { status, to } = await browse(app, at());
  expect(status).toBe(303);
  const form = await browse(app, String(to));
  expect(form.status).toBe(200);
  expect(form.body).toContain('You act as bea@acme.dev.');
  expect(form.body).toContain('The link was mailed to ann@acme.dev');
  expect(send).not.toHaveBeenCalled();
  await app.close();
});

test('the form acknowledges those alarms of the mail that are open and no other one, in the name of whoever is logged in, under the id of the link', async () => {
  const { app, send } = await over();
  const { to } = await browse(app, at());
  const { body } = await browse(app, String(to));
  await browse(app, '/incidents/INC-1/acknowledge-alarms', { form: hiddenIn(body) });
  expect(send.mock.calls[0]!.slice(1)).toEqual([
    'acknowledge-alarms',
    { alarms: [5, 9], by: 'bea@acme.dev', commandId: idOf(LINK) },
  ]);
  await app.close();
});

test('an alarm with an earlier number that the mail did not tell of stays open: signals arrive in any order', async () => {
  const { app, send } = await over();
  const form = { link: links.tokenOf({ ...LINK, alarms: [9] })!, key: 'k1' };
  await browse(app, '/incidents/INC-1/acknowledge-alarms', { form });
  expect(send.mock.calls[0]![2]).toMatchObject({ alarms: [9] });
  await app.close();
});

test('an acknowledgement that is sent again is the same message, whoever sends it and whatever is open by then', async () => {
  const story = alarmed();
  const { app, send } = await over(story);
  const form = { link: links.tokenOf(LINK)! };
  await browse(app, '/incidents/INC-1/acknowledge-alarms', { form: { ...form, key: 'k1' } });
  story.state.unacknowledged = [14];
  await browse(app, '/incidents/INC-1/acknowledge-alarms', { form: { ...form, key: 'k2' }, by: 'cid@acme.dev' });
  const [first, again] = send.mock.calls.map(([, , message]) => message as { by: string; commandId: string });
  expect([first!.by, again!.by]).toEqual(['bea@acme.dev', 'cid@acme.dev']);
  expect(again!.commandId).toBe(first!.commandId);
  await app.close();
});

test('what differs from what a link sent is not done, and its form is an ordinary one from then on', async () => {
  const story = alarmed();
  const { app, send } = await over(story);
  const link = { ...LINK, act: 'hold' as const, obligation: 'status-page-update' };
  const hold = (reason: string) =>
    browse(app, '/incidents/INC-1/hold', {
      form: { obligation: link.obligation, reason, link: links.tokenOf(link)!, key: 'k' },
    });
  expect((await hold('the facts are wrong')).status).toBe(303);
  const { commandId } = send.mock.calls[0]![2] as { commandId: string };
  story.state.handled = [commandId];
  send.mockResolvedValueOnce({ events: [], note: KEY_USED } as never);
  const { status, body } = await hold('counsel must read it');
  const other = send.mock.calls[1]![2] as { commandId: string };
  expect(compareCommands(commandId, other.commandId)).toBe('other content');
  expect(status).toBe(422);
  expect(body).toContain('The link was used in the meantime');
  expect(body).toContain('counsel must read it');
  expect(body).toContain('This link has been used.');
  expect(hiddenIn(body)).not.toHaveProperty('link');
  await app.close();
});

test('while nobody knows whether it was taken, the same link is sent again', async () => {
  const story = alarmed([`api-${keyOfLink(LINK)}-0123abcd`]);
  const { app, send } = await over(story);
  send.mockRejectedValueOnce(new UnknownOutcome('no answer'));
  const form = { link: links.tokenOf(LINK)!, key: 'k1' };
  const { status, body } = await browse(app, '/incidents/INC-1/acknowledge-alarms', { form });
  expect(status).toBe(503);
  expect(hiddenIn(body)).toMatchObject(form);
  await app.close();
});

test('a link that was used says so, and the form that it opens is an ordinary one', async () => {
  const { app } = await over(alarmed([`api-${keyOfLink(LINK)}-0123abcd`]));
  const { to } = await browse(app, at());
  const { body } = await browse(app, String(to));
  expect(body).toContain('This link has been used.');
  expect(hiddenIn(body)).not.toHaveProperty('link');
  await app.close();
});

test('without a session it asks for the login, and sends nobody anywhere else', async () => {
  const { app, send } = await over();
  const url = at();
  const answer = await app.inject({ method: 'GET', url, headers: { host: '127.0.0.1:8440' } });
  expect(answer.statusCode).toBe(303);
  const login = new URL(String(answer.headers.location), 'http://127.0.0.1:8440');
  expect([login.origin, login.pathname]).toEqual(['http://127.0.0.1:8440', '/login']);
  // The whole link is there after the login.
  expect(pathOf(login.searchParams.get('to'))).toBe(url);
  expect(answer.body).not.toContain('ann@acme.dev');
  expect(send).not.toHaveBeenCalled();
  await app.close();
});

test.each([
  ['is over', { endsAtMs: Date.now() - 1 }],
  ['is of another key', undefined],
])('a link that %s leads nowhere, and its form sends nothing', async (_what, change) => {
  const { app, send } = await over();
  const token = change ? links.tokenOf({ ...LINK, ...change })! : new ActionLinks(['another']).tokenOf(LINK)!;
  expect((await browse(app, `/link?t=${token}`)).status).toBe(404);
  const sent = await browse(app, '/incidents/INC-1/acknowledge-alarms', { form: { link: token, key: 'k' } });
  expect(sent.status).toBe(403);
  expect(send).not.toHaveBeenCalled();
  await app.close();
});

test.each([
  ['another message', '/incidents/INC-1/hold', { obligation: 'status-page-update', reason: 'x' }],
  ['another incident', '/incidents/INC-2/acknowledge-alarms', {}],
])('a link is not good for %s', async (_what, path, form) => {
  const { app, send } = await over();
  const { status } = await browse(app, path, { form: { ...form, link: links.tokenOf(LINK)! } });
  expect(status).toBe(403);
  expect(send).not.toHaveBeenCalled();
  await app.close();
});

test('whoever may not approve cannot by a link', async () => {
  const { app, send } = await over();
  const { to } = await browse(app, at({ act: 'hold', obligation: 'status-page-update' }), { roles: ['responder'] });
  expect((await browse(app, String(to), { roles: ['responder'] })).status).toBe(403);
  expect(send).not.toHaveBeenCalled();
  await app.close();
});

test('the link of a notice shows its text, and approves the draft that was shown', async () => {
  const story = alarmed();
  const id = 'status-page-update';
  const before = story.state.obligations[id] ?? {
    id,
    rule: id,
    round: 1,
    purpose: 'first',
    because: [],
    supplements: [],
  };
  const rendering = { language: 'en', sha256: 'c'.repeat(64), template: 't', templateSha256: 'd' };
  // Another draft is on its way to be written anew, and is approved by nobody.
  const { fingerprint } = noticeNow(before as never, ruleOf(pack, id)!, story.state, pack);
  const draft = { fingerprint, renderings: [rendering], missing: [] };
  const obligations = { ...story.state.obligations, [id]: { ...before, status: 'drafted', draft } };
  story.state = { ...story.state, obligations } as never;
  const { app, send } = await over(story);
  const link = { act: 'approve' as const, obligation: id, alarms: undefined };
  const { to } = await browse(app, at(link));
  const { body } = await browse(app, String(to));
  expect(body).toContain('A key leaked.');
  await browse(app, '/incidents/INC-1/approve', { form: hiddenIn(body) });
  expect(send.mock.calls[0]!.slice(1)).toEqual([
    'approve',
    expect.objectContaining({ draft: fingerprint, by: 'bea@acme.dev', commandId: idOf({ ...LINK, ...link }) }),
  ]);
  await app.close();
});
