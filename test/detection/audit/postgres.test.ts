import pg from 'pg';
import { appendAudit } from '../../../detection/audit/append';
import { actionsOf, auditConfiguration } from '../../../detection/audit/own-log';
import { readAuditLines } from '../../../detection/audit/read';
import { verifyAuditLog } from '../../../detection/audit/verify';
import { createPool } from '../../../postgres/pool';
import { anEvent } from '../../register/helpers';
import { createTestDatabase, type TestDatabase } from '../../setup/helpers';
import { anAuditEvent } from './helpers';

let database: TestDatabase;
let writer: pg.Pool;
let owner: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  writer = createPool(database.url);
  owner = new pg.Pool({ connectionString: database.url });
});
afterAll(async () => {
  await Promise.all([writer?.end(), owner?.end()]);
});

const verify = () => verifyAuditLog(readAuditLines(writer), { canonical: true });

test('many writers at once leave one chain without gaps, each event once', async () => {
  const batches = Array.from({ length: 40 }, (_, i) =>
    [2 * i, 2 * i + 1].map((n) => ({ key: `k${n}`, event: anAuditEvent(n) })),
  );
  await Promise.all([...batches, ...batches].map((batch) => appendAudit(writer, batch)));
  expect(await verify()).toMatchObject({ ok: true, entries: 80 });
  expect(await appendAudit(writer, batches.flat())).toMatchObject({ appended: 0, head: { seq: 80 } });
});

test('another content under the same key is refused, and nothing of the batch is written', async () => {
  const batch = [
    { key: 'new', event: anAuditEvent(1) },
    { key: 'k1', event: anAuditEvent(1, { actor: 'mallory' }) },
  ];
  await expect(appendAudit(writer, batch)).rejects.toThrow('already with another content');
  expect(await verify()).toMatchObject({ ok: true, entries: 80 });
});

test.each(['audit_entries', 'audit_heads'])(
  '%s refuses changes, also for its owner and with triggers off',
  async (table) => {
    for (const sql of [
      `UPDATE tocsin.${table} SET hash = hash`,
      `DELETE FROM tocsin.${table}`,
      `TRUNCATE tocsin.${table}`,
    ]) {
      await expect(owner.query(sql)).rejects.toThrow('the audit log is append-only');
      await expect(writer.query(sql)).rejects.toThrow('permission denied');
      const client = await owner.connect();
      await client.query('BEGIN; SET LOCAL session_replication_role = replica');
      await expect(client.query(sql)).rejects.toThrow('the audit log is append-only');
      await client.query('ROLLBACK');
      client.release();
    }
  },
);

test('what a superuser changes behind the guards is found, down to a space', async () => {
  const client = await owner.connect();
  const tampered = async (sql: string) => {
    await client.query(`BEGIN; ALTER TABLE tocsin.audit_entries DISABLE TRIGGER ALL; ${sql}`);
    const one = { query: client.query.bind(client) } as unknown as pg.Pool;
    const { damage } = await verifyAuditLog(readAuditLines(one), { canonical: true });
    await client.query('ROLLBACK');
    return damage;
  };
  const edit = (change: string) =>
    `UPDATE tocsin.audit_entries SET bytes = convert_to(${change}, 'UTF8') WHERE seq = 30`;
  expect(await tampered(edit(`replace(convert_from(bytes, 'UTF8'), 'user-', 'nobody-')`))).toMatchObject({
    line: 30,
    kind: 'edit',
  });
  expect(await tampered(edit(`replace(convert_from(bytes, 'UTF8'), '"seq":', '"seq": ')`))).toMatchObject({
    line: 30,
    kind: 'edit',
  });
  expect(await tampered('DELETE FROM tocsin.audit_entries WHERE seq = 30')).toMatchObject({
    line: 30,
    kind: 'deletion',
  });
  const swap =
    'UPDATE tocsin.audit_entries AS a SET bytes = b.bytes FROM tocsin.audit_entries AS b WHERE (a.seq, b.seq) IN ((30, 31), (31, 30))';
  expect(await tampered(swap)).toMatchObject({ line: 30, kind: 'reorder' });
  client.release();
  expect(await verify()).toMatchObject({ ok: true });
});

test('of events, the actions of people and refused messages are actions; what they say stays in the register', () => {
  const events = [
    anEvent('INC-1', 1, { kind: 'declared', by: 'alice' }),
    anEvent('INC-1', 2, { kind: 'obligation-armed', by: 'tocsin' }),
    anEvent('INC-1', 3, {
      kind: 'rejected',
      by: 'unknown',
      data: { message: 'x'.repeat(500), problems: ['a secret'] },
    }),
    anEvent('TRG-1', 1, {
      kind: 'dismissed',
      by: 'bob',
      commandId: 'c1',
      data: { reason: 'known test of 203.0.113.9' },
    }),
  ];
  const actions = actionsOf(events);
  expect(actions.map(({ key, event }) => [key, event.actor, event.action, event.target])).toEqual([
    ['INC-1/1', 'alice', 'declared', 'INC-1'],
    ['INC-1/3', 'unknown', 'rejected', 'INC-1'],
    ['TRG-1/1', 'bob', 'dismissed', 'TRG-1'],
  ]);
  expect(actions[1]!.event.data).toEqual({ entry: 3, exercise: false, message: 'x'.repeat(80) });
  expect(actions[2]!.event.data).toEqual({ entry: 1, exercise: false, commandId: 'c1' });
});

test('a change of the configuration is written once, by however many workers', async () => {
  const before = (await verify()).entries;
  const note = (sha256: string, second: number) =>
    auditConfiguration(writer, [{ target: 'settings', sha256 }], new Date(Date.UTC(2026, 3, 1, 0, 0, second)));
  await Promise.all([note('a', 1), note('a', 2), note('a', 3)]);
  await note('a', 4);
  await note('b', 5);
  await note('a', 6);
  expect((await verify()).entries).toBe(before + 3);
  const { rows } = await writer.query<{ bytes: Buffer }>(
    'SELECT bytes FROM tocsin.audit_entries ORDER BY seq DESC LIMIT 2',
  );
  expect(rows.map(({ bytes }) => (JSON.parse(bytes.toString()) as { data: unknown }).data)).toEqual([
    { sha256: 'a', previous: 'b' },
    { sha256: 'b', previous: 'a' },
  ]);
});
