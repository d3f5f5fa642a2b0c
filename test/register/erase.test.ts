// Erasure: the personal data of an incident goes for good, not before its time, and the tree verifies as before.
import pg from 'pg';
import { mergeDeliveries } from '../../activities/delivery/ledger/merge-deliveries';
import { loadRetention } from '../../policy/load-retention';
import { createPool } from '../../postgres/pool';
import { Appender } from '../../register/append/appender';
import { type ErasureRequest, eraseIncident, planErasure } from '../../register/erase/erase-incident';
import { dueForErasure } from '../../register/erase/incident-retention';
import { rewriteErased } from '../../register/erase/rewrite-erased';
import { ErasureRefusedError, UnknownIncidentError } from '../../register/errors';
import { fieldsOf } from '../../register/fields';
import { readEntries } from '../../register/read-entries';
import { readIncidentEvents } from '../../register/read-incident';
import { groupEntry } from '../../register/show';
import { stateFromRegister } from '../../register/state-from-register';
import { CompactRange } from '../../register/tree/compact-range';
import { verifyRegister } from '../../register/verify';
import { createTestDatabase, type TestDatabase } from '../setup/helpers';
import { tocsin } from '../unit/cli/helpers';
import { append, deliver, disclosures, SECRET, secretive } from './closed-incident';

const table = loadRetention();
const OVER = new Date('2031-06-01T00:00:00.000Z');
let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
});
afterAll(() => pool?.end());

const request = (incidentId: string, over: Partial<ErasureRequest> = {}): ErasureRequest => ({
  ...{ incidentId, by: 'dpo@example.com', reason: 'its time is over', workflowClosed: false },
  ...over,
});
const erase = (incidentId: string, over: Partial<ErasureRequest> = {}, now = OVER) =>
  eraseIncident(pool, request(incidentId, over), { table, disclosures }, now);

/** The root over the first `size` leaves. */
async function rootOf(size: number): Promise<string> {
  const tree = new CompactRange();
  for await (const { hash } of readEntries(pool, { to: size })) tree.push(Buffer.from(hash, 'hex'));
  expect(tree.size).toBe(size);
  return tree.root().toString('hex');
}

