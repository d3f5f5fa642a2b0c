/** Artefacts: in Postgres for every worker, a copy on each worker's own disk while Postgres is away, and erased with the incident. */
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import pg from 'pg';
import { sha256Hex } from '../../activities/storage/artefacts';
import { createFolderArtefacts } from '../../activities/storage/folder-artefacts';
import { createKeptArtefacts } from '../../activities/storage/kept-artefacts';
import { createPostgresArtefacts } from '../../activities/storage/postgres-artefacts';
import { createPool } from '../../postgres/pool';
import { createTestDatabase, type TestDatabase, temporaryDir } from '../setup/helpers';
import { destroyKeys, migrateInOwnProcess } from './helpers';

let database: TestDatabase;
let pool: pg.Pool;
const logged: string[] = [];
const log = { info() {}, warn: (_: object, text: string) => void logged.push(text), error() {} } as never;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
});
afterAll(() => pool.end());

/** A pool that can be switched off, as Postgres can. */
function switched() {
  const state = { away: false, hangs: false };
  const query = (...args: unknown[]) => {
    if (state.hangs) return new Promise(() => {});
    if (state.away) return Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }));
    return (pool.query as (...all: unknown[]) => Promise<unknown>).apply(pool, args);
  };
  return { state, pool: { query } as unknown as pg.Pool };
}

/** A worker with a folder of its own. */
function worker(dir = temporaryDir('artefacts')) {
  const postgres = switched();
  const artefacts = createKeptArtefacts({ pool: postgres.pool, dir, log, restMs: 0 });
  return { ...postgres, dir, artefacts };
}

const destroyKey = (incidentId: string) => destroyKeys(pool, new Date().toISOString(), incidentId);

