/** Updates at Statuspage: each once on every page, whatever is lost, refused or repeated; exercises never. */

import { statuspageSettings } from '../../../activities/status-page/settings';
import { publicStatus, type StatusPagePort, type StatusUpdate } from '../../../activities/status-page/status-page-port';
import { createStatuspage, severalStatusPages } from '../../../activities/status-page/statuspage';
import { pagesOf } from '../../../doctor/statuspage-check';
import { STATUSES } from '../../../domain/incident/incident';
import { readSettings, type SettingsError } from '../../../platform/settings/load';
import { STATUSPAGE_KEY, type StatuspageRecorder, startStatuspageRecorder } from '../../setup/statuspage-recorder';
import { until } from '../../setup/until';
import { failureOf } from './fixtures';

const update = (of: Partial<StatusUpdate> = {}): StatusUpdate => ({
  incidentId: 'INC-7',
  obligation: 'status-page-update',
  round: 1,
  at: '2026-04-01T03:00:00.000Z',
  status: 'investigating',
  subject: 'Service incident',
  text: 'Logins fail for some customers.\n',
  detectedAt: '2026-04-01T02:00:00.000Z',
  exercise: false,
  ...of,
});

async function started(pages = ['page1'], notify = true) {
  const recorder = await startStatuspageRecorder(pages);
  // A new one stands for a worker that was started again: nothing is remembered.
  const port = () => createStatuspage({ apiKey: STATUSPAGE_KEY, baseUrl: recorder.url, pages, notify });
  return { recorder, port };
}

const updatesOn = (recorder: StatuspageRecorder, page = 'page1') =>
  recorder.pages.get(page)!.map(({ incident_updates }) => incident_updates.map(({ status }) => status));

