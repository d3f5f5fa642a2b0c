import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { tryLock } from '../../../platform/file-lock';
import { cacheDir, dataDir } from '../../../platform/folders';
import { acceptsConnections, freePort } from '../../../platform/free-port';
import { installWhole } from '../../../platform/install-whole';
import { packageRoot } from '../../../platform/package-root';
import { isAlive, waitUntilGone } from '../../../platform/process-identity';
import { stepReporter } from '../../../platform/report-step';
import { runCommand } from '../../../platform/run-command';
import { startServerProcess } from '../../../platform/server-process';
import { temporaryDir } from '../../setup/helpers';

const server = (port: number, more = '') =>
  `require('net').createServer().listen(${port}, '127.0.0.1', () => console.log('listening')); ${more}`;

describe('folders', () => {
  test('the cache follows XDG and is shared between clones; both can be moved', () => {
    expect(cacheDir({})).toBe(path.join(os.homedir(), '.cache', 'tocsin'));
    expect(cacheDir({ XDG_CACHE_HOME: '/caches' })).toBe('/caches/tocsin');
    expect(cacheDir({ XDG_CACHE_HOME: 'relative' })).toBe(path.join(os.homedir(), '.cache', 'tocsin'));
    expect(cacheDir({ XDG_CACHE_HOME: '/caches', TOCSIN_CACHE_DIR: '/mine' })).toBe('/mine');
    expect(dataDir({})).toBe(path.join(packageRoot(), '.tocsin'));
    expect(dataDir({ TOCSIN_DATA_DIR: '/data' })).toBe('/data');
  });
});

describe('an installation is whole or absent', () => {
  test('a build that fails leaves nothing, and the next one succeeds', async () => {
    const base = temporaryDir('cache');
    const failing = installWhole(
      'thing',
      async (dir) => {
        writeFileSync(path.join(dir, 'half'), '');
        throw new Error('no network');
      },
      { base },
    );
    await expect(failing).rejects.toThrow('no network');
    expect(readdirSync(base)).toEqual([]);
    const dir = await installWhole('thing', async (into) => writeFileSync(path.join(into, 'whole'), ''), { base });
    expect(readdirSync(dir).sort()).toEqual(['SHA256SUMS', 'whole']);
  });

  test('two at once build once, and both get it', async () => {
    const base = temporaryDir('cache');
    let builds = 0;
    const waits: string[] = [];
    const build = async (dir: string) => {
      builds++;
      await new Promise((resolve) => setTimeout(resolve, 300));
      writeFileSync(path.join(dir, 'whole'), '');
    };
    const onWait = (text: string) => waits.push(text);
    const dirs = await Promise.all([
      installWhole('thing', build, { base, onWait }),
      installWhole('thing', build, { base, onWait }),
    ]);
    expect([builds, new Set(dirs).size, waits.length]).toEqual([1, 1, 1]);
  });

  test('what a crash left in the middle is cleared away, and its lock taken over', async () => {
    const base = temporaryDir('cache');
    const dead = Number(execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }));
    mkdirSync(path.join(base, '.thing.building-old'));
    writeFileSync(path.join(base, '.thing.lock'), JSON.stringify({ pid: dead, host: os.hostname(), since: '' }));
    await installWhole('thing', async () => {}, { base });
    expect(readdirSync(base)).toEqual(['thing']);
  });
});

describe('a lock', () => {
  test('is held by one, says by whom, and is free once released', () => {
    const file = path.join(temporaryDir('lock'), 'lock');
    const held = tryLock(file);
    expect(tryLock(file)).toMatchObject({ pid: process.pid, host: os.hostname() });
    if (!('release' in held)) throw new Error('not held');
    held.release();
    expect('release' in tryLock(file)).toBe(true);
  });

  test('of a process whose id another has by now is taken over', () => {
    const file = path.join(temporaryDir('lock'), 'lock');
    writeFileSync(
      file,
      JSON.stringify({ pid: process.pid, host: os.hostname(), identity: 'an earlier process', since: '' }),
    );
    expect('release' in tryLock(file)).toBe(true);
  });
});

