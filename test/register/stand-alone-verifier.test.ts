// The stand-alone verifier: one file, in an empty folder, with no package beside it.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packageRoot } from '../../platform/package-root';
import { appendEntries } from '../../register/append/appender';
import { leafHash, leafOf } from '../../register/entry';
import { proveConsistency } from '../../register/log/prove-consistency';
import { signCheckpoint } from '../../register/tree/checkpoint';
import { createSigner } from '../../register/tree/note';
import { afterFile } from '../setup/helpers';
import { anExportedRegister } from './exports.helpers';
import { changedLeaf, eventsOf } from './helpers';

const NAME = 'verify-register.cjs';
let register: Awaited<ReturnType<typeof anExportedRegister>>;
let whole: string;
let key: string[];

beforeAll(async () => {
  register = await anExportedRegister();
  whole = (await register.exported({ kind: 'log' })).bytes.toString('utf8');
  key = ['--key', register.trust.key, '--witness', register.trust.witnesses[0]!];
});

/** Runs the verifier in an empty folder that lies in no project. */
function verify(text: string, args: string[] = key) {
  const dir = mkdtempSync(path.join(tmpdir(), 'verify-'));
  afterFile(() => rmSync(dir, { recursive: true, force: true }));
  copyFileSync(path.join(packageRoot(), 'dist', NAME), path.join(dir, NAME));
  writeFileSync(path.join(dir, 'export.jsonl'), text);
  expect(readdirSync(dir).sort()).toEqual(['export.jsonl', NAME]);
  const { status, stdout, stderr } = spawnSync(process.execPath, [NAME, 'export.jsonl', ...args], {
    cwd: dir,
    env: { PATH: '', NODE_PATH: '' },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

function json(text: string, args: string[] = []) {
  const { status, stdout, stderr } = verify(text, [...key, '--json', ...args]);
  expect(stderr).toBe('');
  return { status, ...JSON.parse(stdout) };
}

test('it needs nothing but Node: its only imports are built in', () => {
  const code = readFileSync(path.join(packageRoot(), 'dist', NAME), 'utf8');
  const loaded = [...code.matchAll(/\brequire\("([^"]+)"\)/g)].map((match) => match[1]!);
  expect(new Set(loaded)).toEqual(new Set(loaded.filter((name) => name.startsWith('node:'))));
  expect(loaded).toContain('node:crypto');
  expect(code).not.toMatch(/\bimport\(/);
});

test('a sound export holds, says who signed and who saw it, and fits on 80 columns', () => {
  const { status, stdout, stderr } = verify(whole);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toContain('✓ the whole register, for internal, made at ');
  expect(stdout).toContain('7 entries of 3 incidents or cases hold, up to position 7');
  expect(stdout).toContain('signed by');
  expect(stdout).toContain('seen by the witness witness.example.com/w at ');
  const keyLine = /^ {2}key /;
  for (const line of stdout.split('\n').filter((each) => !keyLine.test(each)))
    expect(line.length).toBeLessThanOrEqual(80);
});

test('without a key it says that nobody was checked; with another one it refuses', () => {
  const unchecked = verify(whole, []);
  expect(unchecked.status).toBe(0);
  expect(unchecked.stdout).toContain('NOT CHECKED who signed it');
  const other = createSigner(register.log.origin, Buffer.alloc(32, 9)).verifierKey;
  expect(verify(whole, ['--key', other])).toMatchObject({ status: 1, stdout: expect.stringContaining('binding') });
});

const lineOf = (text: string, n: number) => text.split('\n')[n - 1]!;
const withLine = (text: string, n: number, change: (line: string) => string) =>
  text
    .split('\n')
    .map((line, i) => (i === n - 1 ? change(line) : line))
    .join('\n');

/** An entry rewritten with its hash, as somebody would who knows the format. */
function rewritten(line: string): string {
  const leaf = line.slice(line.indexOf('"entry":') + 8, line.indexOf(',"open":'));
  const changed = changedLeaf(Buffer.from(leaf), { kind: 'noted' }).toString();
  expect(leafOf(Buffer.from(leaf)).kind).not.toBe('noted');
  return line.replace(leaf, changed).replace(/"hash":"[0-9a-f]{64}"/, `"hash":"${leafHash(changed)}"`);
}

test.each<[string, (text: string) => string, object]>([
  ['a value', (t) => withLine(t, 3, (l) => l.replace('step 1', 'step 9')), { part: 'entry', line: 3, position: 2 }],
  ['a time', (t) => withLine(t, 3, (l) => l.replace('"at":"2026', '"at":"2025')), { part: 'entry', position: 2 }],
  ['an entry with its hash', (t) => withLine(t, 3, rewritten), { part: 'entry', line: 4, position: 3 }],
  ['the last entry with its hash', (t) => withLine(t, 7, rewritten), { part: 'entry', line: 8, position: 7 }],
  [
    'an entry that is gone',
    (t) =>
      t
        .split('\n')
        .filter((_, i) => i !== 3)
        .join('\n'),
    { part: 'entry', line: 4, position: 4, reason: 'position 4 follows 2, expected 3' },
  ],
  [
    'two entries that changed places',
    (t) => {
      const l = t.split('\n');
      [l[2], l[3]] = [l[3]!, l[2]!];
      return l.join('\n');
    },
    { part: 'entry', line: 3, position: 3 },
  ],
  ['the header', (t) => t.replace('"audience":"internal"', '"audience":"customer"'), { part: 'binding' }],
  [
    'a field taken out',
    (t) => withLine(t, 3, (l) => l.replace(/"open":\{"\/by":\[[^\]]*\],/, '"open":{')),
    { part: 'binding', reason: expect.stringContaining('fields were taken out') },
  ],
  ['the checkpoint', (t) => t.replace(/("checkpoint":"[^"]*?\\n)(\d+)\\n/, '$199\\n'), { part: 'binding' }],
  [
    'a proof',
    (t) => withLine(t, 10, (l) => l.replace(/\["(.)/, (_, first) => `["${first === '0' ? '1' : '0'}`)),
    { part: 'proof', line: 10 },
  ],
  ['the proof that is gone', (t) => t.split('\n').slice(0, 9).join('\n') + '\n', { part: 'proof', position: 7 }],
  ['the binding that is gone', (t) => t.split('\n').slice(0, 8).join('\n') + '\n', { part: 'binding' }],
  [
    'the binding left empty',
    (t) => t.split('\n').slice(0, 8).join('\n') + '\n{"binding":null}\n',
    { part: 'binding', reason: expect.stringContaining('not signed') },
  ],
])('tampering is found: %s', (_what, change, bad) => {
  const altered = change(whole);
  expect(altered).not.toBe(whole);
  const { status, firstBad } = json(altered);
  expect({ status, firstBad }).toMatchObject({ status: 1, firstBad: bad });
});

test('what is no export, or cut off, cannot be read, and the line is named', () => {
  expect(verify('{}\n')).toMatchObject({ status: 2, stderr: expect.stringContaining('line 1 of the export') });
  expect(verify(whole.slice(0, 3000))).toMatchObject({ status: 2, stderr: expect.stringContaining('is cut off') });
  expect(verify(whole, ['--key'])).toMatchObject({ status: 2, stderr: expect.stringContaining('--help') });
  expect(verify(whole, ['--key', 'nowhere.txt'])).toMatchObject({ status: 2 });
});

test('one entry with its proof holds, and shows nothing else of the register', async () => {
  const { bytes } = await register.exported({ kind: 'entry', position: 3 }, { audience: 'customer' });
  const text = bytes.toString('utf8');
  const held = json(text);
  expect(held).toMatchObject({
    status: 0,
    ok: true,
    entries: 1,
    audience: 'customer',
    anchored: 1,
    head: { position: 3 },
    scope: { kind: 'entry', position: 3 },
  });
  expect(held.withheld).toBeGreaterThan(0);
  expect(text.split('\n')).toHaveLength(5);
  expect(text).not.toContain('INC-b');
  expect(JSON.parse(lineOf(text, 3)).binding.receipt.open).toEqual({
    '/data/file': [expect.any(String), expect.any(String)],
  });
  expect(json(withLine(text, 2, (l) => l.replace('quoted', 'quoter')))).toMatchObject({ status: 1 });
  expect(json(withLine(text, 2, rewritten))).toMatchObject({ status: 1, firstBad: { part: 'header' } });
});

test('a checkpoint noted earlier is compared: another tree of the same size is refused, another size needs a proof', async () => {
  const checkpoint = JSON.parse(lineOf(whole, 9)).binding.checkpoint as string;
  const [noted, proof] = [path.join(register.dir, 'noted'), path.join(register.dir, 'proof')];
  const withProof = ['--checkpoint', noted, '--consistency', proof];
  const proven = async (text: string, size: number, of = checkpointIn(text).size) => {
    const [old, now] = [Math.min(size, of), Math.max(size, of)];
    const { proof: hashes } = await proveConsistency(register.log, { size: old }, { size: now });
    writeFileSync(proof, hashes.map((hash) => `${hash.toString('base64')}\n`).join(''));
    return json(text, withProof);
  };
  writeFileSync(noted, checkpoint);
  expect(json(whole, ['--checkpoint', noted])).toMatchObject({ status: 0, signing: { noted: 'the same tree' } });

  await appendEntries(register.pool, eventsOf('INC-c', 5));
  const later = (await register.exported({ kind: 'incident', incidentId: 'INC-c' })).bytes.toString('utf8');
  const { size } = checkpointIn(whole);
  expect(json(later, ['--checkpoint', noted])).toMatchObject({
    status: 1,
    firstBad: { part: 'binding', reason: expect.stringContaining('a proof is needed (--consistency)') },
  });
  expect(await proven(later, size)).toMatchObject({
    status: 0,
    signing: { noted: 'an earlier tree, which this one continues' },
  });
  expect(await proven(later, size - 1)).toMatchObject({ status: 1 });
  writeFileSync(noted, checkpointIn(later).note);
  expect(await proven(whole, checkpointIn(later).size)).toMatchObject({
    status: 0,
    signing: { noted: 'a later tree, which continues this one' },
  });

  // The key's owner shows somebody else another past of the same size.
  const { seed, origin } = JSON.parse(readFileSync(register.settings.keysFile, 'utf8'));
  writeFileSync(noted, signCheckpoint(size, Buffer.alloc(32, 9), createSigner(origin, Buffer.from(seed, 'base64'))));
  expect(await proven(later, size)).toMatchObject({
    status: 1,
    firstBad: { reason: expect.stringContaining('two views were shown') },
  });
  writeFileSync(proof, 'not base64\n');
  const { status, stderr } = verify(later, [...key, ...withProof]);
  expect({ status, stderr }).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('proof: line 1 is not a hash'),
  });
  expect(verify(later, [...key, '--consistency', proof]).stderr).toContain('give both');
});

function checkpointIn(text: string): { note: string; size: number } {
  const line = text.split('\n').find((each) => each.startsWith('{"binding"'))!;
  const note = JSON.parse(line).binding.checkpoint as string;
  return { note, size: Number(note.split('\n')[1]) };
}
