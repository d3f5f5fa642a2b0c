// The published log is served as it is written, entry bundles to holders of the token only, and nothing else of the disk.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { logPlugin } from '../../../detection/intake/log-plugin';
import { createIntake } from '../../../detection/intake/server/create-intake';
import { Health } from '../../../detection/intake/server/health';
import { leafHash } from '../../../register/entry';
import { createFolderStore, type LogStore } from '../../../register/log/log-store';
import { openCheckpoint } from '../../../register/tree/checkpoint';
import { inclusionProof, verifyInclusion } from '../../../register/tree/merkle';
import { parseVerifierKey } from '../../../register/tree/note';
import { nodesFromTiles, parseEntryBundle, parseTilePath, tilePath } from '../../../register/tree/tiles';
import { aLog } from '../../register/anchors.helpers';
import { afterFile, temporaryDir } from '../../setup/helpers';
import { inputs } from '../../setup/inputs';

const TOKEN = 'a-token-of-the-auditor';

async function served(store: LogStore, { token }: { token?: string } = { token: TOKEN }) {
  const app = await createIntake({
    sources: [],
    store: async () => undefined,
    health: new Health({ postgres: async () => undefined, temporal: async () => undefined }),
    plugins: [logPlugin(store, token)],
  });
  afterFile(() => app.close());
  return (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });
}

test('whoever reads it over HTTP verifies an entry with nothing but the verifier key', async () => {
  const { log } = await aLog(300);
  await log.sign();
  const get = await served(log.store);
  const key = (await get('/log/vkey')).body;
  expect(key.trim()).toBe(log.verifierKey);
  const { size, root } = openCheckpoint((await get('/log/checkpoint')).body, parseVerifierKey(key));
  const nodes = nodesFromTiles(size, async (tile) => (await get(`/log/${tilePath(tile)}`)).rawPayload);
  const bundle = await get('/log/tile/entries/001.p/44', { authorization: `Bearer ${TOKEN}` });
  const leaf = Buffer.from(leafHash(parseEntryBundle(bundle.rawPayload)[43]!), 'hex');
  expect(verifyInclusion({ leaf, index: 299, size, root }, await inclusionProof(299, size, nodes.read))).toBe(true);
});

test('what grows is asked for anew, what is full is kept for ever', async () => {
  const { log } = await aLog(300);
  await log.sign();
  const get = await served(log.store);
  const cache = async (url: string, headers = {}) => (await get(url, headers)).headers['cache-control'];
  const authorization = `Bearer ${TOKEN}`;
  expect(await cache('/log/checkpoint')).toBe('no-cache');
  expect(await cache('/log/rotations')).toBe('no-cache');
  expect(await cache('/log/tile/0/000')).toBe('public, max-age=31536000, immutable');
  expect(await cache('/log/tile/0/001.p/44')).toBe('public, max-age=60');
  expect(await cache('/log/tile/entries/000', { authorization })).toBe('private, max-age=31536000, immutable');
  expect((await get('/log/checkpoint')).headers['content-type']).toBe('text/plain; charset=utf-8');
});

test('entry bundles are shown to holders of the token only, and to nobody where there is none', async () => {
  const { log } = await aLog(300);
  await log.sign();
  const get = await served(log.store);
  for (const authorization of ['', 'Bearer', 'Bearer x', `Basic ${TOKEN}`, `Bearer ${TOKEN}x`, TOKEN]) {
    const refused = await get('/log/tile/entries/000', { authorization });
    expect(refused.statusCode).toBe(401);
    expect(refused.body).not.toContain('INC-');
  }
  expect((await get('/log/tile/entries/000', { authorization: `Bearer ${TOKEN}` })).statusCode).toBe(200);
  const closed = await served(log.store, {});
  expect((await closed('/log/tile/entries/000', { authorization: 'Bearer undefined' })).statusCode).toBe(404);
});

test('a log that was not signed yet is not there', async () => {
  const get = await served(createFolderStore(path.join(temporaryDir('none'), 'log')));
  for (const name of ['checkpoint', 'vkey', 'rotations', 'tile/0/000']) {
    expect((await get(`/log/${name}`)).statusCode).toBe(404);
  }
});

test('no path leads out of the log: 20,000 made-up ones read nothing but files of their exact name', async () => {
  const dir = temporaryDir('log');
  mkdirSync(path.join(dir, 'log'));
  writeFileSync(path.join(dir, 'secret'), 'hidden content');
  writeFileSync(path.join(dir, 'log', 'secret'), 'hidden content');
  const asked: string[] = [];
  const folder = createFolderStore(path.join(dir, 'log'));
  const read = (name: string) => {
    asked.push(name);
    return folder.read(name);
  };
  const get = await served({ ...folder, read });
  const part = fc.oneof(
    fc.constantFrom(
      '..',
      '.',
      '%2e%2e',
      '%2e%2e%2f',
      '..%2f',
      '%5c..',
      '%00',
      'tile',
      '0',
      '000',
      'x001',
      'entries',
      'secret',
      '000.p',
      '5',
      'checkpoint',
      '//',
      '\\..',
      '%c0%ae',
      '0x0',
      '256',
      '-1',
      '1e3',
      '%E0%A4%A',
    ),
    fc.string({ maxLength: 6 }).map(encodeURIComponent),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 7 }), async (parts) => {
      const { statusCode, body } = await get(`/log/${parts.join('/')}`, { authorization: `Bearer ${TOKEN}` });
      expect([400, 404]).toContain(statusCode);
      expect(body).not.toContain('hidden content');
    }),
    { numRuns: inputs(20_000) },
  );
  for (const name of asked) {
    expect(['checkpoint', 'rotations', 'vkey'].includes(name) || tilePath(parseTilePath(name)!) === name).toBe(true);
    expect(name).not.toContain('..');
  }
}, 120_000);

test('a path is that of one tile or of none', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('entries' as const, 0, 1, 5),
      fc.nat(10 ** 9),
      fc.integer({ min: 1, max: 256 }),
      (level, index, width) => {
        const tile = { level, index, width };
        expect(parseTilePath(tilePath(tile))).toEqual(tile);
      },
    ),
  );
  for (const other of [
    'tile/0/0',
    'tile/00/000',
    'tile/0/x000/000',
    'tile/0/000.p/256',
    'tile/0/000.p/0',
    'tile/0/000.p/01',
    'tile/0/1000',
    'tile/-1/000',
    'tile/0/000/',
    '/tile/0/000',
    'tile/0/x001/001/002',
    'tile/0/000\n',
  ]) {
    expect(parseTilePath(other)).toBeUndefined();
  }
});
