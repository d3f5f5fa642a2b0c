/** `tocsin register sign`, `keys`, `consistency` and `verify` with anchors, as people type them. */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from '../../cli/program';
import { Shell } from '../../cli/shell';
import { createPool } from '../../postgres/pool';
import { appendEntries } from '../../register/append/appender';
import { signCheckpoint } from '../../register/tree/checkpoint';
import { createSigner } from '../../register/tree/note';
import { startWitness } from '../../stack/witness';
import { afterFile, createTestDatabase, temporaryDir } from '../setup/helpers';
import { Screen } from '../unit/cli/helpers';
import { eventsOf, forgetSigner, tamper } from './helpers';

async function aMachine(entries: number) {
  const { url } = await createTestDatabase();
  const pool = createPool(url);
  afterFile(() => pool.end());
  await appendEntries(pool, eventsOf('INC-1', entries));
  const dir = temporaryDir('log-commands');
  const run = async (argv: string[], env: NodeJS.ProcessEnv = {}) => {
    const [out, err] = [new Screen(), new Screen()];
    const shell = new Shell(
      { TOCSIN_DATA_DIR: dir, DATABASE_URL: url, TOCSIN_BY: 'ops@example.com', ...env },
      out,
      err,
    );
    const exitCode = await runCommand(['register', ...argv], shell);
    return { exitCode, out: out.text, err: err.text };
  };
  const at = (name: string) => path.join(dir, name);
  return { url, pool, run, at, more: (id: string, n: number) => appendEntries(pool, eventsOf(id, n)) };
}

test('sign tells what was signed and which anchors have it; verify then tells what is anchored and what is not yet', async () => {
  const { run, at, more } = await aMachine(5);
  expect((await run(['verify'])).out).toContain('not anchored 1 to 5: no anchor covers it');
  const { exitCode, out } = await run(['sign']);
  expect(exitCode).toBe(0);
  expect(out).toMatch(/^Signed 5 entries of tocsin\.invalid\/[0-9a-f]{16}\.\n {2}file: received\n\ntocsin\.invalid/);
  expect(readFileSync(at('register/checkpoints.txt'), 'utf8')).toContain(out.slice(out.indexOf('\n\n') + 2).trimEnd());
  await more('INC-2', 2);
  const verified = await run(['verify']);
  expect(verified.exitCode).toBe(0);
  expect(verified.out).toContain('  anchored 1 to 5: file\n  not anchored 6 to 7: the next checkpoint will cover it\n');
  expect(JSON.parse((await run(['verify', '--json'])).out)).toMatchObject({
    ok: true,
    anchoring: { anchors: [{ by: 'file', to: 5 }], anchoredTo: 5, unanchored: { from: 6, to: 7 } },
  });
});

test('witnesses are asked, and one that fails is told by exit code 1, while the rest is done', async () => {
  const { run, at, more } = await aMachine(3);
  const { verifierKey } = JSON.parse((await run(['keys', 'create', '--json'])).out);
  const witness = await startWitness('witness.example.com/cli', Buffer.alloc(32, 5), [verifierKey]);
  afterFile(() => witness.stop());
  const env = { TOCSIN_WITNESSES: `${witness.verifierKey} ${witness.url}` };
  expect((await run(['sign'], env)).out).toContain('  witness witness.example.com/cli: received');
  expect(readFileSync(at('register/log/checkpoint'), 'utf8')).toContain('\u2014 witness.example.com/cli ');
  expect((await run(['verify'], env)).out).toMatch(/anchored 1 to 3: witness witness\.example\.com\/cli, seen .* UTC/);
  witness.failWith(500);
  // What it has cosigned is known without the file, and to every other machine.
  rmSync(at('register/witnesses'), { recursive: true });
  expect((await run(['sign'], env)).out).toContain('  witness witness.example.com/cli: already had it');
  await more('INC-2', 1);
  const failed = await run(['sign'], env);
  expect(failed.exitCode).toBe(1);
  expect(failed.out).toContain('  file: received');
  expect(failed.err).toContain('signed, but not anchored: witness witness.example.com/cli');
});

test('a kept checkpoint finds a rollback that took all of this machine along', async () => {
  const { run, at, url } = await aMachine(8);
  const { checkpoint } = JSON.parse((await run(['sign', '--json'])).out);
  const key = JSON.parse((await run(['keys', '--json'])).out).verifierKey;
  writeFileSync(at('mailed.txt'), checkpoint);
  await tamper(url, 'DELETE FROM tocsin.register_entries WHERE position > 6');
  for (const name of ['signer.json', 'log', 'checkpoints.txt']) rmSync(at(`register/${name}`), { recursive: true });
  await forgetSigner(url);
  expect((await run(['sign'])).exitCode).toBe(0);
  expect((await run(['verify'])).exitCode).toBe(0);
  const { exitCode, out } = await run(['verify', '--checkpoint', at('mailed.txt'), '--key', key]);
  expect(exitCode).toBe(1);
  expect(out).toContain('8 entries were signed, and 6 are there');
  const foreign = createSigner('another.example.com', Buffer.alloc(32, 1));
  writeFileSync(at('foreign.txt'), signCheckpoint(3, Buffer.alloc(32), foreign));
  const refused = await run(['verify', '--checkpoint', at('foreign.txt')]);
  expect(refused.exitCode).toBe(1);
  expect(refused.err).toContain('the checkpoint is not signed by');
  expect((await run(['verify', '--checkpoint', at('nowhere.txt')])).exitCode).toBe(2);
  expect((await run(['verify', '--key', foreign.verifierKey])).exitCode).toBe(1);
});