describe.each(['postgres', 'folder', 'kept'])('an artefact store (%s)', (kind) => {
  const store = () => {
    if (kind === 'postgres') return createPostgresArtefacts(pool);
    return kind === 'folder' ? createFolderArtefacts(temporaryDir('artefacts')) : worker().artefacts;
  };

  test('gives back any bytes under their hash, stored once or twice, of an incident or of none', async () => {
    const artefacts = store();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), fc.option(fc.uuid()), async (bytes, incidentId) => {
        const sha256 = await artefacts.put(bytes, incidentId ?? undefined);
        expect(sha256).toBe(sha256Hex(bytes));
        expect(await artefacts.put(bytes, incidentId ?? undefined)).toBe(sha256);
        expect((await artefacts.get(sha256)).equals(bytes)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test('what is not there, or asked for by something else than a hash, is a fault', async () => {
    const artefacts = store();
    for (const wrong of [sha256Hex('never stored'), 'none', '../../etc/passwd'])
      await expect(artefacts.get(wrong)).rejects.toMatchObject({ type: 'ArtefactFault' });
  });

  test('remembers refs in lists of incidents, and marks', async () => {
    const artefacts = store();
    const list = { incidentId: `INC-${kind}`, name: 'claimed' };
    expect(await artefacts.recall(list)).toEqual(new Set());
    await artefacts.remember(list, ['workspace:ws-1', 'strange "ref"\n']);
    await artefacts.remember(list, ['workspace:ws-2']);
    expect(await artefacts.recall(list)).toEqual(new Set(['workspace:ws-1', 'strange "ref"\n', 'workspace:ws-2']));
    expect(await artefacts.recall({ ...list, name: 'other' })).toEqual(new Set());
    expect(await artefacts.isMarked(`page/${kind}/1`)).toBe(false);
    await artefacts.mark(`page/${kind}/1`);
    await artefacts.mark(`page/${kind}/1`);
    expect(await artefacts.isMarked(`page/${kind}/1`)).toBe(true);
  });
});

test('two workers that share nothing but Postgres find what the other stored, claimed and did', async () => {
  const [one, two] = [worker(), worker()];
  const list = { incidentId: 'INC-two', name: 'claimed' };
  const sha256 = await one.artefacts.put(Buffer.from('the notice'), 'INC-two');
  await one.artefacts.remember(list, ['workspace:ws-1']);
  await one.artefacts.mark('task/INC-two');
  expect((await two.artefacts.get(sha256)).toString()).toBe('the notice');
  expect(await two.artefacts.recall(list)).toEqual(new Set(['workspace:ws-1']));
  expect(await two.artefacts.isMarked('task/INC-two')).toBe(true);
});

test('while Postgres is away a worker goes on with its own copies, and hands over what it stored once it is back', async () => {
  const [one, two] = [worker(), worker()];
  const list = { incidentId: 'INC-away', name: 'claimed' };
  const before = await one.artefacts.put(Buffer.from('drafted before'), 'INC-away');
  one.state.away = true;
  const during = await one.artefacts.put(Buffer.from('drafted during'), 'INC-away');
  await one.artefacts.remember(list, ['workspace:ws-9']);
  await one.artefacts.mark('alarm/INC-away/7');
  expect((await one.artefacts.get(before)).toString()).toBe('drafted before');
  expect((await one.artefacts.get(during)).toString()).toBe('drafted during');
  expect(await one.artefacts.recall(list)).toEqual(new Set(['workspace:ws-9']));
  expect(await one.artefacts.isMarked('alarm/INC-away/7')).toBe(true);
  expect(await one.artefacts.handOver()).toBe(false);
  await expect(two.artefacts.get(during)).rejects.toMatchObject({ type: 'ArtefactFault' });
  two.state.away = true;
  // It may be where it cannot be looked for: repeated, and no fault of the store.
  await expect(two.artefacts.get(before)).rejects.toMatchObject({ type: 'ArtefactsAway', nonRetryable: false });

  one.state.away = two.state.away = false;
  expect(await one.artefacts.handOver()).toBe(true);
  expect((await two.artefacts.get(during)).toString()).toBe('drafted during');
  expect(await two.artefacts.recall(list)).toEqual(new Set(['workspace:ws-9']));
  expect(await two.artefacts.isMarked('alarm/INC-away/7')).toBe(true);
  expect(readdirSync(path.join(one.dir, 'unsent'))).toEqual([]);
  expect(await one.artefacts.handOver()).toBe(true);
});

test('what a worker has read once it has a copy of, for the time Postgres is away', async () => {
  const [one, two] = [worker(), worker()];
  const sha256 = await one.artefacts.put(Buffer.from('read before'), 'INC-read');
  await two.artefacts.get(sha256);
  two.state.away = true;
  expect((await two.artefacts.get(sha256)).toString()).toBe('read before');
});

test('a Postgres that does not answer is waited for some seconds, and counts as away', async () => {
  const one = worker();
  one.state.hangs = true;
  const sha256 = await one.artefacts.put(Buffer.from('hanging'), 'INC-hangs');
  one.state.hangs = false;
  await one.artefacts.handOver();
  expect((await worker().artefacts.get(sha256)).toString()).toBe('hanging');
}, 20_000);

test('a Postgres restored from an older backup: what this worker stored since is still there', async () => {
  const one = worker();
  const sha256 = await one.artefacts.put(Buffer.from('after the backup'), 'INC-restored');
  await one.artefacts.mark('task/INC-restored');
  const owner = new pg.Client(database.url);
  await owner.connect();
  await owner.query(`DELETE FROM tocsin.artefacts WHERE incident_id = 'INC-restored'; DELETE FROM tocsin.effect_marks`);
  await owner.end();
  expect((await one.artefacts.get(sha256)).toString()).toBe('after the backup');
  expect(await one.artefacts.isMarked('task/INC-restored')).toBe(true);
});

test('a full or lost disk stops nothing while Postgres has it', async () => {
  const file = path.join(temporaryDir('artefacts'), 'a-file');
  writeFileSync(file, '');
  const one = worker(path.join(file, 'no-folder-can-be-made-here'));
  const sha256 = await one.artefacts.put(Buffer.from('no disk'), 'INC-no-disk');
  expect((await one.artefacts.get(sha256)).toString()).toBe('no disk');
  expect(logged).toContain('an artefact could not be copied to disk');
});

test('what belongs to an incident goes with its data key, from the copies too; what another incident has stays', async () => {
  const [one, two] = [worker(), worker()];
  const list = { incidentId: 'INC-gone', name: 'claimed' };
  const gone = await one.artefacts.put(Buffer.from('canary of the notice'), 'INC-gone');
  const shared = await one.artefacts.put(Buffer.from('shared'), 'INC-gone');
  await one.artefacts.put(Buffer.from('shared'), 'INC-stays');
  const policy = await one.artefacts.put(Buffer.from('{"a":"policy"}'));
  await one.artefacts.remember(list, ['workspace:canary']);
  two.state.away = true;
  const late = await two.artefacts.put(Buffer.from('drafted on a worker without Postgres'), 'INC-gone');
  await destroyKey('INC-gone');
  two.state.away = false;

  for (const { artefacts } of [one, two]) {
    await expect(artefacts.get(gone)).rejects.toMatchObject({
      type: 'ArtefactFault',
      message: expect.stringContaining('was erased with its incident'),
    });
    await artefacts.handOver();
    await artefacts.forgetErased();
    expect((await artefacts.get(shared)).toString()).toBe('shared');
    expect(JSON.parse((await artefacts.get(policy)).toString())).toEqual({ a: 'policy' });
  }
  expect(readdirSync(path.join(one.dir, 'artefacts')).sort()).toEqual([shared, policy].sort());
  expect(readdirSync(path.join(one.dir, 'lists'))).toEqual([]);
  expect(await worker().artefacts.recall(list)).toEqual(new Set());
  await expect(worker().artefacts.get(late)).rejects.toMatchObject({ type: 'ArtefactFault' });
  await expect(one.artefacts.put(Buffer.from('anew'), 'INC-gone')).rejects.toMatchObject({ type: 'ArtefactFault' });
});

test('neither a text nor a ref of an incident stands readable in the tables', async () => {
  const { artefacts } = worker();
  await artefacts.put(Buffer.from('kanarie-text '.repeat(50)), 'INC-canary');
  await artefacts.remember({ incidentId: 'INC-canary', name: 'claimed' }, ['workspace:kanarie-ref']);
  await artefacts.mark('page/kanarie-name');
  const { rows } = await pool.query(
    `SELECT a::text FROM tocsin.artefacts AS a UNION ALL SELECT l::text FROM tocsin.artefact_lists AS l
     UNION ALL SELECT m::text FROM tocsin.effect_marks AS m`,
  );
  const all = rows.map((row) => Buffer.from(row.a.replace(/[^0-9a-f]/g, ''), 'hex').toString('latin1') + row.a).join();
  expect(all).not.toContain('kanarie');
});

test('an artefact that was altered in the database is damaged, and one moved to another incident is not opened', async () => {
  const artefacts = createPostgresArtefacts(pool);
  const sha256 = await artefacts.put(Buffer.from('as it was'), 'INC-altered');
  await artefacts.put(Buffer.from('other'), 'INC-other');
  const owner = new pg.Client(database.url);
  await owner.connect();
  await owner.query(`UPDATE tocsin.artefacts SET incident_id = 'INC-other' WHERE sha256 = $1`, [sha256]);
  await expect(artefacts.get(sha256)).rejects.toMatchObject({ message: expect.stringContaining('is damaged') });
  await owner.query(`UPDATE tocsin.artefacts SET incident_id = 'INC-altered' WHERE sha256 = $1`, [sha256]);
  expect((await artefacts.get(sha256)).toString()).toBe('as it was');
  await owner.query(`UPDATE tocsin.artefacts SET content = set_byte(content, 20, 0) WHERE sha256 = $1`, [sha256]);
  await owner.query(`UPDATE tocsin.artefacts SET content = set_byte(content, 20, 1) WHERE sha256 = $1`, [sha256]);
  await expect(artefacts.get(sha256)).rejects.toMatchObject({ message: expect.stringContaining('is damaged') });
  await owner.end();
});

test('the writer adds artefacts and takes none away', async () => {
  for (const table of ['artefacts', 'artefact_lists', 'effect_marks']) {
    await expect(pool.query(`DELETE FROM tocsin.${table}`)).rejects.toMatchObject({ code: '42501' });
    await expect(pool.query(`TRUNCATE tocsin.${table}`)).rejects.toMatchObject({ code: '42501' });
  }
  await expect(pool.query(`UPDATE tocsin.artefacts SET content = ''`)).rejects.toMatchObject({ code: '42501' });
});

describe('what the writer\u2019s login alone writes', () => {
  const ring = [`k1:${Buffer.alloc(32, 1).toString('base64')}`];
  const rotated = [`k2:${Buffer.alloc(32, 2).toString('base64')}`, ...ring];
  const told: string[] = [];
  const keyed = (keys = ring) => createPostgresArtefacts(pool, { keys, onForged: (what) => void told.push(what) });
  const ownerDoes = async (sql: string, values: unknown[] = []) => {
    const owner = new pg.Client(database.url);
    await owner.connect();
    await owner.query(sql, values).finally(() => owner.end());
  };
  beforeEach(() => {
    told.length = 0;
  });

  test('in the place of an artefact does not keep the true one from being stored, and is told', async () => {
    for (const incidentId of ['INC-taken', undefined]) {
      told.length = 0;
      const bytes = Buffer.from(`the true notice of ${incidentId}`);
      const sha256 = sha256Hex(bytes);
      await pool.query('INSERT INTO tocsin.artefacts (sha256, incident_id, content) VALUES ($1, $2, $3)', [
        sha256,
        incidentId ?? '',
        Buffer.from('something else'),
      ]);
      await expect(keyed().get(sha256)).rejects.toMatchObject({ type: 'ArtefactFault' });
      await keyed().put(bytes, incidentId);
      expect(told).toEqual([expect.stringContaining(`the place of artefact ${sha256} holds something else`)]);
      expect((await keyed().get(sha256)).equals(bytes)).toBe(true);
      await keyed().put(bytes, incidentId);
      expect(told).toHaveLength(1);
      const { rowCount } = await pool.query('SELECT FROM tocsin.artefacts WHERE sha256 = $1', [sha256]);
      expect(rowCount).toBe(2);
    }
  });

  test('as the mark of a mail counts for nothing, and is told', async () => {
    await pool.query('INSERT INTO tocsin.effect_marks (mark) VALUES ($1)', [sha256Hex('page/forged')]);
    expect(await keyed().isMarked('page/forged')).toBe(false);
    expect(told).toEqual([
      expect.stringMatching(/^the mark [0-9a-f]{12}… that a mail or page went out is from no worker/),
    ]);
    told.length = 0;
    await keyed().mark('page/forged');
    expect(await keyed().isMarked('page/forged')).toBe(true);
    expect(await keyed().isMarked('page/other')).toBe(false);
    expect(told).toEqual([]);
  });

  test('as a list of whom a batch held leaves nobody out, nor stops the delivery, and is told', async () => {
    const list = { incidentId: 'INC-listed', name: 'claimed' };
    // Whoever reads the database has the data key, and can seal with it.
    await createPostgresArtefacts(pool).remember(list, ['workspace:silenced']);
    await pool.query('INSERT INTO tocsin.artefact_lists (list, incident_id, refs) VALUES ($1, $2, $3)', [
      sha256Hex(list.name),
      list.incidentId,
      Buffer.from('no list at all'),
    ]);
    await keyed().remember(list, ['workspace:told']);
    expect(await keyed().recall(list)).toEqual(new Set(['workspace:told']));
    expect(told).toEqual([expect.stringMatching(/^of the lists of whom INC-listed has told 2 are from no worker/)]);
  });

  test('marks and lists of a key that was rotated still count, while it is in the ring', async () => {
    const list = { incidentId: 'INC-rotated', name: 'claimed' };
    await keyed().mark('page/rotated');
    await keyed().remember(list, ['workspace:one']);
    expect(await keyed(rotated).isMarked('page/rotated')).toBe(true);
    await keyed(rotated).remember(list, ['workspace:two']);
    expect(await keyed(rotated).recall(list)).toEqual(new Set(['workspace:one', 'workspace:two']));
    expect(await keyed(rotated.slice(0, 1)).isMarked('page/rotated')).toBe(false);
    expect(await keyed(rotated.slice(0, 1)).recall(list)).toEqual(new Set(['workspace:two']));
  });

  test('what was there before the workers had to prove it counts, which nobody but the owner can say of a row', async () => {
    const list = { incidentId: 'INC-earlier', name: 'claimed' };
    await createPostgresArtefacts(pool).mark('page/earlier');
    await createPostgresArtefacts(pool).remember(list, ['workspace:one']);
    await ownerDoes('UPDATE tocsin.effect_marks SET earlier = true WHERE mark = $1', [sha256Hex('page/earlier')]);
    await ownerDoes(`UPDATE tocsin.artefact_lists SET earlier = true WHERE incident_id = 'INC-earlier'`);
    expect(await keyed().isMarked('page/earlier')).toBe(true);
    expect(await keyed().recall(list)).toEqual(new Set(['workspace:one']));
    for (const sql of [
      `INSERT INTO tocsin.effect_marks (mark, earlier) VALUES (repeat('0', 64), true)`,
      `INSERT INTO tocsin.artefact_lists (list, incident_id, refs, earlier) VALUES (repeat('0', 64), 'INC-earlier', '', true)`,
      'UPDATE tocsin.effect_marks SET earlier = true',
      'UPDATE tocsin.artefact_lists SET earlier = true',
    ])
      await expect(pool.query(sql)).rejects.toMatchObject({ code: '42501' });
  });

  test('the migration takes what is there as it is, once', async () => {
    await createPostgresArtefacts(pool).mark('page/before');
    const again = `DELETE FROM tocsin.schema_migrations WHERE name >= '018'`;
    await ownerDoes(
      `ALTER TABLE tocsin.effect_marks DROP COLUMN earlier; ALTER TABLE tocsin.artefact_lists DROP COLUMN earlier; ${again}`,
    );
    await migrateInOwnProcess(database.url);
    await createPostgresArtefacts(pool).mark('page/after');
    await ownerDoes(again);
    await migrateInOwnProcess(database.url);
    expect(await keyed().isMarked('page/before')).toBe(true);
    expect(await keyed().isMarked('page/after')).toBe(false);
  });
});
