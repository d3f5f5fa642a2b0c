// Attacks on exports: a stolen retired key signs another past, an incident is hidden, a line of signature is added.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packageRoot } from '../../platform/package-root';
import { knownCheckpoints } from '../../register/anchors/known-checkpoints';
import { appendEntries } from '../../register/append/appender';
import { exportRegister } from '../../register/export';
import { openLog } from '../../register/log/open-log';
import { proveConsistency } from '../../register/log/prove-consistency';
import { rotateKey } from '../../register/log/rotate-key';
import { noteRecord } from '../../register/verifier/notes';
import { inOrder } from '../../register/verifier/signing';
import { verifyAnchored } from '../../register/verify';
import { afterFile } from '../setup/helpers';
import { aLog } from './anchors.helpers';
import { disclosures } from './exports.helpers';
import { eventsOf, forgetSigner } from './helpers';

const NAME = 'verify-register.cjs';

/** The stand-alone verifier's word on a file, and the same as JSON. */
function verify(file: string, args: string[]) {
  const dir = mkdtempSync(path.join(tmpdir(), 'verify-'));
  afterFile(() => rmSync(dir, { recursive: true, force: true }));
  copyFileSync(path.join(packageRoot(), 'dist', NAME), path.join(dir, NAME));
  const run = (...more: string[]) =>
    spawnSync(process.execPath, [path.join(dir, NAME), file, ...args, ...more], { encoding: 'utf8' });
  const { status, stdout, stderr } = run();
  return { status, stdout: stdout.replace(/\n {2}/g, ' '), stderr, json: JSON.parse(run('--json').stdout) };
}

type Log = Awaited<ReturnType<typeof aLog>>;

async function exported({ pool, log, dir }: Pick<Log, 'pool' | 'log' | 'dir'>, rotations = log.rotations, scope = {}) {
  const file = path.join(dir, `export-${Math.random()}.jsonl`);
  const asked = { kind: 'log', ...scope } as { kind: 'log' };
  const signer = { store: log.store, rotations, checkpointCovering: log.checkpointCovering.bind(log) };
  await exportRegister(pool, file, { scope: asked, audience: 'internal', disclosures, by: 'ada', log: signer });
  return file;
}

const rotate = ({ log, pool, settings }: Log) =>
  rotateKey({ log, pool, disclosures, keysFile: settings.keysFile }, { by: 'ops', reason: 'stolen' });

describe('a signing key was stolen and rotated', () => {
  let genuine: Log;
  let forged: string;
  let before: string;
  let first: string;
  let rotations: string;

  beforeAll(async () => {
    genuine = await aLog(6);
    first = genuine.log.verifierKey;
    before = await exported(genuine);
    const thief = await aLog();
    await forgetSigner(thief.url);
    copyFileSync(genuine.settings.keysFile, thief.settings.keysFile);
    await rotate(genuine);
    rotations = path.join(genuine.dir, 'rotations.txt');
    writeFileSync(rotations, genuine.log.rotations.map(noteRecord).join(''));
    // An invented log, smaller than the one that was rotated, and the public note of the rotation in its header.
    await appendEntries(thief.pool, eventsOf('INC-FORGED', 2));
    const log = await openLog(thief.pool, thief.settings);
    expect(log.verifierKey).toBe(first);
    forged = await exported({ ...thief, log }, genuine.log.rotations);
  });

  test.each([
    ['the present key', () => [genuine.log.verifierKey]],
    ['the first key', () => [first]],
    ['the present key and the published rotations', () => [genuine.log.verifierKey, '--rotations', rotations]],
  ])('what it signs of an invented log is refused to whoever has %s', (_who, key) => {
    const { status, json } = verify(forged, ['--key', ...key()]);
    expect(status).toBe(1);
    expect(json.firstBad).toMatchObject({
      part: 'binding',
      reason: expect.stringContaining('signed by a retired key'),
    });
  });

  test('a proof of the genuine log does not help the invented one', async () => {
    const { size } = checkpointIn(forged);
    const proof = await proofFile(genuine, size, checkpointIn(before).size + 1);
    expect(verify(forged, ['--key', first, '--rotation-proof', proof]).status).toBe(1);
  });

  test('what it signed in its time counts with the proof up to the rotation, or to a later checkpoint, and not without', async () => {
    const key = ['--key', genuine.log.verifierKey, '--rotations', rotations];
    expect(verify(before, key).json.firstBad.reason).toContain('--rotation-proof');
    const { size } = checkpointIn(before);
    const last = size + 1;
    const held = verify(before, [...key, '--rotation-proof', await proofFile(genuine, size, last)]);
    expect(held.status).toBe(0);
    expect(held.json.signing).toMatchObject({ signedBy: first, retiredAt: last });
    expect(held.stdout).toContain(
      `that key is retired: its tree is proved to be the beginning of that of the rotation`,
    );
    expect(verify(before, [...key, '--rotation-proof', await proofFile(genuine, size - 1, last)]).status).toBe(1);

    const noted = path.join(genuine.dir, 'noted');
    await appendEntries(genuine.pool, eventsOf('INC-2', 2));
    const { note, size: now } = await genuine.log.sign();
    writeFileSync(noted, note);
    const proof = await proofFile(genuine, size, now);
    expect(verify(before, [...key, '--checkpoint', noted, '--consistency', proof]).status).toBe(0);
  });

  test('the tree over which the key was rotated counts as it is, by either key', async () => {
    const { log } = genuine;
    expect(log.rotations).toHaveLength(1);
    expect(verify(await exported(genuine), ['--key', first]).status).toBe(0);
  });
});

