// The ways of paging against local servers that answer as the real ones do.

import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { Webhook } from 'standardwebhooks';
import { digestOf } from '../../../activities/paging/digest';
import { pageOnCall } from '../../../activities/paging/escalate';
import type { EscalationPort, Page } from '../../../activities/paging/escalation-port';
import { createPagerDutyPort } from '../../../activities/paging/pagerduty-port';
import { postJson } from '../../../activities/paging/post-json';
import { responderAt } from '../../../activities/paging/responders';
import { createSlackPort, escaped } from '../../../activities/paging/slack-port';
import { createWebhookPort } from '../../../activities/paging/webhook-port';
import { createFolderArtefacts } from '../../../activities/storage/folder-artefacts';
import type { AlarmInput } from '../../../activities/types';
import { packageRoot } from '../../../platform/package-root';
import { loadEscalation, repeatFor } from '../../../policy/load-escalation';
import { loadRota } from '../../../policy/load-rota';
import { afterFile, temporaryDir } from '../../setup/helpers';
import { failureOf, startBench } from '../activities/fixtures';
import { alarmOn } from '../domain/helpers/alarm';

const SECRET = `whsec_${Buffer.from('a secret of the tests 01').toString('base64')}`;
const KEY = 'R0UT1NGKEY0000000000000000000000';
const HOSTILE = '<!channel> <@U024BE7LH> @here <http://evil.example|click> & `x`';

interface Call {
  path: string;
  headers: http.IncomingHttpHeaders;
  text: string;
}

