// Where advisories come from: folders, JSON Lines, feeds that answer only when they have changed, and feeds that are away.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { readAdvisories } from '../../../../detection/dependencies/advisories';
import { afterFile, temporaryDir } from '../../../setup/helpers';
import { LODASH, LOG4J, MINIMIST } from './records';

async function read(source: string, cacheDir = temporaryDir('advisories')) {
  const ids: unknown[] = [];
  const problems: string[] = [];
  const take = (record: unknown) => ids.push((record as { id?: unknown }).id);
  await readAdvisories(source, { cacheDir, take, problem: (text) => problems.push(text) });
  return { ids: ids.sort(), problems };
}

test('a folder with its folders, JSON Lines, lists and answers of the API; what is broken is told by name, not by path', async () => {
  const dir = temporaryDir('osv');
  mkdirSync(path.join(dir, 'npm'));
  writeFileSync(path.join(dir, 'npm', 'a.json'), JSON.stringify(MINIMIST, undefined, 2));
  writeFileSync(path.join(dir, 'all.jsonl'), `${JSON.stringify(LODASH)}\r\n\n{broken\n${JSON.stringify(LOG4J)}`);
  writeFileSync(path.join(dir, 'api.json'), JSON.stringify({ vulns: [{ id: 'V-1' }, { id: 'V-2' }] }));
  writeFileSync(path.join(dir, 'broken.json'), '{');
  writeFileSync(path.join(dir, 'README.md'), 'no record');
  const { ids, problems } = await read(dir);
  expect(ids).toEqual([LODASH.id, LOG4J.id, MINIMIST.id, 'V-1', 'V-2'].sort());
  const name = path.basename(dir);
  expect(problems.sort()).toEqual([`${name}/all.jsonl:3: is not valid JSON`, `${name}/broken.json: is not valid JSON`]);
  expect(await read(path.join(dir, 'none'))).toEqual({
    ids: [],
    problems: ['advisories none: cannot be read (ENOENT)'],
  });
});

test('what a folder or an answer holds and nobody reads is told', async () => {
  const dir = temporaryDir('unread');
  writeFileSync(path.join(dir, 'a.json'), JSON.stringify(MINIMIST));
  symlinkSync(path.join(dir, 'gone'), path.join(dir, 'b.json'));
  const other = temporaryDir('linked');
  symlinkSync(other, path.join(dir, 'linked'));
  const name = path.basename(dir);
  const { ids, problems } = await read(dir);
  expect(ids).toEqual([MINIMIST.id]);
  expect(problems.sort()).toEqual([
    `${name}/b.json: cannot be read (ENOENT)`,
    `${name}/linked: is a link to a folder, which is not followed; give that folder as a source of its own`,
  ]);
  const page = path.join(temporaryDir('page'), 'page.json');
  writeFileSync(page, JSON.stringify({ vulns: [MINIMIST], next_page_token: 'x' }));
  expect((await read(page)).problems).toEqual([expect.stringMatching(/page\.json: is one page of several/)]);
});

test('a feed is fetched once while it does not change; its last copy is used while it is away, and that is told', async () => {
  let asked: Array<string | undefined> = [];
  let away = false;
  const server = http.createServer((request, response) => {
    asked.push(request.headers['if-none-match']);
    if (away) return response.writeHead(503).end();
    if (request.headers['if-none-match'] === '"1"') return response.writeHead(304).end();
    return response.writeHead(200, { etag: '"1"' }).end(`${JSON.stringify(MINIMIST)}\n${JSON.stringify(LODASH)}\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterFile(() => void server.close());
  const feed = `http://127.0.0.1:${(server.address() as { port: number }).port}/all?key=secret`;
  const cache = temporaryDir('cache');
  const all = [LODASH.id, MINIMIST.id];
  expect(await read(feed, cache)).toEqual({ ids: all, problems: [] });
  expect(await read(feed, cache)).toEqual({ ids: all, problems: [] });
  expect(asked).toEqual([undefined, '"1"']);
  away = true;
  asked = [];
  const kept = await read(feed, cache);
  expect(kept.ids).toEqual(all);
  expect(kept.problems).toEqual([expect.stringMatching(/all: answered 503; the copy of the last time is used$/)]);
  const none = await read(feed);
  expect(none).toEqual({ ids: [], problems: [expect.stringMatching(/nothing is known from there$/)] });
  expect(JSON.stringify([kept, none])).not.toContain('secret');
});

test.each(['http://example.com/a', 'ftp://example.com/a', 'https://user:pass@example.com/a', 'file:///etc/passwd'])(
  '%s is not read',
  async (address) => {
    expect(await read(address)).toEqual({ ids: [], problems: [expect.stringMatching(/is not https/)] });
  },
);
