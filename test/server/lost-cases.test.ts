// What Temporal has lost and the register has as open is on the board, in the lists and at its address: as stopped.
import type { RegisteredCases } from '../../client/lost-cases';
import type { Stopped } from '../../client/stopped';
import { INCIDENT_WORKFLOW } from '../../domain/incident/contract';
import { Story } from '../unit/cli/helpers';
import { browse, clientOf, pagesOver } from './browser';

const HOUR = '2026-04-01T01:00:00.000Z';
const KEY = { host: '127.0.0.1:8440', authorization: 'Bearer the-key-of-this-session' };

const BARE = {
  ...{ title: 'Another one', kind: 'leak', severity: 'sev2', owner: 'ann', detectedAt: HOUR, source: 'a test' },
  ...{ affects: ['integrity'], serviceAffecting: false },
};

/** A server over a Temporal that has nothing. */
async function over(registered?: Partial<RegisteredCases>, stands?: 'closed' | Stopped, found?: object) {
  const client = {
    ...clientOf(new Story(), HOUR),
    listUpTo: async () => ({ cases: [], cut: false }),
    find: async () => found as never,
    stands: async () => stands,
  };
  const story = new Story();
  return pagesOver(client, undefined, undefined, undefined, undefined, {
    mayBeOpen: async (workflow) => (workflow === INCIDENT_WORKFLOW ? ['INC-1'] : []),
    eventsOf: async (id) => (id === 'INC-1' ? story.events : []) as never,
    ...registered,
  });
}
const asked = (app: Awaited<ReturnType<typeof over>>, url: string) =>
  app.inject({ url, headers: KEY }).then(({ statusCode, body }) => ({ status: statusCode, ...JSON.parse(body) }));
const flat = (body: string) => body.replace(/<[^>]+>/g, '').replace(/\s+/g, ' ');

test('an incident that Temporal has lost is on the board and in the list, as stopped, with what brings it back', async () => {
  const app = await over();
  const board = flat((await browse(app, '/')).body);
  expect(board).not.toContain('No incident is open');
  expect(board).toContain('Leaked key');
  expect(board).toContain('INC-1 has stopped: Temporal has no workflow of it, so nothing watches its deadlines.');
  expect(board).toContain('npx tocsin resume INC-1');
  const { items, incomplete } = await asked(app, '/v1/incidents');
  expect([items, incomplete]).toMatchObject([[{ id: 'INC-1', open: true, stopped: { how: 'missing' } }], undefined]);
  await app.close();
});

test('as another run under its id came to its end, it stands as ended, not as closed', async () => {
  const app = await over({}, 'closed');
  expect((await asked(app, '/v1/incidents')).items).toMatchObject([{ id: 'INC-1', stopped: { how: 'ended' } }]);
  await app.close();
});

test('its address says that it is open and lost, not that there is nothing; of what the register has not either, that', async () => {
  const app = await over();
  for (const url of ['/v1/incidents/INC-1', '/v1/incidents/INC-1/standing', '/v1/incidents/INC-1/timeline'])
    expect(await asked(app, url)).toMatchObject({
      status: 404,
      type: 'urn:tocsin:problem:lost',
      detail: expect.stringContaining('resume INC-1'),
    });
  const page = await browse(app, '/incidents/INC-1');
  expect([page.status, flat(page.body)]).toEqual([404, expect.stringContaining('Temporal has lost it')]);
  expect(await asked(app, '/v1/incidents/INC-2')).toMatchObject({ status: 404, type: 'urn:tocsin:problem:not-found' });
  expect((await browse(app, '/incidents/INC-2')).body).toContain('There is nothing at this address');
  await app.close();
});

test('while the register does not answer, no list is called whole', async () => {
  const away = async () => {
    throw new Error('connect ECONNREFUSED');
  };
  const app = await over({ mayBeOpen: away, eventsOf: away });
  const board = flat((await browse(app, '/')).body);
  expect(board).not.toContain('No incident is open');
  expect(board).toContain('The register could not be read in full');
  expect(await asked(app, '/v1/incidents')).toMatchObject({ items: [], incomplete: true });
  expect(await asked(app, '/v1/incidents/INC-1')).toMatchObject({ type: 'urn:tocsin:problem:unavailable' });
  await app.close();
});

test('one that runs is not called lost by an address that it has not', async () => {
  const app = await over({}, undefined, { workflow: INCIDENT_WORKFLOW, open: true, status: 'RUNNING', mark: 'a' });
  for (const url of ['/v1/patch-tasks/INC-1', '/v1/triage-cases/INC-1'])
    expect(await asked(app, url)).toMatchObject({ type: 'urn:tocsin:problem:not-found' });
  const notice = await browse(app, '/incidents/INC-1/notices/nope');
  expect([notice.status, notice.body.includes('has lost it')]).toEqual([404, false]);
  await app.close();
});

test('one that cannot be read hides no other, and is told as missing', async () => {
  const story = new Story();
  const app = await over({
    mayBeOpen: async (workflow) => (workflow === INCIDENT_WORKFLOW ? ['INC-0', 'INC-1'] : []),
    eventsOf: async (id) => (id === 'INC-1' ? story.events : [{ ...story.events[0]!, data: {} }]) as never,
  });
  expect(await asked(app, '/v1/incidents')).toMatchObject({ items: [{ id: 'INC-1' }], incomplete: true, unread: true });
  expect((await browse(app, '/')).status).toBe(200);
  await app.close();
});

test('its id is not taken for another incident, nor is that of a closed one', async () => {
  const declare = async (events?: unknown[]) => {
    const app = await over(events && { eventsOf: async () => events as never });
    const payload = { ...BARE, id: 'INC-1' };
    const answer = await app.inject({ method: 'POST', url: '/v1/incidents', headers: KEY, payload });
    await app.close();
    return [answer.statusCode, answer.json().detail];
  };
  expect(await declare()).toEqual([409, expect.stringContaining('Temporal has no workflow of it')]);
  const { events } = new Story();
  const closed = [...events, { ...events[0]!, seq: events.length + 1, kind: 'closed', data: {} }];
  expect(await declare(closed)).toEqual([409, expect.stringContaining('declare it under another id')]);
});

test('a closed one is not lost', async () => {
  const story = new Story();
  const closed = [...story.events, { ...story.events[0]!, seq: story.events.length + 1, kind: 'closed', data: {} }];
  const app = await over({ eventsOf: async () => closed as never });
  expect((await asked(app, '/v1/incidents')).items).toEqual([]);
  expect(await asked(app, '/v1/incidents/INC-1')).toMatchObject({ type: 'urn:tocsin:problem:not-found' });
  await app.close();
});