/** Every row of every table of the schema that holds the text, in any column, as text or as bytes. */
async function rowsWith(text: string): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'tocsin'`,
  );
  const found = [];
  for (const { name } of rows) {
    const { rows: held } = await pool.query<{ row: string }>(
      `SELECT t::text AS row FROM tocsin.${name} AS t WHERE position($1 IN t::text) > 0 OR position($2 IN t::text) > 0`,
      [text, Buffer.from(text).toString('hex')],
    );
    found.push(...held.map(({ row }) => `${name}: ${row.slice(0, 200)}`));
  }
  return found;
}

async function registerEntries() {
  return (await readIncidentEvents(pool, 'REGISTER').catch((error) => {
    if (error instanceof UnknownIncidentError) return [];
    throw error;
  })) as unknown as Array<{ kind: string; by: string; data: Record<string, unknown> }>;
}

test('before the end it is refused with the date and the citations, and nothing changes', async () => {
  await append(pool, secretive('early').events);
  const refusal = erase('early', {}, new Date('2028-01-01T00:00:00.000Z'));
  await expect(refusal).rejects.toThrow(ErasureRefusedError);
  await expect(refusal).rejects.toThrow(
    /is kept until 2031-04-03 \d\d:\d\d UTC: GDPR Art\. 33\(5\), P5Y until 2031-04-03/,
  );
  await expect(refusal).rejects.toThrow(/Art\. 17\(3\)\(b\)/);
  expect((await readIncidentEvents(pool, 'early'))[0]!.by).toContain(SECRET);
  expect(await registerEntries()).toEqual([]);
});

test('an open incident is refused, at any time and on any request', async () => {
  await append(pool, secretive('open', 'open').events);
  await expect(erase('open')).rejects.toThrow('is not closed: close it first');
  const lawful = { reference: 'DSR-1', ground: 'gdpr-17-1' };
  await expect(erase('open', { lawful })).rejects.toThrow('is not closed: close it first');
  // Its workflow was ended by force: it will never close, and it has no end of retention.
  await expect(erase('open', { workflowClosed: true })).rejects.toThrow('has no end yet');
  expect((await planErasure(pool, request('open', { workflowClosed: true, lawful }), table, OVER)).refusal).toBe(
    undefined,
  );
});

test.each(['pending', 'sending', 'unknown'])(
  'while a notice is %s it is refused, unless its workflows ended',
  async (s) => {
    await append(pool, secretive(`busy-${s}`).events);
    await deliver(pool, `busy-${s}`, ['sent', s]);
    await expect(erase(`busy-${s}`)).rejects.toThrow('1 notice of incident');
    expect(await erase(`busy-${s}`, { workflowClosed: true })).toMatchObject({ deliveries: { total: 2, open: 1 } });
    const { rows } = await pool.query('SELECT status FROM tocsin.deliveries WHERE incident_id = $1 ORDER BY id', [
      `busy-${s}`,
    ]);
    // What was never sent is picked up by nobody; what may have been stays what it is.
    expect(rows.map(({ status }) => status)).toEqual(['sent', s === 'pending' ? 'failed' : s]);
  },
);

test('what is no incident is refused: a case, the register itself, an unknown id', async () => {
  await append(pool, [{ ...secretive('a').events[0]!, incidentId: 'TRG-1', kind: 'noted', data: {} } as never]);
  await expect(erase('TRG-1')).rejects.toThrow('"TRG-1" is not an incident');
  await expect(erase('nothing-here')).rejects.toThrow(UnknownIncidentError);
  await expect(erase('REGISTER')).rejects.toThrow('"REGISTER" is not an incident');
});

describe('an incident that was erased', () => {
  const story = secretive('erased');
  let before: { size: number; root: string };
  let key: Buffer;

  beforeAll(async () => {
    // Only this incident may hold the secret from here on.
    await pool.end();
    database = await createTestDatabase();
    pool = createPool(database.url);
    await append(pool, story.events);
    await deliver(pool, 'erased', ['sent', 'sent', 'failed']);
    const { entries } = await verifyRegister(pool);
    before = { size: entries, root: await rootOf(entries) };
    const { rows } = await pool.query<{ key: Buffer }>('SELECT key FROM tocsin.register_keys');
    key = rows[0]!.key;
    expect(await rowsWith(key.toString('hex'))).toHaveLength(1);
    const held = await rowsWith(SECRET);
    expect(held.filter((row) => row.startsWith('deliveries:'))).toHaveLength(3);
    await erase('erased');
  });

  test('the whole register verifies, over the same tree', async () => {
    expect(await verifyRegister(pool)).toMatchObject({ ok: true, entries: before.size + 1 });
    expect(await rootOf(before.size)).toBe(before.root);
  });

  test('what was said is nowhere in the database, and neither is the key', async () => {
    expect(await rowsWith(SECRET)).toEqual([]);
    expect(await rowsWith(key.toString('hex'))).toEqual([]);
    const { rows } = await pool.query('SELECT key, destroyed_at FROM tocsin.register_keys WHERE incident_id = $1', [
      'erased',
    ]);
    expect(rows).toEqual([{ key: null, destroyed_at: OVER }]);
  });

  test("the key's bytes leave the table's file; the search for them does find them before", async () => {
    const admin = new pg.Client(database.url);
    await admin.connect();
    const file = async () => {
      await admin.query('CHECKPOINT');
      const { rows } = await admin.query<{ bytes: Buffer }>(
        `SELECT pg_read_binary_file(pg_relation_filepath('tocsin.register_keys')) AS bytes`,
      );
      return rows[0]!.bytes.includes(key);
    };
    expect(await file()).toBe(true);
    expect(await rewriteErased(pool, ['register_keys'])).toEqual({ rewritten: true });
    expect(await file()).toBe(false);
    await admin.end();
  });

  test('while an older transaction may still see a destroyed key, it is not said to be gone', async () => {
    const older = new pg.Client(database.url);
    await older.connect();
    await older.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
    expect(await rewriteErased(pool, ['register_keys'], { patienceMs: 0 })).toMatchObject({
      rewritten: false,
      why: expect.stringContaining('still open'),
    });
    const waiting = rewriteErased(pool, ['register_keys']);
    await older.query('COMMIT');
    expect(await waiting).toEqual({ rewritten: true });
    await older.end();
  });

  test('whoever may not rewrite the table is told so', async () => {
    const admin = new pg.Client(database.url);
    await admin.connect();
    const name = `writer_${database.name}`;
    await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD 'x'; GRANT tocsin_writer TO ${name}`);
    const url = new URL(database.url);
    [url.username, url.password] = [name, 'x'];
    const theirs = createPool(url.href);
    expect(await rewriteErased(theirs, ['register_keys'])).toEqual({
      rewritten: false,
      why: expect.stringContaining('permission denied'),
      run: 'VACUUM (FULL) tocsin.register_keys; VACUUM (FULL) pg_catalog.pg_statistic',
    });
    await theirs.end();
    await admin.query(`DROP OWNED BY ${name}; DROP ROLE ${name}`);
    await admin.end();
  });

  test('an entry says by whom, why, on which ground, and how much', async () => {
    const last = (await registerEntries()).at(-1)!;
    expect(last).toMatchObject({ kind: 'register-erased', by: 'dpo@example.com' });
    expect(last.data).toMatchObject({
      incidentId: 'erased',
      ground: 'retention-over',
      reason: 'its time is over',
      retentionUntil: expect.stringMatching(/^2031-04-03T/),
      deliveries: 3,
    });
    const personal = story.events.map((event) =>
      fieldsOf(event).filter(({ pointer, text }) => disclosures.isPersonal(event.kind, pointer, text)),
    );
    expect(last.data.fields).toBe(personal.flat().length);
    expect(last.data.entries).toBe(personal.filter((fields) => fields.length > 0).length);
    expect(last.data.fields).toBeGreaterThan(20);
  });

  test('its numbers, times and categories are still shown, its texts as [erased]', async () => {
    const record = groupEntry(await readIncidentEvents(pool, 'erased'));
    const whole = groupEntry(story.events);
    expect(JSON.stringify(record)).not.toContain(SECRET);
    expect(record.times).toEqual({ ...whole.times, declaredBy: '[erased]', source: '[erased]' });
    expect(record.nature).toEqual({ ...whole.nature, title: '[erased]', howItOccurred: '[erased]' });
    expect(record.personalData).toEqual(whole.personalData);
    expect(record.likelyConsequences).toBe('[erased]');
    expect(record.notifications).toEqual(whole.notifications);
    expect(record.measures.containment.map(({ step, outcome, at }) => [step, outcome, at])).toEqual(
      whole.measures.containment.map(({ step, outcome, at }) => [step, outcome, at]),
    );
    expect(record.measures.rootCause).toBe('[erased]');
    expect(record.closedAt).toBe(whole.closedAt);
    const { out, exitCode } = await tocsin(['register', 'show', 'erased'], {}, { DATABASE_URL: database.url });
    expect(exitCode).toBe(0);
    expect(out).toContain('[erased]');
    expect(out).toContain('individuals 200');
  });

  test('its state still folds, with the same instants and obligations', async () => {
    const state = await stateFromRegister(pool, 'erased');
    expect(state.anchors).toEqual(story.state.anchors);
    expect(Object.keys(state.obligations)).toEqual(Object.keys(story.state.obligations));
    expect(state.closedAt).toBe(story.state.closedAt);
  });

  test('repeating its entries is harmless, and repeating the erasure too', async () => {
    expect(await append(pool, story.events)).toMatchObject({ appended: 0, repeated: story.events.length });
    const count = (await registerEntries()).length;
    expect(await erase('erased')).toMatchObject({ erasedAt: OVER.toISOString() });
    expect(await registerEntries()).toHaveLength(count);
    expect(await rowsWith(SECRET)).toEqual([]);
  });

  test('an event that comes late is recorded, and its personal content is kept nowhere', async () => {
    const late = { ...story.events.at(-1)!, seq: story.events.length + 1, kind: 'measure-recorded' as const };
    const data = { text: `${SECRET} called again`, category: 'other', at: late.at };
    await append(pool, [{ ...late, data } as never]);
    const [...events] = await readIncidentEvents(pool, 'erased');
    expect(events.at(-1)).toMatchObject({ by: '[erased]', data: { text: '[erased]', category: 'other' } });
    expect(await rowsWith(SECRET)).toEqual([]);
    expect(await verifyRegister(pool)).toMatchObject({ ok: true });
  });

  test('deliveries that were spooled and come late are not taken in', async () => {
    const delivery = {
      ...{ ref: `${SECRET}-9`, address: `${SECRET}.9@mail.example`, language: 'de', channel: 'email', round: 1 },
      ...{ status: 'sent' as const, batchKey: 'k', sentAt: OVER.toISOString() },
      ...{ createdAt: OVER.toISOString(), updatedAt: OVER.toISOString() },
    };
    const key = { incidentId: 'erased', obligationId: 'gdpr-art34-individuals' };
    expect(await mergeDeliveries(pool, key, [delivery])).toBe(0);
    expect(
      await mergeDeliveries(pool, { ...key, incidentId: 'another' }, [{ ...delivery, ref: 'r', address: 'a' }]),
    ).toBe(1);
  });

  test('what it was told and to how many stays in the ledger, without anybody in it', async () => {
    const { rows } = await pool.query(
      `SELECT status, address, channel, sent_at IS NOT NULL AS dated FROM tocsin.deliveries
        WHERE incident_id = 'erased' ORDER BY id`,
    );
    expect(rows.map(({ status, address, dated }) => [status, address, dated])).toEqual([
      ['sent', '[erased]', true],
      ['sent', '[erased]', true],
      ['failed', '[erased]', false],
    ]);
  });
});

