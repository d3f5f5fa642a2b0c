// The commands that hand the register over, and those that check what was handed over.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from '../../cli/program';
import { vouchingLog } from '../../cli/register-log';
import { Shell } from '../../cli/shell';
import { aLog } from './anchors.helpers';

let register: Awaited<ReturnType<typeof aLog>>;
beforeAll(async () => {
  register = await aLog(5);
});

async function tocsin(...args: string[]) {
  let [out, err] = ['', ''];
  const { settings, url, dir } = register;
  const env = {
    PATH: process.env.PATH,
    DATABASE_URL: url,
    TOCSIN_BY: 'ada',
    TOCSIN_DATA_DIR: dir,
    TOCSIN_LOG_KEYS: settings.keysFile,
    TOCSIN_LOG_STATE: settings.stateFile,
    TOCSIN_LOG_DIR: settings.dir,
  };
  const sink = (take: (text: string) => void) => ({ write: (text: string) => take(text) });
  const shell = new Shell(
    env,
    sink((text) => (out += text)),
    sink((text) => (err += text)),
  );
  const code = await runCommand(['register', ...args], shell);
  return { code, out, err };
}

const fileOf = (name: string) => path.join(register.dir, name);

test('an export is written, told how to check, and holds with the key that is told', async () => {
  const file = fileOf('inc.jsonl');
  const made = await tocsin(
    'export',
    '--incident',
    'INC-1',
    '--for',
    'authority',
    '--reason',
    'Art. 33(5)',
    '-o',
    file,
  );
  expect(made).toMatchObject({ code: 0, err: '' });
  expect(made.out).toContain(`tocsin register verify ${file} --key ${register.log.verifierKey}`);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const held = await tocsin('verify', file, '--key', register.log.verifierKey);
  expect(held).toMatchObject({ code: 0, err: '' });
  expect(held.out).toContain('✓ incident INC-1, for authority');
  const altered = fileOf('altered.jsonl');
  writeFileSync(altered, readFileSync(file, 'utf8').replace('step 2', 'step 3'));
  const refused = await tocsin('verify', altered, '--key', register.log.verifierKey);
  expect(refused.code).toBe(1);
  expect(refused.out).toContain('line 3, entry, position 2 (entry 2 of INC-1)');
});

test('one entry is proved, by its number or its position, also in the form of C2SP', async () => {
  const [file, tlog] = [fileOf('proof.jsonl'), fileOf('entry.tlog-proof')];
  expect(await tocsin('prove', 'INC-1/3', '--for', 'customer', '-o', file, '--tlog-proof', tlog)).toMatchObject({
    code: 0,
  });
  expect(readFileSync(tlog, 'utf8')).toContain('\nindex 2\n');
  expect(await tocsin('verify', file, '--key', register.log.verifierKey, '--json')).toMatchObject({ code: 0 });
  expect(await tocsin('prove', '4', '-o', fileOf('4.jsonl'))).toMatchObject({ code: 0 });
  expect((await tocsin('verify', fileOf('4.jsonl'))).out).toContain('NOT CHECKED who signed it');
});

test('what cannot be done is said, and leaves no file', async () => {
  const file = fileOf('never.jsonl');
  for (const [args, code, said] of [
    [['export', '--incident', 'nowhere', '-o', file], 1, 'has no incident'],
    [['export', '--from', 'yesterday', '-o', file], 2, '--from: "yesterday" is not a valid time'],
    [['export', '--incident', 'INC-1', '--from', '2026-01-01', '-o', file], 2, 'not both'],
    [['export', '--for', 'everybody', '-o', file], 2, 'authority, customer, internal'],
    [['prove', 'INC-1', '-o', file], 2, 'is not an entry'],
    [['prove', 'INC-1/99', '-o', file], 1, 'has no entry 99'],
    [['verify', file], 2, 'does not exist'],
  ] as const) {
    const result = await tocsin(...args);
    expect([args, result.code]).toEqual([args, code]);
    expect(result.err.replace(/\s+/g, ' ')).toContain(said);
  }
  expect(existsSync(file)).toBe(false);
});

test('the stand-alone verifier is written out as it was built', async () => {
  const file = fileOf('verify-register.cjs');
  expect(await tocsin('verifier', '-o', file)).toMatchObject({ code: 0 });
  expect(readFileSync(file, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n\/\/ Verifies an export of a breach register/);
});

test('where neither the key nor the published log is, nothing vouches for an export', async () => {
  const { pool, settings } = register;
  const at = (log: object) => ({
    register: async () => pool,
    settings: { log: { ...settings, makeKey: false, ...log } },
  });
  const none = { keysFile: fileOf('no-keys.json'), dir: fileOf('nowhere') };
  await expect(vouchingLog(at(none) as never)).rejects.toThrow(/run it where a worker runs, with its TOCSIN_LOG_KEYS/);
  // What was published is enough: the worker that has the key signs.
  await expect(vouchingLog(at({ keysFile: none.keysFile }) as never)).resolves.toMatchObject({ canSign: false });
});
