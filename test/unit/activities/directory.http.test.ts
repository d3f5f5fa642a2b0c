/** A directory over HTTP: the same people as the CSV files, from the example server; and whatever a service may answer instead. */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { readCsv } from '../../../activities/directory/csv';
import { CSV_FILES, createCsvDirectory } from '../../../activities/directory/csv-directory';
import type { DirectoryPort } from '../../../activities/directory/directory-port';
import { createHttpDirectory, probeHttpDirectory } from '../../../activities/directory/http-directory';
import { BOUNDS, type Bounds } from '../../../activities/directory/http-pages';
import { directory as doctorsDirectory } from '../../../doctor/people-checks';
import { packageRoot } from '../../../platform/package-root';
import { connectDirectory } from '../../../worker/directory';
import { heapInUse } from '../../setup/heap';
import { afterFile, temporaryDir } from '../../setup/helpers';
import { failureOf } from './fixtures';

const LOOPBACK = '127.0.0.1';
const token = 'a-token';
const examples = path.join(packageRoot(), 'examples', 'directory');
const fast: Bounds = { ...BOUNDS, backoffMs: 1 };

type Handler = (url: URL, response: ServerResponse, request: IncomingMessage) => void;

/** A service with these answers in turn, the last for all that follow; a text or an object is a page. */
async function service(...answers: (Handler | object | string)[]) {
  const asked: URL[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://directory');
    asked.push(url);
    const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
    if (typeof answer === 'function') answer(url, response, request);
    else response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  afterFile(() => {
    server.closeAllConnections();
    server.close();
  });
  return { endpoint: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}/people/`, asked };
}

const told: string[] = [];
beforeEach(() => told.splice(0));
const directoryAt = (endpoint: string, bounds: Partial<Bounds> = {}) =>
  createHttpDirectory({ endpoint, token }, (problem) => told.push(problem), { ...fast, ...bounds });
const subscribersOf = (directory: DirectoryPort) =>
  directory.resolve({ recipient: { to: 'status-subscribers' }, workspaces: 'all', dataSets: [] });
const subscriber = (id: string) => ({ subscriber_id: id, email: `${id}@s.example.com`, language: 'en' });
const person = (id: string, over: object = {}) => ({
  ...{ person_id: id, email: `${id}@p.example.com`, language: 'en', country: 'DE', workspace_id: null, data_set: 'd' },
  ...over,
});
const refsOf = ({ recipients }: { recipients: { ref: string }[] }) => recipients.map(({ ref }) => ref);
const answering =
  (status: number, headers: Record<string, string> = {}): Handler =>
  (_url, response) =>
    void response.writeHead(status, headers).end('{"secret":"ada@example.com"}');

describe('the example server of the documentation, with the people of the example directory', () => {
  const workspaces = (some: 'all' | string[]) => ({
    recipient: { to: 'workspace-owners' },
    workspaces: some,
    dataSets: [],
  });
  const own = { id: 'account-data', own: true };
  const customers = { id: 'customer-records', own: false };
  let http: DirectoryPort;
  let endpoint: string;

  beforeAll(async () => {
    const rows = Object.entries(CSV_FILES).map(([name, columns]) => [
      name.replace('.csv', ''),
      readCsv<string>(name, readFileSync(path.join(examples, name), 'utf8'), columns),
    ]);
    const file = path.join(temporaryDir('directory'), 'people.json');
    writeFileSync(file, JSON.stringify(Object.fromEntries(rows)));
    const script = path.join(packageRoot(), 'examples', 'directory-server.mjs');
    const server = spawn(process.execPath, [script, file, '0'], {
      env: { DIRECTORY_TOKEN: token },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    afterFile(() => void server.kill());
    endpoint = await new Promise<string>((resolve) =>
      server.stdout.once('data', (line) => resolve(`${String(line).trim()}/tocsin`)),
    );
    http = directoryAt(endpoint, { limit: 7 });
  });

  test.each([
    ['all owners', workspaces('all')],
    ['owners of some', workspaces(['ws-cedar', 'ws-granite', 'ws-gone', 'ws-aurora'])],
    ['owners of none', workspaces([])],
    ['everybody', { recipient: { to: 'individuals' }, workspaces: 'all', dataSets: [own, customers] }],
    [
      'those of some workspaces',
      { recipient: { to: 'individuals' }, workspaces: ['ws-cedar'], dataSets: [own, customers] },
    ],
    ['those of one data set', { recipient: { to: 'individuals' }, workspaces: 'all', dataSets: [customers] }],
    ['Canada', { recipient: { to: 'individuals', residence: ['CA'] }, workspaces: 'all', dataSets: [own] }],
    ['others', { recipient: { to: 'individuals', residenceOtherThan: ['CA'] }, workspaces: 'all', dataSets: [own] }],
    ['no data set', { recipient: { to: 'individuals' }, workspaces: 'all', dataSets: [] }],
    [
      'a data set that is not there',
      { recipient: { to: 'individuals' }, workspaces: 'all', dataSets: [{ ...own, id: 'no' }] },
    ],
    ['subscribers', { recipient: { to: 'status-subscribers' }, workspaces: 'all', dataSets: [] }],
  ])('%s are whom the CSV files have', async (_who, audience) => {
    const csv = await createCsvDirectory(examples).resolve(audience as never);
    expect(await http.resolve(audience as never)).toEqual(csv);
    expect(told).toEqual([]);
  });

  test('passes the probe, and refuses another token', async () => {
    await probeHttpDirectory({ endpoint, token });
    expect(await failureOf(probeHttpDirectory({ endpoint, token: 'another' }))).toMatchObject({
      type: 'DirectoryRefused',
      message: expect.stringMatching(/answered 401 for page 1 of "workspaces": check TOCSIN_DIRECTORY_HTTP_TOKEN/),
    });
  });
});

test('what is asked: the listing below the address, the token, limit and cursor, workspaces and data sets by name', async () => {
  const headers: unknown[] = [];
  const page =
    (items: object[], next: string | null): Handler =>
    (_url, response, request) => {
      headers.push(request.headers.authorization);
      response.end(JSON.stringify({ items, next }));
    };
  const { endpoint, asked } = await service(page([person('1', { workspace_id: 'w&1' })], 'a b&c'), page([], null));
  const people = await directoryAt(endpoint).resolve({
    recipient: { to: 'individuals' },
    workspaces: ['w&1', 'w2'],
    dataSets: [{ id: 'd', own: false }],
  });
  expect(refsOf(people)).toEqual(['person:1']);
  const question = [
    ['data_set', 'd'],
    ['workspace', 'w&1'],
    ['workspace', 'w2'],
    ['limit', '2000'],
  ];
  expect(asked.map(({ pathname, searchParams }) => [pathname, [...searchParams]])).toEqual([
    ['/people/individuals', question],
    ['/people/individuals', [...question, ['cursor', 'a b&c']]],
  ]);
  expect(headers).toEqual([`Bearer ${token}`, `Bearer ${token}`]);
});

test('many workspaces are asked for in several readings, each in an address that servers take; who comes in several is told once', async () => {
  const ids = Array.from({ length: 1_000 }, (_, i) => `workspace-${i}`);
  const { endpoint, asked } = await service((url: URL, response: ServerResponse) => {
    const items = url.searchParams
      .getAll('workspace')
      .map((id) => ({ workspace_id: id, owner_email: `${id}@w.example.com`, language: null }));
    const always = { workspace_id: 'workspace-0', owner_email: 'workspace-0@w.example.com', language: null };
    response.end(JSON.stringify({ items: [...items, always], next: null }));
  });
  const owners = await directoryAt(endpoint).resolve({
    recipient: { to: 'workspace-owners' },
    workspaces: [...ids, 'x'.repeat(3_999)],
    dataSets: [],
  });
  expect(owners.recipients).toHaveLength(1_001);
  expect(owners.unknown).toEqual([]);
  expect(asked.length).toBeGreaterThan(3);
  expect(Math.max(...asked.map(({ href }) => href.length))).toBeLessThan(8_000);
});

describe('values', () => {
  const individuals = (items: unknown[]) =>
    service({ items, next: null }).then(({ endpoint }) =>
      directoryAt(endpoint).resolve({
        recipient: { to: 'individuals' },
        workspaces: 'all',
        dataSets: [{ id: 'd', own: true }],
      }),
    );

  test('one that is no text costs that value alone and is told, without what stands there', async () => {
    const { recipients } = await individuals([
      person('1', { email: { at: 'ada@example.com' }, language: ['de'] }),
      person('2', { email: 'a\0b@example.com' }),
      person('3', { country: 49, language: 'DE_de' }),
      { ...person('4'), person_id: 4, more: true },
    ]);
    expect(recipients.map(({ ref, address, language }) => [ref, address, language])).toEqual([
      ['person:1', '', 'en'],
      ['person:2', '', 'en'],
      ['person:3', '3@p.example.com', 'de-de'],
      ['person:4', '4@p.example.com', 'en'],
    ]);
    expect(told).toEqual([
      '"individuals" of the directory has 2 values of "email" that cannot be read (the first in item 1 of page 1): each counts as empty; give text, or null',
      '"individuals" of the directory has 1 value of "language" that cannot be read (the first in item 1 of page 1): each counts as empty; give text, or null',
    ]);
  });

  test.each([
    ['no object', 'x', /item 2 of page 1 of "individuals" of the directory is not an object/],
    ['no field', { ...person('2'), country: undefined }, /has no "country"; give null where there is none/],
    [
      'an id that is no text',
      person('2', { person_id: {} }),
      /has a "person_id" that is neither text nor a whole number/,
    ],
    ['an id that JSON does not keep', person('2', { person_id: 2 ** 60 }), /has a "person_id" that is neither/],
    ['an empty id', person('2', { person_id: ' ' }), /has an empty "person_id"/],
    ['no data set', person('2', { data_set: null }), /has an empty "data_set"/],
    ['a workspace that is no text', person('2', { workspace_id: true }), /has a "workspace_id" that is neither/],
  ])('%s might leave somebody out unnoticed, so nobody is resolved', async (_what, item, message) => {
    const fault = await failureOf(individuals([person('1'), item]));
    expect(fault).toMatchObject({
      type: 'DirectoryFault',
      nonRetryable: false,
      message: expect.stringMatching(message),
    });
    expect(fault.message).not.toContain('p.example.com');
  });
});

describe('a page that is too large, never ends, or leads on for ever is an error', () => {
  const leading =
    (next: (url: URL) => string, items: object[] = [subscriber('1')]): Handler =>
    (url, response) =>
      void response.end(JSON.stringify({ items, next: next(url) }));
  const endless: Handler = (_url, response) => {
    response.write('{"items":[');
    const more = () => {
      while (!response.destroyed && response.write(' '.repeat(65_536)));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  };

  test.each<[string, Handler | object | string, RegExp, Partial<Bounds>?]>([
    ['the same cursor', leading(() => 'x'), /page 2 .* gives a cursor that came before, so its pages have no end/],
    [
      'cursors in a circle',
      leading((url) => String((Number(url.searchParams.get('cursor') ?? 0) % 3) + 1)),
      /page 4 .* gives a cursor that came before/,
    ],
    [
      'ever new cursors to nothing',
      leading((url) => `${url.searchParams.get('cursor')}1`, []),
      /page 20 .* is the 20th in a row without an item/,
    ],
    [
      'ever new cursors',
      leading((url) => `${url.searchParams.get('cursor')}1`),
      /page 30 .* a listing has 30 pages at most/,
      { maxPages: 30 },
    ],
    ['a page without an end', endless, /page 1 .* is longer than 8388608 bytes/],
    [
      'more items than were asked for',
      { items: ['1', '2', '3'].map(subscriber), next: null },
      /has 3 items, and 2 at/,
      { limit: 2 },
    ],
    ['no cursor and no null', { items: [] }, /has a "next" that is neither null nor a text/],
    ['a cursor that is empty', { items: [], next: '' }, /has a "next" that is neither/],
    ['no items', { next: null }, /has no list "items"/],
    ['null', 'null', /has no list "items"/],
    ['no JSON', '<p>ada@example.com', /page 1 of "subscribers" of the directory is not JSON: correct the service/],
    [
      'no UTF-8',
      (_url, response) => void response.end(Buffer.from('{"items":[],"next":"\xff"}', 'latin1')),
      /is not UTF-8/,
    ],
  ])('%s', async (...[_what, answer, message, bounds]) => {
    const { endpoint } = await service(answer);
    const fault = await failureOf(subscribersOf(directoryAt(endpoint, bounds)));
    expect(fault).toMatchObject({
      type: 'DirectoryFault',
      nonRetryable: false,
      message: expect.stringMatching(message),
    });
    expect(fault.message).not.toMatch(/127\.0\.0\.1|example\.com|a-token/);
  });
});

test('pages that lead in a circle are an error, and not read for ever', async () => {
  const { endpoint, asked } = await service((url: URL, response: ServerResponse) => {
    const next = url.searchParams.get('cursor') === 'there' ? 'back' : 'there';
    response.end(JSON.stringify({ items: [subscriber('1')], next }));
  });
  const fault = await failureOf(subscribersOf(directoryAt(endpoint, { maxPages: 30 })));
  expect(fault.message).toMatch(/page 3 .* gives a cursor that came before/);
  expect(asked).toHaveLength(3);
});

describe('what looks at it before anybody must be told', () => {
  const page = { items: [], next: null };
  const errors: string[] = [];
  const log = { info() {}, warn() {}, error: (_fields: object, message: string) => void errors.push(message) };
  const look = (endpoint: string) => doctorsDirectory.look({ read: () => ({ endpoint, token }) } as never);

  test('a worker starts with one that answers or is away, and not with one that refuses or breaks the contract', async () => {
    const good = await service(page);
    await connectDirectory({ endpoint: good.endpoint, token }, log);
    expect(good.asked.map(({ pathname }) => pathname)).toEqual([
      '/people/workspaces',
      '/people/individuals',
      '/people/subscribers',
    ]);
    expect(errors).toEqual([]);
    await connectDirectory({ endpoint: (await service(answering(503))).endpoint, token }, log);
    expect(errors).toEqual([
      'the directory cannot be reached: nobody can be told until it is back. Check TOCSIN_DIRECTORY_HTTP_URL',
    ]);
    for (const [answer, type] of [
      [answering(401), 'DirectoryRefused'],
      [{ items: [{}], next: null }, 'DirectoryFault'],
    ] as const) {
      const { endpoint } = await service(answer);
      expect(await failureOf(connectDirectory({ endpoint, token }, log))).toMatchObject({ type });
    }
  });

  test('the doctor counts who is in it, names what cannot be read, and says when it does not answer', async () => {
    const { endpoint } = await service((url: URL, response: ServerResponse) => {
      const items = url.pathname.endsWith('subscribers') ? [subscriber('1'), { ...subscriber('2'), email: {} }] : [];
      response.end(JSON.stringify({ items, next: null }));
    });
    expect((await look(endpoint)).map(({ state, says }) => [state, says])).toEqual([
      ['warning', 'it has no owners of workspaces'],
      ['warning', '2 subscribers of status updates, 1 of them without a usable address'],
      ['warning', expect.stringContaining('1 value of "email" that cannot be read (the first in item 2 of page 1)')],
    ]);
    expect(await look((await service(answering(500))).endpoint)).toEqual([
      {
        state: 'problem',
        says: expect.stringContaining('the directory answered 500'),
        todo: expect.stringContaining('Nobody can be told'),
      },
    ]);
  });
});

describe('faults on the way', () => {
  const cut: Handler = (_url, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write(JSON.stringify({ items: [subscriber('half')] }), () => response.destroy());
  };
  const silent: Handler = () => undefined;
  const first = { items: [subscriber('1')], next: 'n' };
  const last = { items: [subscriber('2')], next: null };

  test.each<[string, Handler]>([
    ['a page that is cut in its middle', cut],
    ['500', answering(500)],
    ['503', answering(503)],
    ['429', answering(429)],
    ['no answer in time', silent],
  ])('%s: that page is asked for again, and nobody is missing or half there', async (_what, fault) => {
    const { endpoint, asked } = await service(first, fault, fault, last);
    expect(refsOf(await subscribersOf(directoryAt(endpoint, { pageMs: 500 })))).toEqual([
      'subscriber:1',
      'subscriber:2',
    ]);
    expect(asked.map(({ searchParams }) => searchParams.get('cursor'))).toEqual([null, 'n', 'n', 'n']);
  });

  test.each<[string, Handler, RegExp]>([
    ['a page that is cut in its middle', cut, /page 1 of "subscribers" of the directory did not come whole/],
    ['500', answering(500), /the directory answered 500 for page 1/],
    ['no answer in time', silent, /did not come whole within 0\.2 s: it is asked for again/],
  ])('%s, again and again: it is left to the retry of the whole', async (_what, fault, message) => {
    const { endpoint, asked } = await service(fault);
    const failed = await failureOf(subscribersOf(directoryAt(endpoint, { pageMs: 200 })));
    expect(failed).toMatchObject({
      type: 'DirectoryUnavailable',
      nonRetryable: false,
      message: expect.stringMatching(message),
    });
    expect(failed.message).not.toMatch(/127\.0\.0\.1|example\.com|a-token/);
    expect(asked).toHaveLength(3);
  });

  test('nobody there is told with the code of the system', async () => {
    expect(await failureOf(subscribersOf(directoryAt('http://127.0.0.1:9/', { tries: 1 })))).toMatchObject({
      type: 'DirectoryUnavailable',
      message: expect.stringMatching(/did not come whole( \([A-Z_]+\))?: it is asked for again/),
    });
  });

  test('Retry-After is waited for; a long one is left to the retry of the whole, as late as it says', async () => {
    const soon = await service(answering(429, { 'retry-after': '1' }), last);
    const began = Date.now();
    expect(refsOf(await subscribersOf(directoryAt(soon.endpoint)))).toEqual(['subscriber:2']);
    expect(Date.now() - began).toBeGreaterThanOrEqual(990);

    const late = await service(answering(429, { 'retry-after': '120' }));
    expect(await failureOf(subscribersOf(directoryAt(late.endpoint)))).toMatchObject({
      type: 'DirectoryUnavailable',
      nextRetryDelay: 120_000,
    });
    expect(late.asked).toHaveLength(1);
  });

  test.each([
    [401, {}, /check TOCSIN_DIRECTORY_HTTP_TOKEN/],
    [403, {}, /check TOCSIN_DIRECTORY_HTTP_TOKEN/],
    [404, {}, /check TOCSIN_DIRECTORY_HTTP_URL and the service/],
    [204, {}, /check TOCSIN_DIRECTORY_HTTP_URL and the service/],
    [302, { location: 'http://127.0.0.1:9/elsewhere' }, /redirects are not followed/],
  ])('%i is told with what to correct, and not asked again at once', async (status, headers, message) => {
    const { endpoint, asked } = await service(answering(status, headers as never));
    expect(await failureOf(subscribersOf(directoryAt(endpoint)))).toMatchObject({
      type: 'DirectoryRefused',
      nonRetryable: false,
      message: expect.stringMatching(message),
    });
    expect(asked).toHaveLength(1);
  });
});

test('200,000 people are never whole in memory', async () => {
  const all = 200_000;
  const { endpoint } = await service((url: URL, response: ServerResponse) => {
    const from = Number(url.searchParams.get('cursor') ?? 0);
    const to = Math.min(from + Number(url.searchParams.get('limit')), all);
    const items = Array.from({ length: to - from }, (_, i) => person(`p${from + i}`));
    response.end(JSON.stringify({ items, next: to < all ? String(to) : null }));
  });
  const { pages } = directoryAt(endpoint).read({
    recipient: { to: 'individuals' },
    workspaces: 'all',
    dataSets: [{ id: 'd', own: true }],
  });
  let read = 0;
  let most = 0;
  let before: number | undefined;
  let number = 0;
  for await (const page of pages) {
    read += page.length;
    if (++number % 20 !== 0) continue;
    before ??= heapInUse();
    most = Math.max(most, heapInUse() - before);
  }
  expect(read).toBe(all);
  // All of them are some 60 MB.
  expect(most).toBeLessThan(8 * 1024 * 1024);
});