test('an appender that works meanwhile does not seal under a destroyed key', async () => {
  await append(pool, secretive('meanwhile').events.slice(0, 2));
  const story = secretive('meanwhile');
  const appender = new Appender(pool, (...field) => disclosures.isPersonal(...field));
  await appender.append([story.events[2]!]);
  const lawful = { reference: 'DSR-2', ground: 'gdpr-17-1' };
  // The appender still holds the writers' lock, and the key: the erasure waits for it.
  const erasing = erase('meanwhile', { lawful, workflowClosed: true });
  for (const event of story.events.slice(3)) await appender.append([event]);
  await erasing;
  await appender.close();
  const { rows } = await pool.query<{ sealed: number }>(
    `SELECT count(sealed)::int AS sealed FROM tocsin.register_entries AS e
      WHERE incident_id = 'meanwhile' AND position > (
        SELECT max(position) FROM tocsin.register_entries WHERE incident_id = 'REGISTER')`,
  );
  expect(rows[0]!.sealed).toBe(0);
  expect((await readIncidentEvents(pool, 'meanwhile')).map(({ by }) => by)).not.toContain(`${SECRET}@example.com`);
  expect(await verifyRegister(pool)).toMatchObject({ ok: true });
});

test('a crash before the commit leaves everything as it was', async () => {
  await append(pool, secretive('crash').events);
  await deliver(pool, 'crash', ['sent']);
  const count = (await registerEntries()).length;
  const dying = createPool(database.url);
  dying.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    client.query = ((...args: unknown[]) => {
      if (args[0] === 'COMMIT') throw Object.assign(new Error('connection terminated'), { code: '57P01' });
      return query(...args);
    }) as typeof client.query;
  });
  await expect(eraseIncident(dying, request('crash'), { table, disclosures }, OVER)).rejects.toThrow(
    'connection terminated',
  );
  await dying.end();
  expect(await registerEntries()).toHaveLength(count);
  expect((await readIncidentEvents(pool, 'crash'))[0]!.by).toContain(SECRET);
  expect(await rowsWith(`${SECRET}.0@mail.example`)).not.toEqual([]);
  expect((await erase('crash')).seq).toBeGreaterThan(0);
  expect(await registerEntries()).toHaveLength(count + 1);
});

