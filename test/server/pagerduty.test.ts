// PagerDuty calls back: whoever acknowledges a page there acknowledges its alarms here, once, and nothing else follows from it.
import type { FastifyInstance } from 'fastify';
import { createPagerDutyPort } from '../../activities/paging/pagerduty-port';
import { pagerDutyEvent, type SentEvent, signaturesOf, startPagerDuty } from '../setup/pagerduty';
import { AOIFE as AOIFE_OF_THE_ROTA, ago, CLOSED, calledBack, CASE as KEY, recorded } from './callbacks';

const SECRET = 'the secret of a subscription';
const NEXT = 'the secret that replaces it';
const AOIFE = { user: AOIFE_OF_THE_ROTA.pagerduty };
const STRANGER = { user: 'PSTRANGER' };

async function over(secrets: string[] | undefined = [SECRET]) {
  const server = await calledBack(secrets.length > 0 ? { pagerduty: secrets } : {}, async () => {});
  const post = ({ body, headers }: SentEvent) =>
    server.app.inject({ method: 'POST', url: '/callbacks/pagerduty', payload: body, headers });
  return { ...server, post };
}

let app: FastifyInstance | undefined;
afterEach(() => app?.close());

test('whoever acknowledges there a page of ours acknowledges what it told of, in their name, and the entry says via what', async () => {
  const server = await over();
  app = server.app;
  const pagerduty = await startPagerDuty([SECRET], server.post);
  // The key under which it is acknowledged is that under which the worker paged.
  const port = createPagerDutyPort({ routingKey: 'R'.repeat(32), url: pagerduty.url });
  const about = { caseId: KEY, severity: 'sev1', title: 'Leaked key', climb: { seq: 5, number: 1 }, at: ago(10) };
  const digest = { subject: 'one alarm', lines: [], commands: [] };
  const person = { handle: 'aoife', name: 'Aoife', email: 'aoife@acme.dev' };
  await port.page({ ...about, key: 'k', attempt: 1, level: 1, person, alarms: [], digest });
  const [key] = pagerduty.incidents.keys();
  const answer = await pagerduty.acts({ key: key!, agent: AOIFE });
  expect([answer.statusCode, JSON.parse(answer.body)]).toEqual([202, { outcome: 'acknowledged' }]);
  expect(recorded(server.story)).toEqual([
    { kind: 'alarm-acknowledged', by: 'aoife', data: { alarms: [5, 9], via: 'pagerduty' } },
  ]);
  expect(server.story.state.unacknowledged).toEqual([14]);
  // What the worker then tells PagerDuty comes back as an event of a tool, and means nothing.
  await port.acknowledged({ ...about, key: 'k2', by: 'aoife', alarms: [5, 9], remaining: 0 });
  expect(pagerduty.sent).toHaveLength(2);
  expect(server.send).toHaveBeenCalledTimes(1);
});

test('somebody whom the rota does not know acknowledges nothing: the case says so, and no log names them', async () => {
  const server = await over();
  app = server.app;
  const event = pagerDutyEvent([SECRET], { key: KEY, agent: STRANGER });
  for (const _ of [1, 2]) expect((await server.post(event)).json()).toEqual({ outcome: 'unknown-person' });
  expect(recorded(server.story)).toEqual([
    {
      kind: 'noted',
      by: 'PagerDuty',
      data: { message: 'acknowledge-alarms', note: expect.stringContaining('whom the rota does not know') },
    },
  ]);
  expect(server.story.state.unacknowledged).toEqual([5, 9, 14]);
  expect(server.logged.join()).toContain('unknown-person');
  for (const secret of [STRANGER.user, 'Zoë', KEY, SECRET]) expect(server.logged.join()).not.toContain(secret);
});

test('a repeat, and an acknowledgement that was taken back and made again, do nothing twice', async () => {
  const server = await over();
  app = server.app;
  const first = pagerDutyEvent([SECRET], { key: KEY });
  const again = pagerDutyEvent([SECRET], { key: KEY });
  const back = pagerDutyEvent([SECRET], { key: KEY, type: 'incident.unacknowledged' });
  const outcomes = [];
  // In whatever order they come.
  for (const event of [back, first, first, back, again, first])
    outcomes.push((await server.post(event)).json().outcome);
  expect(outcomes).toEqual([
    ...['another-event', 'acknowledged', 'nothing-open', 'another-event', 'nothing-open', 'nothing-open'],
  ]);
  expect(recorded(server.story)).toHaveLength(1);
  // Also where the alarms are open again by then.
  server.story.state = { ...server.story.state, unacknowledged: [5, 9, 14] };
  expect((await server.post(first)).json().outcome).toBe('repeated');
  expect(server.story.state.unacknowledged).toEqual([5, 9, 14]);
});

