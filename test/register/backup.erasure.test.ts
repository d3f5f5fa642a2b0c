import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type pg from 'pg';
import { loadRetention } from '../../policy/load-retention';
import { createPool } from '../../postgres/pool';
import { eraseInBackup } from '../../register/backup/erase-in-backup';
import { readManifest } from '../../register/backup/manifest';
import { restoreBackup } from '../../register/backup/restore-backup';
import { writeBackup } from '../../register/backup/write-backup';
import { eraseIncident } from '../../register/erase/erase-incident';
import { readIncidentEvents } from '../../register/read-incident';
import { verifyRegister } from '../../register/verify';
import { createTestDatabase } from '../setup/helpers';
import { filledRegister, folder, NOW, options } from './backup-helpers';
import { append, deliver, disclosures, SECRET, secretive } from './closed-incident';
import { emptyDatabase, eventsOf } from './helpers';

// The migration tool is an ES module, which jest cannot load here: the real one runs, in a process of its own.
jest.mock('../../postgres/migrate', () => ({
  migrate: (url: string) => (jest.requireActual('./helpers') as typeof import('./helpers')).migrateInOwnProcess(url),
}));

let source: { url: string };
let pool: pg.Pool;
beforeAll(async () => {
  ({ pool, ...source } = await filledRegister());
});
afterAll(() => pool?.end());

describe('erasure in older backups', () => {
  test('the key and the addresses go from the backup, and it restores and verifies without them', async () => {
    const database = await createTestDatabase();
    const erasing = createPool(database.url);
    await append(erasing, secretive('INC-E').events);
    await append(erasing, eventsOf('stays', 3) as never);
    await deliver(erasing, 'INC-E', ['sent', 'failed']);
    const backup = folder();
    await writeBackup(database.url, backup, { now: NOW });
    const holds = (word: string) =>
      readdirSync(backup)
        .filter((name) => name.endsWith('.gz'))
        .filter((name) => gunzipSync(readFileSync(path.join(backup, name))).includes(word));
    const { rows } = await erasing.query<{ key: Buffer }>(
      `SELECT key FROM tocsin.register_keys WHERE incident_id = 'INC-E'`,
    );
    const key = rows[0]!.key.toString('hex');
    expect([holds(SECRET), holds(key)]).toEqual([
      ['deliveries.rows.gz', 'delivery_events.rows.gz'],
      ['register_keys.rows.gz'],
    ]);

    const erasure = { incidentId: 'INC-E', by: 'dpo', reason: 'over', workflowClosed: false };
    await eraseIncident(erasing, erasure, { table: loadRetention(), disclosures }, new Date('2031-06-01T00:00:00Z'));
    await eraseInBackup(database.url, backup);
    expect([holds(SECRET), holds(key)]).toEqual([[], []]);
    // A crash left a file that no manifest names yet, or any more.
    const named = async () => (await readManifest(backup)).tables.map(({ file }) => file).sort();
    const unnamed = readdirSync(backup).includes('register_keys.rows.gz')
      ? 'register_keys.1.rows.gz'
      : 'register_keys.rows.gz';
    writeFileSync(path.join(backup, unnamed), gzipSync(JSON.stringify(key)));
    await eraseInBackup(database.url, backup);
    expect(
      readdirSync(backup)
        .filter((name) => name !== 'manifest.json')
        .sort(),
    ).toEqual(await named());

    const target = await emptyDatabase();
    const restored = await restoreBackup(target, backup, options());
    const there = createPool(target);
    expect(await verifyRegister(there)).toMatchObject({ ok: true, entries: restored.entries + 1 });
    expect((await readIncidentEvents(there, 'INC-E'))[0]!.by).toBe('[erased]');
    expect((await readIncidentEvents(there, 'stays'))[0]!.data).toEqual({ text: 'step 1' });
    await there.end();
    await erasing.end();
    await expect(eraseInBackup(source.url, backup)).rejects.toThrow('is a backup of another register');
  }, 60_000);
});
