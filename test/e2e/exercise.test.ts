/**
 * `npm start -- --once` as a newcomer runs it: the exercise of the leaked deploy key on the whole embedded stack, then a
 * look at everything it leaves: the timeline, mails, status page, dossiers, register, and what must be nowhere.
 */
import { spawn } from 'node:child_process';
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { Pool } from 'pg';
import { dataConverter, SealingCodec } from '../../client/codec';
import { fold } from '../../domain/incident/evolve';
import { packageRoot } from '../../platform/package-root';
import { loadDisclosures } from '../../policy/load-disclosure';
import { DEFAULT_PACKS, loadPolicy } from '../../policy/load-policy';
import { createPool } from '../../postgres/pool';
import { exportRegister } from '../../register/export';
import { readIncidentEvents } from '../../register/read-incident';
import { verifyExport } from '../../register/verifier/verify-export';
import { verifyRegister } from '../../register/verify';
import type { StoredMessage } from '../../stack/mailbox';
import { startPostgres } from '../../stack/postgres';
import { startTemporal } from '../../stack/temporal';
import { afterFile, temporaryDir } from '../setup/helpers';
import { NO_TEMPORAL } from '../setup/no-temporal';
import { decodedPayloads, openedPayloads } from '../setup/workflow-harness';

const { pack } = loadPolicy(DEFAULT_PACKS);

let dir: string;
let code: number | null;
let stdout = '';
let stderr = '';
let id: string;
let pool: Pool;

beforeAll(async () => {
  dir = path.join(temporaryDir('start'), 'data');
  ({ code, stdout, stderr } = await npmStart());
  id = /^Exercise (\S+):/m.exec(stdout)?.[1] ?? 'none';
  const postgres = await startPostgres({ dir: path.join(dir, 'postgres'), env: {} });
  pool = createPool(postgres.url);
  afterFile(async () => {
    await pool.end();
    await postgres.stop();
  });
}, 300_000);

function npmStart(): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    TOCSIN_DATA_DIR: dir,
    TEMPORAL_CONFIG_FILE: '/nowhere/temporal.toml',
  };
  const start = path.join(packageRoot(), 'bin', 'start.js');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [start, '--once'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => (said.stdout += chunk));
    child.stderr.on('data', (chunk) => (said.stderr += chunk));
    child.on('error', reject);
    child.on('close', (status) => resolve({ code: status, ...said }));
  });
}