test.each([
  ['what is resolved there', { type: 'incident.resolved', key: KEY }, 'another-event'],
  ['what is taken back there', { type: 'incident.unacknowledged', key: KEY }, 'another-event'],
  [
    'the test of a subscription',
    { type: 'pagey.ping', data: { message: 'Hello from your friend Pagey!', type: 'ping' } },
    'another-event',
  ],
  ['what a tool acknowledged', { key: KEY, agent: { integration: 'PIJ90N7' } }, 'no-person'],
  ['what nobody is named for', { key: KEY, agent: null }, 'no-person'],
  ['an incident of another tool', { key: 'd3640fbd41094207a1c11e58e46b1662' }, 'not-ours'],
  ['an incident without a key', { key: null }, 'not-ours'],
  ['an earlier climb', { key: 'INC-1#2' }, 'earlier-page'],
  ['what was acknowledged before this page', { key: KEY, at: ago(30) }, 'earlier-page'],
  ['what is played again hours later', { key: KEY, at: ago(90) }, 'stale'],
  ['what is said to come', { key: KEY, at: ago(-30) }, 'stale'],
])('%s changes nothing', async (_what, parts, outcome) => {
  const server = await over();
  app = server.app;
  const answer = await server.post(pagerDutyEvent([SECRET], parts));
  expect([answer.statusCode, answer.json()]).toEqual([202, { outcome }]);
  expect(server.send).not.toHaveBeenCalled();
});

test('while a secret is replaced, events that are signed with either count; without one of ours none does', async () => {
  const server = await over(['an old secret of ours', SECRET]);
  app = server.app;
  const ping = { type: 'pagey.ping', data: {} };
  const status = async (secrets: string[]) => (await server.post(pagerDutyEvent(secrets, ping))).statusCode;
  expect(await status([NEXT, SECRET])).toBe(202);
  expect(await status(['an old secret of ours'])).toBe(202);
  expect(await status([NEXT])).toBe(401);
  const event = pagerDutyEvent([SECRET], { key: KEY });
  const signed = event.headers['x-pagerduty-signature']!;
  for (const [body, header] of [
    [event.body.replace(AOIFE.user, STRANGER.user), signed],
    [event.body, ''],
    [event.body, undefined],
    [event.body, signed.replace('v1=', 'v0=')],
    [event.body, signed.slice(0, -2)],
    [event.body, signaturesOf(event.body, [''])],
    ['', signed],
  ] as const) {
    const { 'x-pagerduty-signature': _, ...headers } = event.headers;
    const answer = await server.post({
      body,
      headers: { ...headers, ...(header !== undefined && { 'x-pagerduty-signature': header }) },
    });
    expect([answer.statusCode, answer.json().type]).toEqual([401, 'urn:tocsin:problem:bad-signature']);
  }
  expect(server.send).not.toHaveBeenCalled();
});

test('what is signed and cannot be read is taken, or PagerDuty would send nothing for a day, and is logged', async () => {
  const server = await over();
  app = server.app;
  const bodies = ['{', '[]', '{"messages":[]}', '{"event":{"event_type":"incident.acknowledged"}}'];
  for (const body of bodies) {
    const headers = { 'content-type': 'application/json', 'x-pagerduty-signature': signaturesOf(body, [SECRET]) };
    const answer = await server.post({ body, headers });
    expect([body, answer.statusCode, answer.json()]).toEqual([body, 202, { outcome: 'unreadable' }]);
  }
  expect(server.logged.filter((line) => line.includes('unreadable'))).toHaveLength(bodies.length);
  expect(server.send).not.toHaveBeenCalled();
});

test('a case that is closed takes no acknowledgement, and is not asked again', async () => {
  const server = await over();
  app = server.app;
  server.send.mockRejectedValue(CLOSED);
  const answer = await server.post(pagerDutyEvent([SECRET], { key: KEY }));
  expect([answer.statusCode, answer.json()]).toEqual([202, { outcome: 'refused' }]);
});

test('while nobody answers, PagerDuty is told to come again, and what it sends then is the same message', async () => {
  const server = await over();
  app = server.app;
  const pagerduty = await startPagerDuty([SECRET], server.post);
  server.send.mockRejectedValueOnce(
    Object.assign(new Error('x'), { name: 'WorkflowUpdateRPCTimeoutOrCancelledError' }),
  );
  expect(JSON.parse((await pagerduty.acts({ key: KEY })).body)).toEqual({ outcome: 'acknowledged' });
  const [lost, taken] = server.send.mock.calls.map(([, , message]) => message.commandId);
  expect(taken).toBe(lost);
  expect(recorded(server.story)).toHaveLength(1);
});

test('without the setting there is nobody to call', async () => {
  const server = await over([]);
  app = server.app;
  expect((await server.post(pagerDutyEvent([SECRET], { key: KEY }))).statusCode).toBe(404);
});

test('more than any event has is refused, and the answer says how much may come', async () => {
  const server = await over();
  app = server.app;
  const answer = await server.post({ body: 'x'.repeat(300_001), headers: { 'content-type': 'application/json' } });
  expect([answer.statusCode, answer.json().detail]).toEqual([413, 'send at most 300000 bytes']);
});
