import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import type pg from 'pg';
import { loadDisclosures } from '../../policy/load-disclosure';
import { appendEntries } from '../../register/append/appender';
import { NoFolderError, UnknownIncidentError, UnreadableExportError } from '../../register/errors';
import { exportRegister } from '../../register/export';
import { CSV_COLUMNS } from '../../register/forms/csv';
import type { RegisterLog } from '../../register/log/open-log';
import { verifyExport } from '../../register/verifier/verify-export';
import { type Verification, verifyRegister } from '../../register/verify';
import { inputs } from '../setup/inputs';
import { aLog } from './anchors.helpers';
import { anEvent, tamper } from './helpers';

let pool: pg.Pool;
let dir: string;
let log: RegisterLog;
/** What the register itself says of what was exported. */
let online: { whole: Verification; single: Verification };
const disclosures = loadDisclosures();
/** Lines of an export of the whole log and of one incident, without their line feeds. */
let whole: Buffer;
let single: Buffer;

beforeAll(async () => {
  ({ pool, dir, log } = await aLog());
  const data = { text: 'clé exposée 🔑 "quoted"\nline two\u2028', count: 1e21, nested: { b: [1, -0, 0.1], a: null } };
  const events = [1, 2, 3, 4, 5].flatMap((seq) => [
    anEvent('a', seq, { data }),
    anEvent('b', seq, { commandId: `c-${seq}` }),
  ]);
  await appendEntries(pool, events);
  online = { whole: await verifyRegister(pool), single: await verifyRegister(pool, { incidentId: 'a' }) };
  whole = await exported();
  single = await exported('a');
});

async function exported(incidentId?: string): Promise<Buffer> {
  const file = path.join(dir, `${incidentId ?? 'whole'}.jsonl`);
  const scope = incidentId === undefined ? ({ kind: 'log' } as const) : ({ kind: 'incident', incidentId } as const);
  await exportRegister(pool, file, { scope, audience: 'internal', disclosures, by: 'ada', log });
  return readFile(file);
}

async function* chunks(bytes: Uint8Array, size = 64): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

/** Altered input is found, or it cannot be read at all and the error names the line. */
async function isFound(bytes: Uint8Array): Promise<boolean> {
  try {
    const { ok, firstBad } = await verifyExport(chunks(bytes, 1000), { key: log.verifierKey });
    return !ok && firstBad!.reason !== '';
  } catch (error) {
    if (error instanceof UnreadableExportError && /^line \d+ of the export /.test(error.message)) return true;
    throw error;
  }
}

test('an export verifies offline with the public key, with the same result as the register itself', async () => {
  const key = log.verifierKey;
  expect(await verifyExport(chunks(whole), { key })).toMatchObject({
    scope: { kind: 'log' },
    ...online.whole,
    anchored: 10,
    unanchored: 0,
    incidents: 2,
    withheld: 0,
    signing: { signedBy: key, size: 11, origin: log.origin },
    recordedAt: 11,
  });
  expect(await verifyExport(chunks(single), { key })).toMatchObject({
    scope: { kind: 'incident', incidentId: 'a' },
    ...online.single,
    anchored: 5,
    unanchored: 0,
    recordedAt: 12,
  });
});

test('the file belongs to its owner only, appears whole, and leaves nothing beside it', async () => {
  const file = path.join(dir, 'whole.jsonl');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await readdir(dir)).filter((name) => name.includes('partial'))).toEqual([]);
  expect(await verifyExport(createReadStream(file))).toMatchObject({ ok: true, entries: 10 });
});

test('every line is plain JSON that any tool reads', () => {
  const [header, first] = whole
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(header).toMatchObject({ format: 'tocsin-register-export', version: 3, scope: { kind: 'log' }, count: 10 });
  expect(first).toMatchObject({
    position: 1,
    entry: { incidentId: 'a', seq: 1, fields: { '/data/text': expect.stringMatching(/^[0-9a-f]{64}$/) } },
    open: { '/data/text': [expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringContaining('🔑')] },
  });
});

test.each(['whole', 'single'] as const)('any single byte altered in an export (%s) is found', async (which) => {
  const original = which === 'whole' ? whole : single;
  await fc.assert(
    fc.asyncProperty(fc.nat(original.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const altered = Buffer.from(original);
      altered[at] = altered[at]! ^ flip;
      expect(await isFound(altered)).toBe(true);
    }),
    { numRuns: inputs(3000) },
  );
});