test('an export of many incidents that hides one verifies, and says that it does not show that none is missing', async () => {
  const register = await aLog(3);
  await appendEntries(register.pool, eventsOf('INC-HIDDEN', 4));
  await appendEntries(register.pool, eventsOf('INC-3', 2));
  const key = ['--key', register.log.verifierKey];
  // As whoever changes the query of the export would hide it: of the incidents of that time, it asks for all but one.
  const hiding = new Proxy(register.pool, {
    get(pool, name) {
      const value = pool[name as keyof typeof pool] as unknown;
      if (name !== 'query') return typeof value === 'function' ? value.bind(pool) : value;
      return (text: unknown, values?: unknown[]) => {
        const hidden = String(text).replace(
          'WHERE position <= $1',
          "WHERE incident_id <> 'INC-HIDDEN' AND position <= $1",
        );
        return pool.query(typeof text === 'string' ? (hidden as never) : (text as never), values as never);
      };
    },
  });
  const incidents = await exported({ ...register, pool: hiding as never }, undefined, { kind: 'incidents' });
  expect(readFileSync(incidents, 'utf8')).not.toContain('INC-HIDDEN');
  expect(readFileSync(incidents, 'utf8')).toContain('INC-3');
  const some = verify(incidents, key);
  expect(some).toMatchObject({ status: 0, json: { complete: false } });
  expect(some.stdout).toContain('that no incident of this time is missing is NOT shown');
  for (const scope of [{ kind: 'log' }, { kind: 'incident', incidentId: 'INC-HIDDEN' }]) {
    const all = verify(await exported(register, undefined, scope), key);
    expect(all).toMatchObject({ status: 0, json: { complete: true } });
    expect(all.stdout).not.toContain('NOT shown');
  }
  expect(verify(await exported(register), []).json.complete).toBe(false);
});

test('a further line of signature is told with its name, and that it is nobody known', async () => {
  const register = await aLog(2);
  const key = ['--key', register.log.verifierKey];
  const file = await exported(register);
  const text = readFileSync(file, 'utf8');
  expect(verify(file, key).stdout).not.toContain('further signature');
  const { note } = checkpointIn(file);
  const line = (name: string) => `\u2014 ${name} ${Buffer.alloc(72, 7).toString('base64')}`;
  for (const [name, whose] of [
    ['zzz', "it is not the log's, and no key for it was given"],
    [register.log.origin, "it is not of the log's known keys"],
  ] as const) {
    writeFileSync(file, text.replace(JSON.stringify(note), JSON.stringify(inOrder(`${note}${line(name)}\n`))));
    const { json, stdout, status } = verify(file, key);
    expect({ status, unchecked: json.signing?.unchecked }).toEqual({ status: 0, unchecked: [name] });
    expect(stdout).toContain(`a further signature under the name ${name} was not checked: ${whose}`);
  }
});

test('a register that was replaced by an invented one is found against the rotation, whatever a retired key signed', async () => {
  const register = await aLog(6);
  const thief = await aLog();
  await forgetSigner(thief.url);
  copyFileSync(register.settings.keysFile, thief.settings.keysFile);
  await rotate(register);
  // In the place of the register an invented one, and the checkpoint that the stolen key signed of it; the rotation is public.
  await appendEntries(thief.pool, eventsOf('INC-FORGED', 4));
  const invented = await openLog(thief.pool, thief.settings);
  await invented.sign();
  const { rotations, verifierKey } = register.log;
  const anchored = () => invented.anchored();
  const seen = { store: invented.store, rotations, verifierKey, anchored } as typeof register.log;
  const nowhere = { file: path.join(thief.dir, 'none'), mailStateFile: path.join(thief.dir, 'none'), witnesses: [] };
  const { known, unreadable } = await knownCheckpoints(seen, { ...nowhere, witnessDir: thief.witnessDir } as never);
  expect(unreadable).toEqual([]);
  expect(await verifyAnchored(thief.pool, known)).toMatchObject({ ok: false });
});

async function proofFile({ log, dir }: Log, old: number, now: number): Promise<string> {
  const file = path.join(dir, `proof-${old}-${now}`);
  const { proof } = await proveConsistency(log, { size: old }, { size: now });
  writeFileSync(file, proof.map((hash) => `${hash.toString('base64')}\n`).join(''));
  return file;
}

function checkpointIn(file: string): { note: string; size: number } {
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .find((each) => each.startsWith('{"binding"'))!;
  const note = JSON.parse(line).binding.checkpoint as string;
  return { note, size: Number(note.split('\n')[1]) };
}
