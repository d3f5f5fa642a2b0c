// Streams of changes: nothing is kept of one that was refused, nobody takes all of them, and a board is not fetched twice.
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { Story } from '../unit/cli/helpers';
import { browse, COOKIE, clientOf, cookieOf, pagesOver } from './browser';

const HOUR = '2026-04-01T01:00:00.000Z';

let app: FastifyInstance;
/** With streams that are still open: it does not wait for them. */
afterEach(() => app.close(), 5_000);

/** Opens a stream as somebody's browser does. */
async function watch(url: string, subject = 'bea'): Promise<IncomingMessage> {
  if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const cookie = await cookieOf({ by: subject, subject, roles: ['owner'] }, Math.floor(Date.now() / 1000) + 600);
  const headers = { cookie: `${COOKIE}=${cookie}`, accept: 'text/event-stream' };
  const [answer] = (await once(get({ host: '127.0.0.1', port, path: url, headers, agent: false }), 'response')) as [
    IncomingMessage,
  ];
  answer.on('error', () => {});
  return answer;
}

/** What a stream tells within a second; then it is left. */
async function toldAtOnce(answer: IncomingMessage): Promise<string> {
  let told = '';
  answer.on('data', (chunk) => {
    told += String(chunk);
  });
  await sleep(1_000);
  answer.destroy();
  await sleep(100);
  return told;
}

test('of a stream that is refused nothing is kept', async () => {
  app = await pagesOver(clientOf(new Story(), HOUR));
  const entered = jest.spyOn(Map.prototype, 'set');
  expect((await browse(app, '/incidents/INC-77/changes')).status).toBe(400);
  const kept = entered.mock.calls.filter(([key]) => key === 'INC-77');
  entered.mockRestore();
  expect(kept).toEqual([]);
});

test('a board that shows what there is is told of nothing at once, and of what changed before it watched', async () => {
  let cases: { id: string }[] = [];
  app = await pagesOver({
    ...clientOf(new Story(), HOUR),
    listUpTo: (async (kind: string) => ({ cases: kind === 'triage' ? cases : [], cut: false })) as never,
  });
  const { body } = await browse(app, '/');
  const changes = /data-changes="([^"]+)"/.exec(body)![1]!;
  expect(await toldAtOnce(await watch(changes))).toBe('retry: 5000\n\n');
  cases = [{ id: 'TRG-1' }];
  expect(await toldAtOnce(await watch(changes))).toContain('event: changed');
});

test('the board is told of what changes in an incident that it looks at, though no list shows it', async () => {
  const client = clientOf(new Story(), HOUR);
  let mark = 'before';
  const listed = { id: 'INC-1', title: 'A', open: true, startedAt: HOUR, overdue: 0, exercise: false };
  app = await pagesOver({
    ...client,
    find: async () => ({ ...(await client.find!('INC-1'))!, mark }),
    listUpTo: async (kind) => ({ cases: kind === 'incident' ? [listed as never] : [], cut: false }),
  });
  const [, changes] = /data-changes="([^"]+)"/.exec((await browse(app, '/')).body)!;
  expect(await toldAtOnce(await watch(changes!))).not.toContain('event: changed');
  mark = 'after';
  expect(await toldAtOnce(await watch(changes!))).toContain('event: changed');
});

test('one person has so many streams and no more; others have theirs', async () => {
  app = await pagesOver(clientOf(new Story(), HOUR));
  const url = '/incidents/INC-1/changes';
  for (let n = 0; n < 20; n++) expect((await watch(url)).statusCode).toBe(200);
  expect((await watch(url)).statusCode).toBe(503);
  expect((await watch(url, 'cal')).statusCode).toBe(200);
});

test('the page of a case that Temporal loses is told', async () => {
  const client = clientOf(new Story(), HOUR);
  let isLost = false;
  app = await pagesOver({ ...client, find: async (id) => (isLost ? undefined : client.find!(id)) });
  const [, changes] = /data-changes="([^"]+)"/.exec((await browse(app, '/incidents/INC-1')).body)!;
  const watching = await watch(changes!);
  expect(watching.statusCode).toBe(200);
  let told = '';
  watching.on('data', (chunk) => {
    told += String(chunk);
  });
  await sleep(500);
  expect(told).not.toContain('event: changed');
  isLost = true;
  await sleep(3_000);
  watching.destroy();
  expect(told).toContain('event: changed');
});