test.each(['whole', 'single'] as const)(
  'any bytes deleted from or inserted into an export (%s) are found',
  async (which) => {
    const original = which === 'whole' ? whole : single;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(original.length - 1),
        fc.nat(300),
        fc.uint8Array({ maxLength: 50 }),
        async (at, gone, added) => {
          const altered = Buffer.concat([original.subarray(0, at), added, original.subarray(at + gone)]);
          fc.pre(!altered.equals(original));
          expect(await isFound(altered)).toBe(true);
        },
      ),
      { numRuns: inputs(1500) },
    );
  },
);

test.each(['whole', 'single'] as const)('any lines deleted, repeated or reordered (%s) are found', async (which) => {
  const original = which === 'whole' ? whole : single;
  const lines = original.toString('latin1').split('\n').slice(0, -1);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(lines.length - 1), { maxLength: lines.length + 2 }), async (order) => {
      const altered = order.map((index) => `${lines[index]}\n`).join('');
      fc.pre(altered !== original.toString('latin1'));
      expect(await isFound(Buffer.from(altered, 'latin1'))).toBe(true);
    }),
    { numRuns: inputs(1000) },
  );
});

test('an export cut off at any byte is found', async () => {
  for (let length = 0; length < whole.length; length += 7) expect(await isFound(whole.subarray(0, length))).toBe(true);
});

test('an older export, sound in itself, is found against a head recorded later', async () => {
  const before = await exported();
  const { head } = await appendEntries(pool, [anEvent('late', 1)]);
  expect(await verifyExport(chunks(before))).toMatchObject({ ok: true });
  expect(await verifyExport(chunks(before), { expectedHead: head })).toMatchObject({
    ok: false,
    firstBad: { position: head.position },
  });
});

test('an export of a tampered register goes out as it is and says where it is wrong', async () => {
  const other = await aLog();
  await appendEntries(
    other.pool,
    [1, 2, 3].map((seq) => anEvent('a', seq)),
  );
  await tamper(other.url, 'UPDATE tocsin.register_entries SET bytes = set_byte(bytes, 30, 255) WHERE position = 2');
  const file = path.join(dir, 'tampered.jsonl');
  await exportRegister(other.pool, file, { scope: { kind: 'log' }, audience: 'internal', disclosures, by: 'ada' });
  const result = await verifyExport(createReadStream(file));
  expect(result).toMatchObject({ ok: false, entries: 1, firstBad: { position: 2 } });
});

test.each([
  ['nothing', '', 'line 1 of the export is missing: the file is empty'],
  ['a text', 'hello\n', 'line 1 of the export is not JSON'],
  [
    'a PDF',
    '%PDF-1.7\n%âãÏÓ\n',
    'line 1 of the export is that of a PDF, made for people to read: verify the file that',
  ],
  ['a page', '<!doctype html>\n<html lang="en">\n', 'line 1 of the export is that of an HTML page'],
  ['a table', `\uFEFF${CSV_COLUMNS.join(',')}\r\n`, 'line 1 of the export is that of a CSV table'],
  ['other JSON', '{"a":1}\n', 'line 1 of the export is not the header'],
  ['null', 'null\n', 'line 1 of the export is not the header'],
  ['a later version', '{"format":"tocsin-register-export","version":4}\n', 'this verifier reads version 3'],
])('%s is not an export, and the error says so', async (_, text, message) => {
  await expect(verifyExport(chunks(Buffer.from(text)))).rejects.toThrow(message);
});

test('an export of an incident that is not there is an error and leaves no file', async () => {
  const file = path.join(dir, 'nowhere.jsonl');
  const scope = { kind: 'incident', incidentId: 'nowhere' } as const;
  await expect(
    exportRegister(pool, file, { scope, audience: 'internal', disclosures, by: 'ada', log }),
  ).rejects.toThrow(UnknownIncidentError);
  expect((await readdir(dir)).filter((name) => name.startsWith('nowhere'))).toEqual([]);
});

test('an export into a folder that is not there says which, and what to do', async () => {
  const file = path.join(dir, 'no-such-folder', 'a.jsonl');
  const exporting = exportRegister(pool, file, {
    scope: { kind: 'log' },
    audience: 'internal',
    disclosures,
    by: 'ada',
  });
  await expect(exporting).rejects.toThrow(NoFolderError);
  await expect(exporting).rejects.toThrow(`there is no folder ${path.dirname(file)}: make it first`);
});
