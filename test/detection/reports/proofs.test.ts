/** Whoever has the login of workers and intake, and none of their keys, speaks for no reporter. */
import pg from 'pg';
import { readReport } from '../../../detection/reports/store/read-report';
import { claimReporterMail } from '../../../detection/reports/store/reporter';
import { createPool } from '../../../postgres/pool';
import { migrateInOwnProcess } from '../../register/helpers';
import { createTestDatabase } from '../../setup/helpers';
import { type Intake, startIntake } from './helpers';

const AT = new Date('2026-06-02T15:05:00.000Z');
const PUBLIC = { publicUrl: 'https://security.example.com' };
const [FIRST, SECOND] = [1, 2].map((n) => `k${n}:${Buffer.alloc(32, n).toString('base64')}`) as [string, string];

let url: string;
let intake: Intake;
const told: string[] = [];

beforeAll(async () => {
  ({ url } = await createTestDatabase());
  intake = await startIntake({ pool: createPool(url), keys: [FIRST] }, {}, PUBLIC);
});
beforeEach(() => {
  told.length = 0;
});

let n = 0;
async function report(from = intake, email = `finder${++n}@reporter.example`): Promise<string> {
  return (await from.json({ text: `about ${email}`, email })).json().id;
}
const claim = (id: string, mail: 'confirmation' | 'acknowledgement', keys = [FIRST]) =>
  claimReporterMail(intake.pool, id, mail, AT, { keys, onForged: (what) => void told.push(what) });
const press = (path: string, from = intake) =>
  from.app.inject({
    method: 'POST',
    url: path,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: '',
  });
const linkOf = async (id: string, keys = [FIRST]) =>
  new URL((await claim(id, 'confirmation', keys)).confirmUrl!).pathname;
const ownerDoes = async (sql: string) => {
  const owner = new pg.Client(url);
  await owner.connect();
  await owner.query(sql).finally(() => owner.end());
};

test('an address that was confirmed in the database alone gets nothing, and may still be confirmed by its link', async () => {
  const [id, other] = [await report(), await report()];
  const path = await linkOf(other);
  for (const each of [id, other])
    await intake.pool.query(
      `UPDATE tocsin.vulnerability_reports SET confirmed_at = now(), confirm_proof = sha256('') WHERE report_id = $1`,
      [each],
    );
  expect(await readReport(intake.pool, id, { keys: [FIRST] })).not.toHaveProperty('confirmedAt');
  expect(await claim(id, 'acknowledgement')).toEqual({ claimedAt: AT, outcome: 'not-confirmed' });
  expect(told).toEqual([`report ${id}: its address was confirmed at no intake: nothing is mailed to it`]);

  expect((await press(path)).body).toContain('Your address is confirmed');
  expect(await readReport(intake.pool, other, { keys: [FIRST] })).toHaveProperty('confirmedAt');
  expect((await claim(other, 'acknowledgement')).email).toMatch(/^finder/);
});

test('what one address confirmed is not that of another that was put in its place', async () => {
  const id = await report();
  await press(await linkOf(id));
  await intake.pool.query(
    `UPDATE tocsin.vulnerability_reports SET reporter_email = 'victim@victim.example' WHERE report_id = $1`,
    [id],
  );
  expect(await claim(id, 'acknowledgement')).toMatchObject({ outcome: 'not-confirmed' });
});

test('nor is the proof of one report that of another', async () => {
  const [id, other] = [await report(), await report(intake, 'victim@victim.example')];
  await press(await linkOf(id));
  await intake.pool.query(
    `UPDATE tocsin.vulnerability_reports AS to_ SET confirmed_at = of_.confirmed_at, confirm_proof = of_.confirm_proof
       FROM tocsin.vulnerability_reports AS of_ WHERE of_.report_id = $1 AND to_.report_id = $2`,
    [id, other],
  );
  expect(await claim(other, 'acknowledgement')).toMatchObject({ outcome: 'not-confirmed' });
});

test('nobody is asked to confirm a report that no intake took as it stands there', async () => {
  const id = await report();
  for (const change of [
    `confirm_base = 'https://evil.example'`,
    'taken_proof = NULL',
    `report_id = 'VR-20260602-00000000'`,
  ])
    await expect(intake.pool.query(`UPDATE tocsin.vulnerability_reports SET ${change}`)).rejects.toMatchObject({
      code: '42501',
    });
  // A row of their own, made of one that an intake took.
  const columns = `received_at, via, content, reporter_email, credit, salt, length, commitment, workflow_input, taken_proof`;
  const forged = 'VR-20260602-0badcafe';
  await intake.pool.query(
    `INSERT INTO tocsin.vulnerability_reports (report_id, confirm_base, ${columns})
     SELECT $1, 'https://evil.example', ${columns} FROM tocsin.vulnerability_reports WHERE report_id = $2`,
    [forged, id],
  );
  expect(await claim(forged, 'confirmation')).toEqual({ claimedAt: AT, outcome: 'not-confirmed' });
  expect(told).toEqual([expect.stringContaining(`report ${forged}: it was taken by no intake`)]);
  expect((await claim(id, 'confirmation')).confirmUrl).toMatch(/^https:\/\/security\.example\.com\//);
});

test('a link cannot be made from what the database holds', async () => {
  const id = await report();
  const path = await linkOf(id);
  const fromDatabase = (await claimReporterMail(intake.pool, id, 'confirmation', AT)).confirmUrl!;
  expect(new URL(fromDatabase).pathname).not.toBe(path);
  expect((await press(new URL(fromDatabase).pathname)).statusCode).toBe(404);
  expect((await press(path)).statusCode).toBe(200);
});

test('links and confirmations of a key that was rotated hold, while it is in the ring', async () => {
  const [id, other] = [await report(), await report()];
  const [path, otherPath] = [await linkOf(id), await linkOf(other)];
  await press(path);
  const rotated = await startIntake({ pool: createPool(url), keys: [SECOND, FIRST] }, {}, PUBLIC);
  expect((await press(otherPath, rotated)).statusCode).toBe(200);
  for (const each of [id, other])
    expect(await readReport(intake.pool, each, { keys: [SECOND, FIRST] })).toHaveProperty('confirmedAt');
  expect(await readReport(intake.pool, id, { keys: [SECOND] })).not.toHaveProperty('confirmedAt');
});

test('reports of before keep their links and what was confirmed; which those are is for nobody but the owner to say', async () => {
  const unkeyed = await startIntake({ pool: createPool(url) }, {}, PUBLIC);
  const [confirmed, asked] = [await report(unkeyed), await report(unkeyed)];
  const paths = await Promise.all(
    [confirmed, asked].map(
      async (id) => new URL((await claimReporterMail(intake.pool, id, 'confirmation', AT)).confirmUrl!),
    ),
  );
  await press(paths[0]!.pathname, unkeyed);
  await expect(intake.pool.query('UPDATE tocsin.vulnerability_reports SET earlier = true')).rejects.toMatchObject({
    code: '42501',
  });
  await ownerDoes(
    `ALTER TABLE tocsin.vulnerability_reports DROP COLUMN earlier, DROP COLUMN taken_proof, DROP COLUMN confirm_proof;
     DELETE FROM tocsin.schema_migrations WHERE name >= '018'`,
  );
  await migrateInOwnProcess(url);
  expect((await claim(confirmed, 'acknowledgement')).email).toMatch(/^finder/);
  expect((await press(paths[1]!.pathname)).body).toContain('Your address is confirmed');
  const later = await report();
  expect((await claim(later, 'acknowledgement')).outcome).toBe('not-confirmed');
});