test('the list of what is due names what is over and not erased', async () => {
  await append(pool, secretive('due').events);
  const names = async (now: Date) => {
    const ids = [];
    for await (const { incidentId } of dueForErasure(pool, table, now)) ids.push(incidentId);
    return ids;
  };
  expect(await names(OVER)).toEqual(['due']);
  expect(await names(new Date('2031-01-01T00:00:00.000Z'))).toEqual([]);
});

describe('tocsin register', () => {
  const run = (...argv: string[]) => tocsin(['register', ...argv], {}, { DATABASE_URL: database.url });

  test('retention ID says until when, why and by which citation', async () => {
    await append(pool, secretive('shown').events);
    const { out, exitCode } = await run('retention', 'shown');
    expect(exitCode).toBe(0);
    expect(out).toContain('shown  kept until 2031-04-03 ');
    expect(out).toContain('GDPR Art. 33(5), P5Y until 2031-04-03 (own target): from closed, 2026-04-03 ');
    const json = JSON.parse((await run('retention', 'shown', '--json')).out);
    expect(json).toMatchObject({ incidentId: 'shown', because: [{ rule: 'gdpr-art33-5', ownTarget: true }, {}] });
    expect((await run('retention')).exitCode).toBe(2);
    expect((await run('retention', '--due')).out).toContain('No incident is past its retention.');
  });

  test('erase is refused before the end with exit code 1; --dry-run changes nothing', async () => {
    const dry = await run('erase', 'shown', '--dry-run');
    expect(dry.exitCode).toBe(1);
    expect(dry.out).toContain('shown: would be refused');
    expect(dry.out).toMatch(/erased: \d+ fields of \d+ entries/);
    expect(dry.err).toContain('is kept until 2031-04-03');
    const { exitCode, err } = await run('erase', 'shown', '--by', 'dpo', '--reason', 'because', '--yes');
    expect([exitCode, err]).toEqual([1, expect.stringContaining('Art. 17(3)(b)')]);
    expect((await readIncidentEvents(pool, 'shown'))[0]!.by).toContain(SECRET);
  });

  test('an incident that never closed may be erased on a lawful request once its workflows have ended, not before', async () => {
    await append(pool, secretive('ended', 'open').events);
    await deliver(pool, 'ended', ['sent', 'unknown']);
    const argv = ['erase', 'ended', '--lawful-request', 'D', '--ground', 'gdpr-17-1', '--by', 'dpo', '--reason', 'r'];
    const asked: string[] = [];
    const whileRunning = (running: string[]) =>
      tocsin(
        ['register', ...argv, '--yes'],
        {
          find: async (id) => ({
            workflow: 'incident',
            open: asked.push(id) > 0 && running.includes(id),
            ...{ status: 'TERMINATED', mark: '' },
          }),
        },
        { DATABASE_URL: database.url },
      );
    expect(await whileRunning(['ended'])).toMatchObject({ exitCode: 1, err: expect.stringContaining('is not closed') });
    // A delivery outlives its incident: it may still send.
    const delivery = 'ended/gdpr-art34-individuals/1';
    expect(await whileRunning([delivery])).toMatchObject({ exitCode: 1 });
    expect(asked).toContain(delivery);
    expect(await whileRunning([])).toMatchObject({
      exitCode: 0,
      out: expect.stringContaining('2 deliveries of ended'),
    });
    expect((await readIncidentEvents(pool, 'ended'))[0]!.by).toBe('[erased]');
  });

  test('a lawful request needs a person, a reason and a ground; without a terminal, --yes', async () => {
    const lawful = ['--lawful-request', 'DSR-17', '--ground', 'gdpr-17-1'];
    expect((await run('erase', 'shown', ...lawful, '--by', 'dpo')).err).toContain('a reason is required');
    expect((await run('erase', 'shown', ...lawful, '--reason', 'r')).err).toContain('name them with --by');
    const named = ['--lawful-request', 'the letter of Jo Doe', '--ground', 'gdpr-17-1'];
    expect((await run('erase', 'shown', ...named, '--by', 'dpo', '--reason', 'r')).err).toContain('not a name');
    const odd = ['--lawful-request', 'DSR-17', '--ground', 'Because!'];
    expect((await run('erase', 'shown', ...odd, '--by', 'dpo', '--reason', 'r')).err).toContain('is not a ground');
    const half = await run('erase', 'shown', '--by', 'dpo', '--reason', 'r', '--lawful-request', 'DSR-17');
    expect(half.err).toContain('--ground');
    const unasked = await run('erase', 'shown', ...lawful, '--by', 'dpo', '--reason', 'granted');
    expect([unasked.exitCode, unasked.err]).toEqual([2, expect.stringContaining('use --yes')]);
    const done = await run('erase', 'shown', ...lawful, '--by', 'dpo', '--reason', 'granted', '--yes');
    expect(done.exitCode).toBe(0);
    expect(done.out).toMatch(/Erased \d+ fields of \d+ entries and 0 deliveries of shown: entry REGISTER \d+/);
    expect((await registerEntries()).at(-1)).toMatchObject({
      kind: 'register-erased',
      by: 'dpo',
      data: { ground: 'gdpr-17-1', request: 'DSR-17', reason: 'granted' },
    });
    const again = await run('erase', 'shown', ...lawful, '--by', 'dpo', '--reason', 'granted', '--yes');
    expect([again.exitCode, again.out]).toEqual([
      0,
      expect.stringMatching(/was already erased, at \d{4}-\d\d-\d\d \d\d:\d\d UTC/),
    ]);
  });
});