test('an incident is created, updated and resolved, and holds what was approved and nothing else', async () => {
  const { recorder, port } = await started();
  const { url } = await port().publish(update());
  expect(url).toBe('http://stspg.example/incident1');
  expect(await port().publish(update({ round: 2, status: 'identified', text: 'We found the cause.' }))).toEqual({
    url,
  });
  await port().publish(
    update({ round: 3, status: 'resolved', subject: 'Service incident: over', text: 'It is over.' }),
  );
  const [incident, ...others] = recorder.pages.get('page1')!;
  expect(others).toEqual([]);
  expect(incident).toMatchObject({ name: 'Service incident: over', status: 'resolved' });
  expect(incident!.incident_updates.map(({ status, body }) => [status, body])).toEqual([
    ['resolved', 'It is over.'],
    ['identified', 'We found the cause.'],
    ['investigating', 'Logins fail for some customers.'],
  ]);
  expect(incident!.metadata).toEqual({
    tocsin: {
      incident: 'INC-7',
      'status-page-update/1': expect.stringMatching(/^[0-9a-f]{64}$/),
      'status-page-update/2': expect.stringMatching(/^[0-9a-f]{64}$/),
      'status-page-update/3': expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  });
});

test('every status of an incident becomes one that Statuspage knows', async () => {
  const { recorder, port } = await started();
  for (const [i, status] of STATUSES.entries())
    await port().publish(update({ round: i + 1, status: publicStatus(status) }));
  expect(updatesOn(recorder)).toEqual([
    ['resolved', 'monitoring', 'identified', 'identified', 'investigating', 'investigating'],
  ]);
});

test('a repeat publishes nothing, also of a round that was followed by others', async () => {
  const { recorder, port } = await started();
  await port().publish(update());
  await port().publish(update({ round: 2, status: 'monitoring' }));
  await port().publish(update({ text: 'another text on a repeat' }));
  await Promise.all([port().publish(update({ round: 2, status: 'monitoring' })), port().publish(update())]);
  expect(updatesOn(recorder)).toEqual([['monitoring', 'investigating']]);
});

test('two at the same time create one incident', async () => {
  const { recorder, port } = await started();
  const one = port();
  await Promise.all([one.publish(update()), one.publish(update()), one.publish(update({ obligation: 'another' }))]);
  expect(updatesOn(recorder)).toEqual([['investigating', 'investigating']]);
});

test.each(['POST', 'PATCH'] as const)(
  'the answer to %s is lost: the next attempt finds what it did',
  async (method) => {
    const { recorder, port } = await started();
    const round = method === 'PATCH' ? 2 : 1;
    if (round === 2) await port().publish(update());
    recorder.losesAnswerTo(method);
    const error = await failureOf(port().publish(update({ round })));
    expect(error).toMatchObject({ type: 'StatusPageUnavailable', nonRetryable: false });
    await port().publish(update({ round }));
    expect(updatesOn(recorder)).toEqual([Array(round).fill('investigating')]);
  },
);

test.each([
  [420, { 'retry-after': '60' }, 60_000],
  [429, { 'retry-after': '60' }, 60_000],
  [429, {}, 10_000],
  [429, { 'retry-after': '86400' }, 300_000],
  [500, {}, undefined],
  [503, {}, undefined],
])('%i with %j: nothing is published, and it is asked again after %s ms', async (status, headers, pauseMs) => {
  const { recorder, port } = await started();
  recorder.refuse({ status, headers });
  const error = await failureOf(port().publish(update()));
  expect(error).toMatchObject({ type: 'StatusPageUnavailable', nonRetryable: false });
  expect(error.nextRetryDelay ?? undefined).toEqual(pauseMs);
  expect(updatesOn(recorder)).toEqual([]);
  await port().publish(update());
  expect(updatesOn(recorder)).toEqual([['investigating']]);
});

test.each(['POST', 'PATCH'] as const)(
  '%s that is carried out after it was given up: nothing is written again before that was looked for',
  async (method) => {
    const { recorder, port } = await started();
    const round = method === 'PATCH' ? 2 : 1;
    if (round === 2) await port().publish(update());
    recorder.isLate(method, 600);
    const one = createStatuspage(
      { apiKey: STATUSPAGE_KEY, baseUrl: recorder.url, pages: ['page1'], notify: true },
      { callMs: 200 },
    );
    const error = await failureOf(one.publish(update({ round })));
    expect(error).toMatchObject({ type: 'StatusPageUnavailable', nextRetryDelay: 60_000 });
    expect(error.message).toMatch(/nobody knows yet/);
    const again = await failureOf(one.publish(update({ round })));
    expect(again.type).toBe('StatusPageUnavailable');
    expect(Number(again.nextRetryDelay)).toBeGreaterThan(55_000);
    await until('it was carried out', () => updatesOn(recorder).flat().length === round);
    await one.publish(update({ round }));
    expect(updatesOn(recorder)).toEqual([Array(round).fill('investigating')]);
  },
);

test('another worker is at it: nothing is asked, and it follows', async () => {
  const { recorder } = await started();
  const names: string[] = [];
  const one = createStatuspage(
    { apiKey: STATUSPAGE_KEY, baseUrl: recorder.url, pages: ['page1'], notify: true },
    {
      alone: async (name) => {
        names.push(name);
        return 'busy';
      },
    },
  );
  expect(await failureOf(one.publish(update()))).toMatchObject({
    type: 'StatusPageUnavailable',
    nextRetryDelay: 15_000,
  });
  expect([names, recorder.calls]).toEqual([['statuspage INC-7'], []]);
});

test.each([408, 500, 502, 504])('%i to a create says nothing of whether it was done', async (status) => {
  const { recorder, port } = await started(['page1', 'page2']);
  recorder.refuseNext('POST', status);
  expect(await failureOf(port().publish(update()))).toMatchObject({ nextRetryDelay: 60_000 });
  // One that asks for no pause takes nothing from that of the other.
  const [denied, unknown] = [{ type: 'StatusPageDenied' }, { type: 'StatusPageUnavailable', nextRetryDelay: 60_000 }];
  const failing = (reason: object): StatusPagePort => ({ publish: () => Promise.reject(reason) });
  await expect(severalStatusPages([failing(denied), failing(unknown)]).publish(update())).rejects.toBe(unknown);
});

test('an update that a person published by hand in the same words is noted, and nobody is told of it again', async () => {
  const { recorder, port } = await started();
  const byHand = (body: string) => ({ id: 'x', status: 'identified', body, deliver_notifications: true });
  recorder.pages.get('page1')!.push({
    ...{ id: 'c', name: 'Logins (INC-7)', page_id: 'page1', status: 'identified', shortlink: null, metadata: {} },
    ...{ created_at: '2026-04-01T02:30:00.000Z', incident_updates: [byHand('Logins fail\r\nfor some customers.')] },
  });
  const [incident] = recorder.pages.get('page1')!;
  await port().publish(update());
  await port().publish(update());
  expect(incident).toMatchObject({ name: 'Logins (INC-7)', status: 'identified' });
  expect(incident!.incident_updates).toHaveLength(1);
  expect(incident!.metadata.tocsin).toMatchObject({ incident: 'INC-7', 'status-page-update/1': expect.any(String) });
  // The next round says the same by itself, once; and by hand on the incident that is ours by now.
  await port().publish(update({ round: 2 }));
  expect(incident!.incident_updates).toHaveLength(2);
  incident!.incident_updates.unshift(byHand('It is over.'));
  await port().publish(update({ round: 3, status: 'resolved', text: 'It is over.\n' }));
  expect(incident!.incident_updates).toHaveLength(3);
});

test.each([
  ['the key', { apiKey: 'wrong' }, /answered 401 .*\(Could not authenticate\).*TOCSIN_STATUSPAGE_API_KEY/],
  ['the page', { pages: ['page9'] }, /answered 404 .*page9.*TOCSIN_STATUSPAGE_PAGES/],
])('%s is wrong: told so, and tried again once it is put right', async (_what, wrong, message) => {
  const { recorder } = await started();
  const right = { apiKey: STATUSPAGE_KEY, baseUrl: recorder.url, pages: ['page1'], notify: true };
  const error = await failureOf(createStatuspage({ ...right, ...wrong }).publish(update()));
  expect(error).toMatchObject({ type: 'StatusPageDenied', nonRetryable: false });
  expect(error.message).toMatch(message);
  expect(JSON.stringify(error) + error.message).not.toContain(STATUSPAGE_KEY);
});

test('a text that Statuspage does not take is told with its reason, and not tried again', async () => {
  const { recorder, port } = await started();
  const error = await failureOf(port().publish(update({ subject: 'x'.repeat(256) })));
  expect(error).toMatchObject({ type: 'StatusPageRejected', nonRetryable: true });
  expect(error.message).toMatch(/answered 422 .*\(Name is too long/);
  expect(updatesOn(recorder)).toEqual([]);
});

test('an answer that repeats the key is not told', async () => {
  const { recorder, port } = await started();
  recorder.refuse({ status: 401, body: { error: `OAuth ${STATUSPAGE_KEY} of ada@example.com is unknown` } });
  expect((await failureOf(port().publish(update()))).message).not.toMatch(/a-key-of-statuspage|ada@/);
});

test('no answer, and one that nobody can read', async () => {
  const { recorder, port } = await started();
  recorder.refuse({ status: 200, body: { not: 'a list' } });
  expect(await failureOf(port().publish(update()))).toMatchObject({ type: 'StatusPageUnavailable' });
  await recorder.stop();
  expect(await failureOf(port().publish(update()))).toMatchObject({ type: 'StatusPageUnavailable' });
});

test('an incident that somebody made by hand with our id in its name is gone on with; one of another id is not', async () => {
  const { recorder, port } = await started();
  const byHand = (id: string, name: string, of: object = {}) => ({
    ...{ id, name, page_id: 'page1', status: 'investigating', created_at: '2026-04-01T02:30:00.000Z' },
    ...{ shortlink: null, metadata: { theirs: { kept: true } }, incident_updates: [], ...of },
  });
  recorder.pages
    .get('page1')!
    .push(byHand('a', 'INC-70: logins'), byHand('b', 'Maintenance INC-7', { status: 'scheduled' }));
  recorder.pages.get('page1')!.push(byHand('c', 'Logins fail (INC-7)'));
  const { url } = await port().publish(update());
  expect(url).toBe(`${recorder.url}/v1/pages/page1/incidents/c`);
  expect(updatesOn(recorder)).toEqual([[], [], ['investigating']]);
  expect(recorder.pages.get('page1')![2]!.metadata).toMatchObject({
    theirs: { kept: true },
    tocsin: { incident: 'INC-7' },
  });
});

test('an old incident is found behind hundreds of others, and lists from before the incident are not read', async () => {
  const { recorder, port } = await started();
  await port().publish(update());
  const page = recorder.pages.get('page1')!;
  const others = (n: number, at: string) =>
    Array.from({ length: n }, (_, i) => ({
      ...page[0]!,
      ...{ id: `other${at}${i}`, created_at: at, metadata: {}, incident_updates: [] },
    }));
  page.unshift(...others(250, '2030-01-01T00:00:00.000Z'));
  page.push(...others(250, '2020-01-01T00:00:00.000Z'));
  await port().publish(update({ round: 2 }));
  expect(page[250]!.incident_updates).toHaveLength(2);
  recorder.calls.length = 0;
  await port().publish(update({ incidentId: 'INC-8' }));
  expect(recorder.calls).toEqual([
    ...[1, 2, 3].map((n) => `GET /v1/pages/page1/incidents?limit=100&page=${n}`),
    'POST /v1/pages/page1/incidents',
  ]);
});

test('several pages: one that refuses keeps no other from the update, and gets it by a repeat', async () => {
  const { recorder, port } = await started(['page1', 'page2', 'page3'], false);
  const [second] = [recorder.pages.get('page2')!];
  recorder.pages.delete('page2');
  expect(await failureOf(port().publish(update()))).toMatchObject({ type: 'StatusPageDenied' });
  recorder.pages.set('page2', second);
  await port().publish(update());
  for (const page of ['page1', 'page2', 'page3']) expect(updatesOn(recorder, page)).toEqual([['investigating']]);
  expect(second[0]!.incident_updates[0]!.deliver_notifications).toBe(false);
});

test('the static page gets an update that Statuspage refuses, and the update is not done until both have it', async () => {
  const published: StatusUpdate[] = [];
  const own: StatusPagePort = {
    publish: async (each) => {
      published.push(each);
      return { url: 'http://own' };
    },
  };
  const { recorder, port } = await started();
  recorder.refuse({ status: 500 });
  expect(await failureOf(severalStatusPages([port(), own]).publish(update()))).toMatchObject({
    type: 'StatusPageUnavailable',
  });
  expect(published).toHaveLength(1);
  expect(await severalStatusPages([port(), own]).publish(update())).toEqual({ url: 'http://stspg.example/incident1' });
});

test('an update of an exercise is refused before anything is asked', async () => {
  const { recorder, port } = await started();
  expect(await failureOf(port().publish(update({ exercise: true })))).toMatchObject({ type: 'ExerciseNotContained' });
  expect(recorder.calls).toEqual([]);
});

test.each([
  [{}, undefined],
  [
    { TOCSIN_STATUSPAGE_API_KEY: 'k', TOCSIN_STATUSPAGE_PAGES: 'page1, page2,page1' },
    { apiKey: 'k', pages: ['page1', 'page2'], notify: true, baseUrl: 'https://api.statuspage.io' },
  ],
  [{ TOCSIN_STATUSPAGE_API_KEY: 'k' }, /^TOCSIN_STATUSPAGE_PAGES: is needed/],
  [{ TOCSIN_STATUSPAGE_PAGES: 'page1' }, /^TOCSIN_STATUSPAGE_API_KEY: is needed/],
  [
    { TOCSIN_STATUSPAGE_API_KEY: 'k', TOCSIN_STATUSPAGE_PAGES: '../x' },
    /^TOCSIN_STATUSPAGE_PAGES: "..\/x" is not the id/,
  ],
  [{ TOCSIN_STATUSPAGE_NOTIFY: 'perhaps' }, /^TOCSIN_STATUSPAGE_NOTIFY: must be yes or no/],
])('settings %j', (env, expected) => {
  if (!(expected instanceof RegExp)) return expect(readSettings(statuspageSettings, env)).toEqual(expected);
  const problems = () => {
    try {
      return readSettings(statuspageSettings, env);
    } catch (error) {
      return (error as SettingsError).problems;
    }
  };
  expect(problems()).toEqual([expect.stringMatching(expected)]);
});

test('the doctor asks for each page and publishes nothing', async () => {
  const { recorder } = await started();
  const config = { apiKey: STATUSPAGE_KEY, baseUrl: recorder.url, pages: ['page1', 'page9'], notify: true };
  expect(await pagesOf(config)).toEqual([
    { state: 'ok', says: 'updates go to page page1 (Example status), and Statuspage tells its subscribers' },
    { state: 'problem', says: expect.stringMatching(/answered 404 .*page9/) },
    { state: 'not checked', says: expect.stringContaining('nobody outside reads it') },
  ]);
  expect(recorder.calls).toEqual(['GET /v1/pages/page1', 'GET /v1/pages/page9']);
  // It asks once, and looks nothing up.
  recorder.refuse({ status: 500 }, { status: 500 });
  const away = await pagesOf(config);
  const denied = await pagesOf({ ...config, apiKey: 'wrong' });
  expect(JSON.stringify([away, denied])).not.toMatch(/again|looked (up|for)|published twice/);
});

describe('a corrected text, after one page took what another refused', () => {
  async function half() {
    const { recorder, port } = await started(['page1', 'page2']);
    await port().publish(update());
    // As if the second had refused it.
    recorder.pages.set('page2', []);
    return { recorder, port };
  }

  test('follows it where it stands, is new elsewhere, and is published once however often it is repeated', async () => {
    const { recorder, port } = await half();
    const corrected = update({ text: 'Logins fail for customers in Europe.', correction: 1 });
    await port().publish(corrected);
    await port().publish(corrected);
    const bodies = (page: string) => recorder.pages.get(page)![0]!.incident_updates.map(({ body }) => body);
    expect(bodies('page1')).toEqual(['Logins fail for customers in Europe.', 'Logins fail for some customers.']);
    expect(bodies('page2')).toEqual(['Logins fail for customers in Europe.']);
    await port().publish(update({ round: 2, status: 'resolved', text: 'It is over.' }));
    expect(bodies('page1')).toHaveLength(3);
  });

  test('in the same words under a shorter name only the name changes, and nobody is told again', async () => {
    const { recorder, port } = await half();
    await port().publish(update({ subject: 'Logins fail', correction: 1 }));
    const [first] = recorder.pages.get('page1')!;
    expect([first!.name, first!.incident_updates]).toEqual(['Logins fail', [expect.anything()]]);
    const calls = recorder.calls.length;
    await port().publish(update({ subject: 'Logins fail', correction: 1 }));
    expect(recorder.calls.slice(calls).every((call) => call.startsWith('GET'))).toBe(true);
  });

  test('corrected twice, and back to the first text: the page ends with what was approved last', async () => {
    const { recorder, port } = await half();
    await port().publish(update({ text: 'Another.', correction: 1 }));
    await port().publish(update({ correction: 2 }));
    expect(recorder.pages.get('page1')![0]!.incident_updates[0]!.body).toBe('Logins fail for some customers.');
  });
});