/** A server that records and answers as it is told: a status with headers and a body, or nothing at all. */
async function recorder() {
  const calls: Call[] = [];
  const answers: Array<{ status: number; body: string; headers?: Record<string, string> } | 'silence'> = [];
  const server = http.createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      calls.push({ path: request.url!, headers: request.headers, text });
      const answer = answers.shift() ?? { status: 200, body: 'ok' };
      if (answer !== 'silence') response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterFile(() => {
    server.closeAllConnections();
    server.close();
  });
  return { calls, answers, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function page(over: Partial<Page> = {}): Page {
  const about = { caseId: 'INC-7', severity: 'sev1', title: HOSTILE, at: '2026-04-01T02:00:00.000Z' };
  const titled = { kind: 'obligation', obligation: 'containment', title: HOSTILE, onSilence: 'alarm' } as const;
  const alarms = [alarmOn('containment', { at: about.at, about: titled })];
  const digest = digestOf({ ...about, attempt: 1, level: 1, handle: 'ann', alarms, dropped: 0 });
  const person = { handle: 'ann', name: 'Ann', email: 'ann@example.com', slack: 'U012AB3CD' };
  const climb = { seq: 12, number: 1 };
  return { ...about, climb, key: 'page/INC-7/12/1', attempt: 1, level: 1, person, alarms, digest, ...over };
}

test('PagerDuty: trigger, acknowledge, resolve under one key; a later climb pages anew', async () => {
  const server = await recorder();
  server.answers.push({ status: 202, body: '{"status":"success","message":"Event processed","dedup_key":"INC-7"}' });
  const port = createPagerDutyPort({ routingKey: KEY, url: server.url });
  await port.page(page());
  await port.acknowledged({ ...page(), by: 'ann', alarms: [12], remaining: 1 });
  await port.acknowledged({ ...page(), by: 'ann', alarms: [12], remaining: 0 });
  await port.page(page({ climb: { seq: 30, number: 2 } }));
  await port.resolved({ ...page({ climb: { seq: 30, number: 2 } }), reason: 'closed' });
  const events = server.calls.map(({ text }) => JSON.parse(text));
  expect(server.calls.every((call) => call.path === '/v2/enqueue')).toBe(true);
  expect(events.map((event) => [event.event_action, event.dedup_key])).toEqual([
    ['trigger', 'INC-7'],
    ['acknowledge', 'INC-7'],
    ['resolve', 'INC-7'],
    ['trigger', 'INC-7#2'],
    ['resolve', 'INC-7#2'],
  ]);
  expect(events[0]).toMatchObject({ routing_key: KEY, payload: { severity: 'critical', source: 'INC-7' } });
  expect(events[0].payload.summary.length).toBeLessThanOrEqual(1024);
});

test('PagerDuty: what was acknowledged there in part ends there, so that the next page rings', async () => {
  const server = await recorder();
  const port = createPagerDutyPort({ routingKey: KEY, url: server.url });
  const note = { ...page(), by: 'ann', alarms: [12] };
  await port.acknowledged({ ...note, remaining: 1, via: 'slack' });
  await port.acknowledged({ ...note, remaining: 1, via: 'pagerduty' });
  await port.acknowledged({ ...note, remaining: 0, via: 'pagerduty' });
  expect(server.calls.map(({ text }) => JSON.parse(text).event_action)).toEqual(['resolve', 'acknowledge']);
});

test('Slack: what an incident says forms no mention and no link; only the rota’s own id is one', async () => {
  const server = await recorder();
  const port = createSlackPort({ url: server.url }, createFolderArtefacts(temporaryDir('slack')));
  await port.page(page());
  const { text } = server.calls[0]!;
  const body = JSON.parse(text);
  expect(text.match(/<[^>]*>/g)).toEqual(['<@U012AB3CD>']);
  expect(text).not.toContain('@here');
  expect(body.blocks.at(-1).text.type).toBe('plain_text');
  expect(body).toMatchObject({ mrkdwn: false, link_names: false, unfurl_links: false });
  expect(escaped('a & <b>')).toBe('a &amp; &lt;b&gt;');
});

test('Slack: one whose first outcome is unknown is sent again, and says so', async () => {
  const server = await recorder();
  server.answers.push({ status: 500, body: 'rollup_error' });
  const port = createSlackPort({ url: server.url }, createFolderArtefacts(temporaryDir('slack')));
  expect(await failureOf(port.page(page()))).toMatchObject({ type: 'PageBusy' });
  await port.page(page());
  expect(server.calls.map(({ text }) => text.includes('sent again'))).toEqual([false, true]);
});

test('a webhook of one’s own: signed as Standard Webhooks verifies, a repeat under the same id', async () => {
  const server = await recorder();
  const port = createWebhookPort({ url: `${server.url}/page`, secret: SECRET });
  await port.page(page());
  await port.page(page());
  const verified = server.calls.map(({ text, headers }) => new Webhook(SECRET).verify(text, headers as never));
  expect(verified[0]).toMatchObject({ type: 'escalation.page', data: { case: 'INC-7', person: 'ann', level: 1 } });
  expect(new Set(server.calls.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(server.calls[0]!.text).not.toContain('ann@example.com');
});

test('answers: 400 and redirects are final, 429 waits as asked, silence is an unknown; no address in any failure', async () => {
  const server = await recorder();
  const post = () =>
    postJson({ service: 'Slack', url: `${server.url}/services/T0/B0/hook-secret`, body: '{}', timeoutMs: 300 });
  server.answers.push(
    { status: 400, body: '{"status":"invalid event","errors":["x"]}' },
    { status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } },
    { status: 404, body: 'no_service' },
    { status: 429, body: 'slow down', headers: { 'retry-after': '7' } },
    'silence',
  );
  const failures = [];
  for (let n = 0; n < 5; n++) failures.push(await failureOf(post()));
  expect(failures.map(({ type, nonRetryable }) => [type, nonRetryable])).toEqual([
    ['PageRefused', true],
    ['PageRefused', true],
    ['PageRefused', true],
    ['PageBusy', false],
    ['PageOutcomeUnknown', false],
  ]);
  expect(failures[2]!.message).toContain('(no_service)');
  expect(failures[3]!.nextRetryDelay).toBe(7000);
  expect(JSON.stringify(failures.map(({ message }) => message))).not.toMatch(/hook-secret|127\.0\.0\.1|slow down/);
});

describe('the activities', () => {
  const input = {
    ...page(),
    owner: 'alice',
    attempt: 2,
    dropped: 0,
  };
  const alarm: AlarmInput = {
    incidentId: 'INC-7',
    exercise: false,
    ...alarmOn('containment', { seq: 41, at: '2026-04-03T18:00:00.000Z' }),
    to: 'alice',
    severity: 'sev1',
    incidentTitle: 'Leaked deploy key',
  };
  const counting = (name: EscalationPort['name'], fail?: () => Error | undefined) => {
    const keys: string[] = [];
    const port: EscalationPort = {
      name,
      async page({ key }) {
        const failure = fail?.();
        if (failure) throw failure;
        keys.push(key);
      },
      async acknowledged() {},
      async resolved() {},
    };
    return { keys, port };
  };

  test('a repeat pages once; a way that fails does not hold the others up, and only it is repeated', async () => {
    const bench = await startBench();
    let isDown = true;
    const good = counting('webhook');
    const flaky = counting('pagerduty', () => (isDown ? new Error('no answer') : undefined));
    const deps = { ...bench.deps, ...bench.deps.escalation, ports: [flaky.port, good.port] };
    await failureOf(pageOnCall(deps, input));
    expect([good.keys.length, flaky.keys.length]).toEqual([1, 0]);
    isDown = false;
    await pageOnCall(deps, input);
    await pageOnCall(deps, input);
    expect([good.keys.length, flaky.keys.length]).toEqual([1, 1]);
  });

  test('an alarm of the number of another, which a run had raised that is gone, is mailed and paged; the same one again is not', async () => {
    const bench = await startBench();
    const again = { ...alarm, at: '2026-04-03T18:07:00.000Z', todo: 'verify-register' } as const;
    for (const each of [alarm, alarm, again, again]) await bench.activities.raiseAlarm(each);
    expect(bench.mailbox.messages().map(({ text }) => /Raised: [^,]*/.exec(text!)![0])).toEqual([
      expect.stringContaining('18:07'),
      expect.stringContaining('18:00'),
    ]);
    const { keys, port } = counting('webhook');
    const deps = { ...bench.deps, ...bench.deps.escalation, ports: [port] };
    const climbs = ['2026-04-03T18:00:00.000Z', '2026-04-03T18:07:00.000Z'].map((since) => ({ ...input.climb, since }));
    for (const climb of climbs) for (let n = 0; n < 2; n++) await pageOnCall(deps, { ...input, climb });
    expect([keys.length, new Set(keys).size]).toEqual([2, 2]);
  });

  test('nobody is paged about a closed case or alarms that are done; one that does not answer is paged about', async () => {
    const bench = await startBench();
    const { keys, port } = counting('webhook');
    const asked = (standing: object | undefined) =>
      pageOnCall(
        {
          ...bench.deps,
          ...bench.deps.escalation,
          ports: [port],
          cases: { escalate: async () => {}, standing: async () => standing as never },
        },
        input,
      );
    await asked({ isClosed: true, acknowledged: [], settled: [] });
    await asked({ isClosed: false, acknowledged: [12], settled: [] });
    await asked({ isClosed: false, acknowledged: [], settled: [12] });
    expect(keys).toEqual([]);
    await asked(undefined);
    expect(keys).toHaveLength(1);
  });

  test('a first page that no port takes asks nobody how the case stands, as each alarm is a mail; the second does', async () => {
    const bench = await startBench();
    const { keys, port } = counting('email');
    const standing = jest.fn(async () => undefined);
    const cases = { escalate: async () => {}, standing };
    const deps = { ...bench.deps, ...bench.deps.escalation, ports: [port], cases };
    expect(await pageOnCall(deps, { ...input, attempt: 1 })).toMatchObject({ paged: { through: [] } });
    expect([standing.mock.calls.length, keys.length]).toEqual([0, 0]);
    await pageOnCall(deps, { ...input, attempt: 2 });
    expect([standing.mock.calls.length, keys.length]).toEqual([1, 1]);
  });

  test('an alarm says that its mail is the first page where no paging service is set, and never where one is', async () => {
    const bench = await startBench();
    const plansWith = async (ports: EscalationPort[]) => {
      bench.deps.escalation.ports = ports;
      await bench.activities.raiseAlarm(alarm);
      return bench.escalated.map(({ plan }) => plan.mailsFirst);
    };
    const [email, pagerduty] = [counting('email').port, counting('pagerduty').port];
    expect(await plansWith([email])).toEqual([true]);
    expect(await plansWith([email, pagerduty])).toEqual([true, undefined]);
  });

  test('an alarm is mailed while Temporal cannot take it over, and handed over when the mail is away', async () => {
    const bench = await startBench();
    const { escalate } = bench.deps.escalation.cases;
    bench.deps.escalation.cases.escalate = async () => {
      throw new Error('Temporal is away');
    };
    await failureOf(bench.activities.raiseAlarm(alarm));
    expect(bench.mailbox.messages()).toHaveLength(1);
    bench.deps.escalation.cases.escalate = escalate;
    await bench.activities.raiseAlarm(alarm);
    expect(bench.mailbox.messages()).toHaveLength(1);
    expect(bench.escalated).toMatchObject([{ caseId: 'INC-7', alarm: { seq: 41 }, owner: 'alice' }]);
    bench.mailbox.faults.set({ dropNext: 1 });
    await failureOf(bench.activities.raiseAlarm({ ...alarm, seq: 42 }));
    expect(bench.escalated).toHaveLength(2);
  });

  test('an alarm of an exercise is one mail to the recorder, and has no escalation', async () => {
    const bench = await startBench();
    await bench.activities.raiseAlarm({ ...alarm, exercise: true });
    expect(bench.mailbox.messages()[0]!.subject).toContain('[EXERCISE]');
    expect(bench.escalated).toEqual([]);
  });
});

test('whom a level is: the owner on the rota, else who is on call; without a rota the contacts', async () => {
  const { contacts } = (await startBench()).deps;
  const rota = loadRota(path.join(packageRoot(), 'examples', 'rota.yaml'));
  const at = '2026-03-30T12:00:00.000Z';
  const who = (level: number, owner: string) => responderAt({ rota, contacts }, level, owner, at).handle;
  expect([who(1, 'nobody'), who(1, '@Chidi'), who(1, 'security-lead@example.com')]).toEqual([
    'aoife',
    'chidi',
    'security-lead',
  ]);
  const bare = (level: number) => responderAt({ rota: undefined, contacts }, level, 'alice', at).email;
  expect([bare(1), bare(2)]).toEqual(['alice@example.com', 'oncall@example.com']);
});

test('the policy that ships: sev1 every five minutes, an unknown severity the default', () => {
  const policy = loadEscalation();
  expect(repeatFor(policy, 'sev1')).toEqual({ every: 'PT5M', tries: 3 });
  expect(repeatFor(policy, 'constructor')).toEqual(policy.default);
});