test('keys shows the chain of keys, rotate adds to it, and create makes a key once', async () => {
  const { run, at } = await aMachine(2);
  const none = await run(['keys']);
  expect(none).toMatchObject({ exitCode: 1, err: expect.stringContaining('the log has no key yet') });
  const created = await run(['keys', 'create'], {
    TOCSIN_ENV: 'production',
    TOCSIN_LOG_ORIGIN: 'register.example.com/x',
  });
  expect(created.exitCode).toBe(0);
  expect(statSync(at('register/signing-keys.json')).mode & 0o777).toBe(0o600);
  expect((await run(['keys', 'create'])).err).toContain('already contains the key of register.example.com/x');
  const rotated = await run(['keys', 'rotate', '--reason', 'somebody left']);
  expect(rotated).toMatchObject({ exitCode: 0, out: expect.stringContaining('The key was rotated at 3 entries.') });
  const { keys, rotations } = JSON.parse((await run(['keys', '--json'])).out);
  expect(keys).toMatchObject([{ from: 0, to: 3 }, { from: 3 }]);
  expect(rotations).toHaveLength(1);
  expect((await run(['keys'])).out).toMatch(/signed up to 3 entries\n.*signs from 3 entries on\n$/);
  expect((await run(['verify'])).exitCode).toBe(0);
  expect(JSON.parse((await run(['verify', '--key', keys[0].verifierKey, '--json'])).out).anchoring.anchoredTo).toBe(3);
  expect((await run(['keys', 'rotate'])).exitCode).toBe(2);
});

test('consistency proves that a state continues an earlier one, and refuses what does not', async () => {
  const { run, at, more } = await aMachine(7);
  writeFileSync(at('old.txt'), JSON.parse((await run(['sign', '--json'])).out).checkpoint);
  await more('INC-2', 300);
  await run(['sign']);
  const proved = await run(['consistency', at('old.txt'), '307']);
  expect(proved).toMatchObject({
    exitCode: 0,
    out: expect.stringContaining('\u2713 the tree of 307 entries begins with that of 7'),
  });
  const asJson = JSON.parse((await run(['consistency', '256', '300', '--json'])).out);
  expect(asJson).toMatchObject({ old: { size: 256 }, new: { size: 300 }, holds: true });
  expect(asJson.proof.length).toBeGreaterThan(0);

  const { seed, origin } = JSON.parse(readFileSync(at('register/signing-keys.json'), 'utf8'));
  const signer = createSigner(origin, Buffer.from(seed, 'base64'));
  writeFileSync(at('split.txt'), signCheckpoint(7, Buffer.alloc(32, 9), signer));
  expect(await run(['consistency', at('split.txt'), '307'])).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining('does not begin with that of 7'),
  });
  expect(await run(['consistency', '9', '308'])).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining('has 307 entries'),
  });
  expect(await run(['consistency', '9', '3'])).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining('swap them'),
  });
  expect((await run(['consistency', 'nothing', '3'])).exitCode).toBe(2);
  writeFileSync(at('unsigned.jsonl'), '{}\n'.repeat(400_000));
  expect(await run(['consistency', at('unsigned.jsonl'), '3'])).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining('neither a signed note nor an export with its binding to the log'),
  });
});

test('an export is held against a checkpoint of another size by the proof that consistency writes', async () => {
  const { run, at, more } = await aMachine(7);
  writeFileSync(at('old.txt'), JSON.parse((await run(['sign', '--json'])).out).checkpoint);
  await more('INC-2', 300);
  expect((await run(['export', '-o', at('all.jsonl')])).exitCode).toBe(0);
  const written = await run(['consistency', at('old.txt'), at('all.jsonl'), '-o', at('proof.txt')]);
  expect(written.out).toContain('begins with that of 7');
  expect(written.out).toContain(readFileSync(at('proof.txt'), 'utf8'));
  const held = ['verify', at('all.jsonl'), '--key', readFileSync(at('register/log/vkey'), 'utf8').trim()];
  const against = [...held, '--checkpoint', at('old.txt')];
  expect(await run([...against, '--consistency', at('proof.txt')])).toMatchObject({
    exitCode: 0,
    out: expect.stringContaining('an earlier tree, which this one continues'),
  });
  expect(await run(against)).toMatchObject({ exitCode: 1, out: expect.stringContaining('--consistency') });
  expect(await run(['verify', '--consistency', at('proof.txt')])).toMatchObject({ exitCode: 2 });
});
