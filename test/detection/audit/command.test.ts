import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { runCommand } from '../../../cli/program';
import { Shell } from '../../../cli/shell';
import { appendAudit } from '../../../detection/audit/append';
import { createPool } from '../../../postgres/pool';
import { createTestDatabase, temporaryDir } from '../../setup/helpers';
import { aLog, anAuditEvent, bytesOf } from './helpers';

const dir = temporaryDir('audit-command');
const log = aLog(30);
const head = (JSON.parse(log.at(-1)!) as { hash: string }).hash;

function file(name: string, bytes: Buffer | string): string {
  const at = path.join(dir, name);
  writeFileSync(at, bytes);
  return at;
}

async function tocsin(argv: string[], env: NodeJS.ProcessEnv = {}) {
  const output = { out: '', err: '' };
  const sink = (to: 'out' | 'err') => ({ write: (text: string) => (output[to] += text) });
  const code = await runCommand(['audit', 'verify', ...argv], new Shell(env, sink('out'), sink('err')));
  return { code, ...output };
}

const intact = file('intact.jsonl', bytesOf(log));
const cut = file('cut.jsonl', bytesOf(log.slice(0, 20)));
const deleted = file('deleted.jsonl', bytesOf([...log.slice(0, 6), ...log.slice(7)]));

test.each<[string, string[], number, RegExp]>([
  ['an intact log', [intact], 0, /✓ intact\.jsonl: 30 entries, intact\n {2}head 30:[0-9a-f]{64}\n/],
  ['one with the head that is known', [intact, '--head', head], 0, /intact/],
  ['a packed one', [file('a.gz', gzipSync(bytesOf(log))), '--head', `30:${head}`], 0, /30 entries, intact/],
  ['an empty one', [file('empty.jsonl', '')], 0, /0 entries, intact/],
  ['a deletion', [deleted], 1, /✗ deleted\.jsonl: deletion at line 7\n {2}entry 7 is missing/],
  ['a cut-off end', [cut, '--head', head], 1, /truncation at line 21/],
  ['another history', [cut, '--head', `20:${'0'.repeat(64)}`], 1, /edit at line 20/],
  ['a cut-off end that nobody knows of', [cut], 0, /20 entries, intact/],
  ['a file that is not there', [path.join(dir, 'none')], 2, /none cannot be read: it does not exist/],
  ['a folder', [dir], 2, /it is a folder/],
  ['a text', [file('text', 'hello\nworld\n')], 2, /this is not an audit log/],
  [
    'JSON that is no log',
    [file('other.json', '{"a":1}\n')],
    2,
    /field "seq" is missing\. If its fields have other names/,
  ],
  ['damaged gzip', [file('b.gz', gzipSync(bytesOf(log)).subarray(0, 900))], 2, /gzip data/],
  ['a head that is none', [intact, '--head', 'abc'], 2, /"abc" is not a valid head/],
  ['a database that is not there', ['postgres://127.0.0.1:1/x'], 2, /cannot be read/],
  ['an address that does not answer', ['http://127.0.0.1:9/x'], 2, /cannot be read/],
])('%s', async (_, argv, code, says) => {
  const result = await tocsin(argv);
  expect({ code: result.code, text: result.out + result.err }).toEqual({ code, text: expect.stringMatching(says) });
});

test('--json tells scripts', async () => {
  const { code, out } = await tocsin([deleted, '--json']);
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    log: 'deleted.jsonl',
    ok: false,
    entries: 6,
    damage: { line: 7, kind: 'deletion' },
  });
});

test('other names by a mapping, and other forms of the same entries', async () => {
  const { createHash } = require('node:crypto') as typeof import('node:crypto');
  const canonicalize = require('canonicalize') as (value: unknown) => string;
  let previous = '0'.repeat(64);
  const lines = Array.from({ length: 5 }, (_, i) => {
    const entry = { number: i + 1, user: 'zoë', 'what was done': 'x', data: { b: 1.0, a: [2] }, previous };
    const digest = createHash('sha256').update(canonicalize(entry)).digest('hex');
    previous = digest;
    return JSON.stringify({ ...entry, digest }, undefined, 1)
      .replaceAll('\n', ' ')
      .replace('ë', '\\u00eb');
  });
  const theirs = file('theirs.jsonl', bytesOf(lines));
  const mapping = file('mapping.yaml', 'seq: number\nprev: previous\nhash: digest\n');
  expect(await tocsin([theirs])).toMatchObject({ code: 2 });
  expect(await tocsin([theirs, '--mapping', mapping])).toMatchObject({
    code: 0,
    out: expect.stringContaining('5 of them are not in RFC 8785 form'),
  });
  const wrong = file('wrong.yaml', 'seq: a\nprev: a\nsequence: b\n');
  expect(await tocsin([theirs, '--mapping', wrong])).toMatchObject({
    code: 2,
    err: expect.stringContaining('sequence'),
  });
});

test('over http, and from Postgres', async () => {
  const server = createServer((request, response) => {
    if (request.url === '/elsewhere') {
      response.writeHead(302, { location: '/log' }).end();
      return;
    }
    response.statusCode = request.url === '/log' ? 200 : 404;
    response.end(bytesOf(log));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await tocsin([`${url}/log`])).toMatchObject({ code: 0 });
  expect(await tocsin([`${url}/none`])).toMatchObject({ code: 2, err: expect.stringContaining('answers 404') });
  expect(await tocsin([`${url}/elsewhere`])).toMatchObject({
    code: 2,
    err: expect.stringContaining('is not followed'),
  });
  expect(await tocsin(['http://logs.example.com/log'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('must be https'),
  });
  await new Promise((resolve) => server.close(resolve));

  const database = await createTestDatabase();
  const pool = createPool(database.url);
  await appendAudit(pool, [{ key: 'a', event: anAuditEvent(1) }]);
  await pool.end();
  expect(await tocsin([database.url])).toMatchObject({ code: 0, out: expect.stringContaining('db: 1 entry, intact') });
  expect(await tocsin(['db'], { DATABASE_URL: database.url })).toMatchObject({ code: 0 });
});