describe('a child server', () => {
  test('is ready when it says so, and gone when stopped', async () => {
    const port = await freePort();
    const child = await startServerProcess({
      name: 'Echo',
      command: process.execPath,
      args: ['-e', server(port)],
      ready: () => acceptsConnections(port),
      readyWithinMs: 10_000,
    });
    await child.stop();
    expect([isAlive(child.pid), await acceptsConnections(port)]).toEqual([false, false]);
  });

  test('that ends early is an error with the end of its output', async () => {
    const args = ['-e', "console.error('port is taken'); process.exit(3)"];
    const starting = startServerProcess({
      name: 'Echo',
      command: process.execPath,
      args,
      ready: () => false,
      readyWithinMs: 10_000,
    });
    await expect(starting).rejects.toThrow(/Echo ended with code 3.*port is taken/s);
  });

  test('that is not ready in time is an error, and does not keep running', async () => {
    const file = path.join(temporaryDir('child'), 'pid');
    const args = [
      '-e',
      `require('fs').writeFileSync(${JSON.stringify(file)}, String(process.pid)); setInterval(() => {}, 1000)`,
    ];
    const starting = startServerProcess({
      name: 'Echo',
      command: process.execPath,
      args,
      ready: () => false,
      readyWithinMs: 1_000,
    });
    await expect(starting).rejects.toThrow('Echo was not ready within 1000 ms');
    expect(isAlive(Number(readFileSync(file, 'utf8')))).toBe(false);
  });

  test('that ignores the signal is killed', async () => {
    const child = await startServerProcess({
      name: 'Stubborn',
      command: process.execPath,
      args: ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')"],
      ready: (output) => output.includes('up'),
      readyWithinMs: 10_000,
      stopWithinMs: 200,
    });
    await child.stop();
    expect(isAlive(child.pid)).toBe(false);
  });

  test.each(['SIGKILL', 'SIGINT'] as const)('does not outlive a parent that ends by %s', async (signal) => {
    const port = await freePort();
    const compiled = path.join(packageRoot(), 'dist', 'platform', 'server-process.js');
    const parent = spawn(process.execPath, [
      '-e',
      `require(${JSON.stringify(compiled)}).startServerProcess({ name: 'Echo', command: process.execPath,
        args: ['-e', ${JSON.stringify(server(port, "process.on('SIGTERM', () => {})"))}],
        ready: (output) => output.includes('listening'), readyWithinMs: 10000, stopWithinMs: 300,
      }).then((child) => { console.log(child.pid); setInterval(() => {}, 1000); })`,
    ]);
    const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (text) => resolve(Number(text))));
    expect(isAlive(pid)).toBe(true);
    parent.kill(signal);
    expect(await waitUntilGone(pid, 5_000)).toBe(true);
  });
});

describe('a command', () => {
  test('that fails is an error with the command and its last words', async () => {
    const running = runCommand(
      process.execPath,
      ['-e', "console.log('so far'); console.error('no disk'); process.exit(2)"],
      { timeoutMs: 10_000 },
    );
    await expect(running).rejects.toThrow(/ended with code 2.*no disk/s);
  });

  test('that hangs is stopped at the timeout', async () => {
    const running = runCommand(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { timeoutMs: 300 });
    await expect(running).rejects.toThrow('was stopped after 300 ms');
  });
});

describe('a step', () => {
  test('is one plain line with what was chosen and the time, and longer ones show progress', async () => {
    const written: string[] = [];
    const reportStep = stepReporter({ write: (text) => written.push(text) });
    jest.useFakeTimers();
    try {
      const slow = reportStep('Slow', async (step) => {
        step.progress('building');
        await new Promise((resolve) => setTimeout(resolve, 3_200));
      });
      await reportStep('Quick', async (step) => step.chose('the one on PATH'));
      await jest.advanceTimersByTimeAsync(3_200);
      await slow;
    } finally {
      jest.useRealTimers();
    }
    expect(written[0]).toMatch(/^ {2}✓ Quick +the one on PATH \(0\.0 s\)\n$/);
    expect(written[1]).toMatch(/^ {2}… Slow +building \([23]\.\d s\)\n$/);
    expect(written.at(-1)).toMatch(/✓ Slow +ready \(3\.\d s\)/);
  });

  test('that fails says so and passes the error on', async () => {
    const written: string[] = [];
    const reportStep = stepReporter({ write: (text) => written.push(text) });
    await expect(reportStep('Broken', async () => Promise.reject(new Error('why')))).rejects.toThrow('why');
    expect(written.join('')).toContain('✗ Broken');
  });
});