/** All files below a folder. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file).isFile());
}

function mails(obligation?: string): StoredMessage[] {
  const all = filesIn(path.join(dir, 'mailbox', 'messages')).map(
    (file) => JSON.parse(readFileSync(file, 'utf8')) as StoredMessage,
  );
  const tagged = (mail: StoredMessage) =>
    mail.tags?.some((tag) => tag.name === 'obligation' && tag.value === obligation);
  const notices = all.filter(({ request }) => /^(batch|one)\//.test(request?.key ?? ''));
  return obligation ? notices.filter(tagged) : all;
}

const recipients = (obligation: string) =>
  mails(obligation)
    .flatMap(({ to }) => to.map((address) => address.toLowerCase()))
    .sort();

interface Row {
  [column: string]: string;
}

/** The example directory, read without the product's help. */
function directory(name: string): Row[] {
  const [head, ...lines] = readFileSync(path.join(packageRoot(), 'examples', 'directory', name), 'utf8')
    .trim()
    .split('\n');
  const cells = (line: string) =>
    (line.match(/("([^"]|"")*"|[^,]*)(,|$)/g) ?? []).map((cell) => cell.replace(/,$/, ''));
  const columns = cells(head!);
  return lines.map((line) => Object.fromEntries(cells(line).map((cell, i) => [columns[i], cell])));
}

const AFFECTED = ['aurora', 'borealis', 'cedar', 'dorade', 'erable', 'falcon', 'granite', 'heron'].map(
  (w) => `ws-${w}`,
);
const unique = (addresses: string[]) => [...new Set(addresses.map((address) => address.toLowerCase()))].sort();
const owners = () =>
  unique(
    directory('workspaces.csv')
      .filter((row) => AFFECTED.includes(row.workspace_id!))
      .map((row) => row.owner_email!),
  );
const people = (where: (country: string) => boolean) =>
  unique(
    directory('individuals.csv')
      .filter((row) => row.data_set === 'account-data' && where(row.country!))
      .map((row) => row.email!),
  );

test('it ends with exit code 0: every commitment kept, the register verified', () => {
  expect({ code, stderr: code === 0 ? '' : stderr, stdout: code === 0 ? '' : stdout.slice(-3_000) }).toMatchObject({
    code: 0,
  });
  expect(stdout).toMatch(/18 of the 18 commitments of the policy kept/);
  // Nothing runs any more: no address is given.
  expect(stdout.split('\n').slice(-4).join(' ')).toMatch(/was stopped; .*run npm\s+start \(without --once\)/);
  expect(stdout).not.toContain('Where to look');
});

test('every row T1–T6, N1–N5 and R1–R7 stands in the timeline, by each of its obligations, when it was fulfilled', async () => {
  const lines = stdout.split('\n').filter((line) => line.startsWith('T+'));
  const { obligations } = fold(await readIncidentEvents(pool, id))!;
  const rows = [...[1, 2, 3, 4, 5, 6].map((n) => `T${n}`), ...[1, 2, 3, 4, 5].map((n) => `N${n}`)];
  rows.push(...[1, 2, 3, 4, 5, 6, 7].map((n) => `R${n}`));
  for (const row of rows) {
    const rules = pack.obligations.filter((rule) => rule.commitments.includes(row)).map((rule) => rule.id);
    const kept = Object.values(obligations).filter((o) => rules.includes(o.rule) && o.fulfilledAt);
    expect({ row, kept: kept.length > 0 }).toEqual({ row, kept: true });
    for (const o of kept) {
      const told = lines.filter(
        (line) => line.includes(` ${o.id} [`) && new RegExp(`\\[[^\\]]*\\b${row}\\b`).test(line),
      );
      expect({ row, obligation: o.id, inTime: told.some((line) => /before the deadline/.test(line)) }).toEqual({
        row,
        obligation: o.id,
        inTime: true,
      });
    }
  }
});

test('the mailbox holds the enterprise, individual, status and review mails, to exactly those they are for, once each', () => {
  const subscribers = unique(directory('subscribers.csv').map((row) => row.email!));
  expect(recipients('enterprise-notice')).toEqual(owners());
  // One mail keeps both duties to the controllers.
  expect(recipients('gdpr-art33-2-controllers')).toEqual([]);
  // Whom a law does not protect is not written to under it; whose country nobody knows may be protected by each.
  expect(recipients('gdpr-art34-individuals')).toEqual(people((country) => !['CA', 'US'].includes(country)));
  expect(recipients('pipeda-individuals')).toEqual(people((country) => ['CA', ''].includes(country)));
  expect(recipients('review-summary')).toEqual(owners());
  // At first, and when it was resolved.
  expect(recipients('status-subscribers')).toEqual([...subscribers, ...subscribers].sort());
  expect([owners().length, people(() => true).length, subscribers.length]).toEqual([8, 17, 15]);
  expect(mails().filter(({ subject }) => !subject.startsWith('[EXERCISE] '))).toEqual([]);
});

test('everybody whom the exercise names was told: each duty says how many of how many', async () => {
  const { obligations } = fold(await readIncidentEvents(pool, id))!;
  const told = Object.values(obligations).flatMap(({ id: o, evidence }) =>
    evidence?.of === undefined ? [] : [[o, `${evidence.told} of ${evidence.of}`, evidence.left]],
  );
  expect(Object.fromEntries(told.map(([o, share]) => [o, share]))).toEqual({
    'enterprise-notice': '8 of 8',
    'gdpr-art33-2-controllers': '8 of 8',
    'gdpr-art34-individuals': '13 of 13',
    'pipeda-individuals': '5 of 5',
    'review-summary': '8 of 8',
    'status-subscribers': '15 of 15',
  });
  expect(told.map(([, , left]) => left)).toEqual(told.map(() => 0));
});

test('mails are in the language of their recipient', () => {
  const language = (address: string) => mails('enterprise-notice').find(({ to }) => to[0] === address)?.html;
  expect(language('datenschutz@borealis.example.com')).toContain('lang="de"');
  expect(language('dpo@dorade.example.org')).toContain('lang="fr"');
  expect(language('owner@aurora.example.com')).toContain('lang="en"');
});

test('the status page exists, with every update, marked as an exercise', () => {
  const html = readFileSync(path.join(dir, 'site', 'status', 'index.html'), 'utf8');
  expect(html).toContain('EXERCISE');
  const page = JSON.parse(readFileSync(path.join(dir, 'site', 'status', 'status.json'), 'utf8'));
  const [incident] = page.incidents;
  expect(incident).toMatchObject({ id, status: 'resolved', exercise: true });
  expect(incident.incident_updates.map((update: { status: string }) => update.status)).toEqual([
    'resolved',
    'monitoring',
    'identified',
    'identified',
    'investigating',
  ]);
});

test('the dossiers hold, as page and as data, every field of GDPR Art. 33(3) and of SOR/2018-64 s. 2, established', () => {
  const art33 = ['33(3)(a)', '33(3)(b)', '33(3)(c)', '33(3)(d)'].map((part) => `GDPR Art. ${part}`);
  const opc = ['(a)', '(b)', '(c)', '(d)', '(e)', '(f)', '(g)'].map((part) => `SOR/2018-64 s. 2(1)${part}`);
  const expected: Record<string, [string, string[]]> = {
    'gdpr-art33-authority_ie-dpc': ['gdpr-art33-authority', art33],
    'gdpr-art33-authority_fr-cnil': ['gdpr-art33-authority', art33],
    'gdpr-art33-authority_de-land': ['gdpr-art33-authority', art33],
    'pipeda-opc-report_opc': ['pipeda-opc-report', opc],
  };
  for (const [folder, [ruleId, citations]] of Object.entries(expected)) {
    const at = (file: string) => readFileSync(path.join(dir, 'site', 'dossiers', id, folder, file), 'utf8');
    const { fields, authority } = JSON.parse(at('dossier.json')) as {
      fields: Array<{ field: string; title: string; citation: string; value: string | null; state: string }>;
      authority: { name: string };
    };
    const required = pack.obligations.find((rule) => rule.id === ruleId)!.contents.filter(({ optional }) => !optional);
    const open = required.filter(({ field }) => !fields.find((each) => each.field === field)?.value);
    expect({ folder, open: open.map(({ field }) => field) }).toEqual({ folder, open: [] });
    for (const citation of citations) {
      expect(fields.filter((each) => each.citation.startsWith(citation) && each.value !== null)).not.toEqual([]);
    }
    const html = at('index.html');
    for (const { title, citation } of fields) {
      expect(html).toContain(title);
      expect(html).toContain(citation);
    }
    expect(html).toContain(authority.name.replaceAll("'", '&#39;'));
    expect(html).not.toContain('not yet established</span>');
  }
});

test('the register verifies online, and its export without any database', async () => {
  const { closedAt, seq } = fold(await readIncidentEvents(pool, id))!;
  expect(closedAt).toBeDefined();
  expect(await verifyRegister(pool)).toMatchObject({ ok: true, entries: seq });
  const file = path.join(dir, 'register.jsonl');
  const whole = { scope: { kind: 'log' }, audience: 'internal', by: 'ada' } as const;
  await exportRegister(pool, file, { ...whole, disclosures: loadDisclosures() });
  expect(await verifyExport(createReadStream(file))).toMatchObject({ ok: true, entries: seq });
});

test('no address of the audience and no secret of the vault is in a history, a log, the register or on a page', async () => {
  const addresses = ['workspaces.csv', 'individuals.csv', 'subscribers.csv'].flatMap((name) =>
    directory(name).map((row) => (row.owner_email ?? row.email)!.toLowerCase()),
  );
  const vault = filesIn(path.join(dir, 'exercise-vault')).map((file) => readFileSync(file, 'utf8'));
  const secrets = vault.filter((text) => !text.startsWith('{'));
  expect(addresses.length).toBeGreaterThan(60);
  expect(secrets.length).toBeGreaterThanOrEqual(2);

  const database = path.join(dir, 'temporal', 'temporal.db');
  const env = { ...process.env, ...NO_TEMPORAL };
  const temporal = await startTemporal({ database, headless: true, env });
  afterFile(() => temporal.stop());
  const connection = await Connection.connect({ address: temporal.address });
  afterFile(() => connection.close());
  const keys = [readFileSync(path.join(dir, 'temporal', 'keys'), 'utf8').trim()];
  const [codec, client] = [new SealingCodec(keys), new Client({ connection, dataConverter: dataConverter(keys) })];
  const places: Record<string, string> = { stdout, stderr };
  for await (const { workflowId, runId } of client.workflow.list()) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    places[`history of ${workflowId}`] = (await openedPayloads(history, codec)) + JSON.stringify(history);
    // To whoever has no keys it says nothing.
    expect(decodedPayloads(history) + JSON.stringify(history)).not.toContain('Leaked CI deploy key');
  }
  expect(Object.keys(places).filter((place) => place.startsWith(`history of ${id}/`)).length).toBeGreaterThanOrEqual(6);
  expect(places[`history of ${id}`]).toContain('Leaked CI deploy key');
  const { rows } = await pool.query<{ bytes: Buffer }>('SELECT bytes FROM tocsin.register_entries');
  places.register = rows.map(({ bytes }) => bytes.toString('utf8')).join('\n');
  for (const file of filesIn(path.join(dir, 'site'))) places[file.slice(dir.length)] = readFileSync(file, 'utf8');
  for (const file of filesIn(path.join(dir, 'artefacts'))) places[file.slice(dir.length)] = readFileSync(file, 'utf8');

  const leaks = Object.entries(places).flatMap(([place, text]) => {
    const lower = text.toLowerCase();
    const found = [
      ...addresses.filter((address) => lower.includes(address)),
      ...secrets.filter((s) => text.includes(s)),
    ];
    return found.length > 0 ? [`${place}: ${found.length} of them`] : [];
  });
  expect(leaks).toEqual([]);
}, 120_000);
