// After an erasure every file of Postgres' data folder is searched: what is left is in the write-ahead log, as the command says.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { eraseReport } from '../../detection/reports/store/erase-report';
import { loadRetention } from '../../policy/load-retention';
import { createPool } from '../../postgres/pool';
import { eraseIncident } from '../../register/erase/erase-incident';
import { REMAINS_OF_INCIDENT, REMAINS_OF_REPORT } from '../../register/erase/remains';
import { rewriteErased } from '../../register/erase/rewrite-erased';
import { startPostgres } from '../../stack/postgres';
import { afterFile, temporaryDir } from '../setup/helpers';
import { append, deliver, disclosures, SECRET, secretive } from './closed-incident';
import { migrateInOwnProcess } from './helpers';

const OVER = new Date('2031-06-01T00:00:00.000Z');
const REPORT = 'VR-20260401-00c0ffee';
const REPORTER = 'Pflaumenmus';

test('of an erased incident and report the data folder holds nothing outside of the write-ahead log', async () => {
  const postgres = await startPostgres({
    dir: path.join(temporaryDir('canaries'), 'postgres'),
    durable: false,
    env: {},
  });
  afterFile(() => postgres.stop());
  await migrateInOwnProcess(postgres.url);
  const pool = createPool(postgres.url);
  const admin = new pg.Client(postgres.adminUrl);
  await admin.connect();
  afterFile(() => admin.end());
  // So many that ANALYZE samples them, as it does by itself on a register that is in use.
  for (let n = 0; n < 60; n++) await append(pool, secretive(`INC-${n}`).events.slice(0, 2));
  await append(pool, secretive('INC-ERASED').events);
  await deliver(pool, 'INC-ERASED', ['sent', 'failed']);
  await pool.query(
    `INSERT INTO tocsin.vulnerability_reports
       (report_id, received_at, via, content, reporter_email, reporter_name, length, commitment, workflow_input)
     VALUES ($1, now(), 'form', $2, $3, $4, 9, repeat('a', 64), '{}')`,
    [REPORT, `${REPORTER} found a hole`.repeat(500), `${REPORTER}@reporter.example`, REPORTER],
  );
  const { rows } = await pool.query<{ key: Buffer }>(
    `SELECT key FROM tocsin.register_keys WHERE incident_id = 'INC-ERASED'`,
  );
  const canaries = { key: rows[0]!.key, keyInHex: rows[0]!.key.toString('hex'), addressee: SECRET, reporter: REPORTER };
  const found = async () => {
    await admin.query('ANALYZE');
    await admin.query('CHECKPOINT');
    return Object.fromEntries(
      Object.entries(canaries).map(([name, canary]) => [name, foldersWith(postgres.dir!, Buffer.from(canary))]),
    );
  };
  // The search finds them while they are there (a long text is compressed, so the reporter's is found by the name).
  expect(await found()).toMatchObject({
    key: expect.arrayContaining(['base']),
    addressee: expect.arrayContaining(['base']),
    reporter: expect.arrayContaining(['base']),
  });

  const request = { incidentId: 'INC-ERASED', by: 'dpo@example.com', reason: 'over', workflowClosed: false };
  await eraseIncident(pool, request, { table: loadRetention(), disclosures }, OVER);
  expect(await eraseReport(pool, REPORT, 'dpo', OVER)).toBe('erased');
  expect(await rewriteErased(pool, ['register_keys', 'deliveries', 'delivery_events'])).toEqual({ rewritten: true });
  expect(await rewriteErased(pool, ['vulnerability_reports'])).toEqual({ rewritten: true });
  const left = await found();
  expect([...new Set(Object.values(left).flat())]).toEqual(['pg_wal']);
  for (const remains of [REMAINS_OF_INCIDENT, REMAINS_OF_REPORT]) {
    expect(remains.map(({ where }) => where)).toContainEqual(expect.stringContaining('pg_wal'));
  }
  await pool.end();
}, 120_000);

/** The folders of a data folder, one level down, with a file that holds these bytes. */
function foldersWith(dir: string, bytes: Buffer): string[] {
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(path.join(dir, name)).isFile(),
  );
  const holding = files.filter((name) => readFileSync(path.join(dir, name)).includes(bytes));
  return [...new Set(holding.map((name) => name.split(path.sep)[0]!))].sort();
}
