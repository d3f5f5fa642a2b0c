import { spawn } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { packageRoot } from '../../../platform/package-root';
import { isAlive, waitUntilGone } from '../../../platform/process-identity';
import { testServerExecutable, tracedLauncher } from '../../../stack/test-server';
import { fromSetup, startTimeSkipping, temporaryDir } from '../../setup/helpers';

const HOUR_MS = 3_600_000;

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
});

describe('the time-skipping server', () => {
  test('skips 72 hours, moves by a given time for a signal, knows search attributes, and its process is ended', async () => {
    const { env, pid, stop } = await startTimeSkipping({ TocsinSeverity: 'Keyword' });
    const workflowBundle = await bundleWorkflowCode({
      workflowsPath: require.resolve('./fixtures/nap-workflow'),
      logger: new DefaultLogger('ERROR'),
    });
    const worker = await Worker.create({ connection: env.nativeConnection, taskQueue: 'naps', workflowBundle });
    const startedAt = Date.now();
    const [slept, dozed] = await worker.runUntil(async () => {
      const nap = await env.client.workflow.execute('nap', {
        taskQueue: 'naps',
        workflowId: 'nap',
        searchAttributes: { TocsinSeverity: ['critical'] },
      });
      const doze = await env.client.workflow.start('doze', { taskQueue: 'naps', workflowId: 'doze' });
      await env.sleep('5 hours');
      await doze.signal('wake');
      return [nap, await doze.result()] as [number, number];
    });
    expect(slept).toBeGreaterThanOrEqual(72 * HOUR_MS);
    expect(Math.round(dozed / HOUR_MS)).toBe(5);
    expect(Date.now() - startedAt).toBeLessThan(30_000);
    expect(isAlive(pid)).toBe(true);
    await stop();
    expect(isAlive(pid)).toBe(false);
  });

  test('does not outlive a test process that was killed', async () => {
    const dir = temporaryDir('crash');
    const dist = path.join(packageRoot(), 'dist');
    const script = `
      const { tracedLauncher } = require(${JSON.stringify(path.join(dist, 'stack', 'test-server.js'))});
      const { guard } = require(${JSON.stringify(path.join(dist, 'platform', 'watchdog.js'))});
      const { TestWorkflowEnvironment } = require('@temporalio/testing');
      const launcher = tracedLauncher(process.env.TEMPORAL_TEST_SERVER_PATH, ${JSON.stringify(dir)});
      guard(launcher.pidFile, { signal: 'SIGKILL' });
      TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path: launcher.path } } })
        .then(() => { console.log('up ' + launcher.pid()); setInterval(() => {}, 1000); });`;
    const parent = spawn(process.execPath, ['-e', script], { cwd: packageRoot() });
    const pid = await new Promise<number>((resolve) => {
      parent.stdout.on('data', (text) => {
        const up = /up (\d+)/.exec(String(text));
        if (up) resolve(Number(up[1]));
      });
    });
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    expect(await waitUntilGone(pid, 5_000)).toBe(true);
  });
});

describe('finding the server', () => {
  test('TEMPORAL_TEST_SERVER_PATH comes first, and one that is missing is an error that says so', async () => {
    const given = fromSetup('TEMPORAL_TEST_SERVER_PATH');
    expect(await testServerExecutable({ TEMPORAL_TEST_SERVER_PATH: given })).toBe(given);
    await expect(testServerExecutable({ TEMPORAL_TEST_SERVER_PATH: '/nowhere' })).rejects.toThrow(
      /"\/nowhere".*no file/,
    );
  });
});

test('a launcher becomes the server: the process id in its file is the one to end', async () => {
  const dir = temporaryDir('launcher');
  const target = path.join(dir, "it's a server");
  writeFileSync(target, '#!/bin/sh\necho "$$ $@"\n');
  chmodSync(target, 0o755);
  const launcher = tracedLauncher(target, dir);
  const child = spawn(launcher.path, ['7233', '--flag']);
  const said = await new Promise<string>((resolve) =>
    child.stdout.once('data', (text) => resolve(String(text).trim())),
  );
  expect(said).toBe(`${readFileSync(launcher.pidFile, 'utf8').trim()} 7233 --flag`);
  expect(child.pid).toBe(launcher.pid());
});
