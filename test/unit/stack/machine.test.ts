/** What Tocsin starts and keeps on a machine that others use too. */
import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { childEnvironment } from '../../../platform/child-environment';
import { checkPinned, pin } from '../../../platform/digests';
import { findOnPath } from '../../../platform/find-on-path';
import { openly, privateFolder } from '../../../platform/private-files';
import { runCommand } from '../../../platform/run-command';
import { startServerProcess } from '../../../platform/server-process';
import { untrusted } from '../../../platform/trusted-file';
import { writeWhole, writeWholeSync } from '../../../platform/write-whole';
import { secretNames } from '../../../settings/groups';
import { assertReaches, letThrough, OPEN_BASE, openFolder, reachableDir } from '../../../stack/postgres-account';
import { temporalExecutable } from '../../../stack/temporal';
import { temporaryDir } from '../../setup/helpers';

const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;

function program(dir: string, name = 'temporal', says = 'temporal version 9.9.9'): string {
  const file = path.join(dir, name);
  writeFileSync(file, `#!/bin/sh\necho "${says}"\n`, { mode: 0o755 });
  return file;
}

/** A folder for nobody else: those of the other tests may be entered, and written to by their owner alone. */
const folder = () => temporaryDir('machine');

describe('a program is started only from where nobody else can put it', () => {
  it('of this account, in a folder of its own: yes', () => expect(untrusted(program(folder()))).toBeUndefined());

  (isRoot ? it : it.skip)('of another account: no, wherever it lies and whatever points to it', () => {
    const file = program(folder());
    chownSync(file, NOBODY, NOBODY);
    expect(untrusted(file)).toMatch(/belongs to another account \(uid 65534\)/);
    const link = path.join(folder(), 'temporal');
    symlinkSync(file, link);
    expect(untrusted(link)).toMatch(/belongs to another account/);
    const dir = folder();
    const below = program(dir);
    chownSync(dir, NOBODY, NOBODY);
    expect(untrusted(below)).toMatch(/belongs to another account/);
  });

  it('that everybody may write to, or whose folder everybody may: no', () => {
    const file = program(folder());
    chmodSync(file, 0o777);
    expect(untrusted(file)).toMatch(/^everybody may write to/);
    const dir = folder();
    const below = program(dir);
    chmodSync(dir, 0o777);
    expect(untrusted(below)).toMatch(/^everybody may write to/);
    // Like /tmp: names are added by everybody, and changed by their owner alone.
    chmodSync(dir, 0o1777);
    expect(untrusted(below)).toBeUndefined();
  });

  it('PATH gives none that is not trusted, and none of a relative folder', () => {
    const [planted, good] = [folder(), folder()];
    program(planted);
    chmodSync(planted, 0o777);
    expect(findOnPath('temporal', { PATH: planted })).toBeUndefined();
    expect(findOnPath('temporal', { PATH: `${planted}:.:${good}` })).toBeUndefined();
    expect(findOnPath('temporal', { PATH: `${planted}:${good}` })).toBeUndefined();
    expect(findOnPath('temporal', { PATH: `${planted}:${path.dirname(program(good))}` })).toBe(`${good}/temporal`);
  });

  it('the temporary folder is no place to look: a file planted under the name that the SDK gives is not run', async () => {
    const { version } = require('@temporalio/client/package.json') as { version: string };
    const tmp = folder();
    const ran = path.join(folder(), 'ran');
    const planted = path.join(tmp, `temporal-sdk-typescript-${version}`);
    writeFileSync(planted, `#!/bin/sh\ntouch ${ran}\necho "temporal version 6.6.6"\n`, { mode: 0o755 });
    const cache = folder();
    const own = path.join(cache, 'temporal-cli-go');
    mkdirSync(own);
    program(own);
    const tmpdir = jest.spyOn(os, 'tmpdir').mockReturnValue(tmp);
    expect(await temporalExecutable({ PATH: '', TOCSIN_CACHE_DIR: cache })).toBe(path.join(own, 'temporal'));
    tmpdir.mockRestore();
    expect(() => statSync(ran)).toThrow('ENOENT');
  });

  it('a server is not started from a planted file', async () => {
    const dir = folder();
    const file = program(dir);
    chmodSync(dir, 0o777);
    const start = startServerProcess({ name: 'It', command: file, args: [], ready: () => true, readyWithinMs: 1_000 });
    await expect(start).rejects.toThrow(/It is not started from .*: everybody may write to/);
  });

  it('a TEMPORAL_CLI_PATH that others could change is refused with the reason', async () => {
    const file = program(folder());
    chmodSync(file, 0o777);
    await expect(temporalExecutable({ TEMPORAL_CLI_PATH: file })).rejects.toThrow(
      /which is not started: everybody may/,
    );
  });
});

describe('what was installed into the cache is what is started', () => {
  it('an altered, an added and a missing file are found; the same ones are not', async () => {
    const dir = folder();
    program(dir);
    mkdirSync(path.join(dir, 'lib'));
    writeFileSync(path.join(dir, 'lib', 'a.jar'), 'a');
    await pin(dir);
    await checkPinned(dir);
    writeFileSync(path.join(dir, 'lib', 'a.jar'), 'b');
    await expect(checkPinned(dir)).rejects.toThrow(
      /is not what was installed there \(lib\/a\.jar\): .*delete the folder/,
    );
    writeFileSync(path.join(dir, 'lib', 'a.jar'), 'a');
    await checkPinned(dir);
    writeFileSync(path.join(dir, 'lib', 'b.jar'), 'b');
    await expect(checkPinned(dir)).rejects.toThrow('lib/b.jar');
  });

  it('a command in the cache that was exchanged is not run', async () => {
    const cache = folder();
    const own = path.join(cache, 'temporal-cli-go');
    mkdirSync(own);
    program(own);
    const env = { PATH: '', TOCSIN_CACHE_DIR: cache };
    expect(await temporalExecutable(env)).toBe(path.join(own, 'temporal'));
    program(own, 'temporal', 'temporal version 6.6.6');
    await expect(temporalExecutable(env)).rejects.toThrow(/is not what was installed there \(temporal\)/);
  });
});

describe('a child gets a list of the environment, and no secret', () => {
  const secrets = Object.fromEntries(secretNames().map((name) => [name.replace('…', 'X'), `canary-${name}`]));
  const env = { ...process.env, ...secrets, SOURCE_SECRET: 'canary-source', PGPASSWORD: 'canary-pg' };

  it('there are secrets to be kept', () => expect(secretNames().length).toBeGreaterThan(10));

  it.each([false, true])('whether it fetches something or not (%s)', (fetches) => {
    const given = childEnvironment({ ...env, LC_ALL: 'C', HTTPS_PROXY: 'http://proxy:1' }, { fetches });
    expect(JSON.stringify(given)).not.toContain('canary');
    expect(given).toMatchObject({ LC_ALL: 'C', PATH: process.env.PATH! });
    expect('HTTPS_PROXY' in given).toBe(fetches);
  });

  it('a server and a command are started with it', async () => {
    const before = { ...process.env };
    Object.assign(process.env, secrets);
    try {
      const told = 'console.log(JSON.stringify(process.env))';
      expect(await runCommand(process.execPath, ['-e', told], { timeoutMs: 10_000 })).not.toContain('canary');
      for (const given of [undefined, env]) {
        const server = await startServerProcess({
          name: 'It',
          command: process.execPath,
          args: ['-e', `${told}; setInterval(() => {}, 1000)`],
          ...(given && { env: given }),
          ready: (output) => output.includes('}'),
          readyWithinMs: 10_000,
        });
        expect(server.output()).toContain('PATH');
        expect(server.output()).not.toContain('canary');
        await server.kill();
      }
    } finally {
      for (const name of Object.keys(secrets)) if (!(name in before)) delete process.env[name];
    }
  });
});

describe('what is kept is for its own account', () => {
  const mode = (file: string) => (statSync(file).mode & 0o777).toString(8);

  it('files are 0600 and folders 0700, unless they are published', async () => {
    const dir = folder();
    await writeWhole(path.join(dir, 'a', 'b', 'notice.json'), 'x');
    writeWholeSync(path.join(dir, 'c', 'state.json'), 'x');
    expect([mode(`${dir}/a`), mode(`${dir}/a/b`), mode(`${dir}/a/b/notice.json`)]).toEqual(['700', '700', '600']);
    expect([mode(`${dir}/c`), mode(`${dir}/c/state.json`)]).toEqual(['700', '600']);
    const umask = process.umask(0o077);
    try {
      await writeWhole(path.join(dir, 'log', 'tile', 'x'), 'x', { published: true });
      openly(() => writeFileSync(path.join(dir, 'open'), ''));
    } finally {
      process.umask(umask);
    }
    expect([mode(`${dir}/log`), mode(`${dir}/log/tile`), mode(`${dir}/log/tile/x`)]).toEqual(['755', '755', '644']);
    expect(mode(`${dir}/open`)).toBe('644');
  });

  it('a data folder that was open is closed, and what it was is told', () => {
    const dir = folder();
    chmodSync(dir, 0o755);
    expect(privateFolder(dir)).toBe(0o755);
    expect(mode(dir)).toBe('700');
    expect(privateFolder(dir)).toBeUndefined();
    expect(privateFolder(path.join(dir, 'new'))).toBeUndefined();
    expect(mode(path.join(dir, 'new'))).toBe('700');
  });

  (isRoot ? it : it.skip)('a group that is let through lists nothing', () => {
    const dir = folder();
    privateFolder(dir, { gid: NOBODY });
    expect([mode(dir), statSync(dir).gid]).toEqual(['710', NOBODY]);
    expect(privateFolder(dir, { gid: NOBODY })).toBeUndefined();
    privateFolder(path.join(dir, 'new'), { gid: NOBODY });
    expect([mode(`${dir}/new`), statSync(`${dir}/new`).gid]).toEqual(['710', NOBODY]);
  });

  (isRoot ? it : it.skip)(
    'no folder that is there is widened for it: not one of this account alone, nor of a team',
    () => {
      for (const closed of [0o700, 0o750, 0o770]) {
        const dir = folder();
        chmodSync(dir, closed);
        privateFolder(dir, { gid: NOBODY });
        expect([mode(dir), statSync(dir).gid]).toEqual(['700', process.getgid!()]);
      }
    },
  );

  (isRoot ? it : it.skip)(
    'the embedded Postgres keeps elsewhere what it cannot reach, and opens no folder for that',
    () => {
      const [nobody, dir] = [{ uid: NOBODY, gid: NOBODY }, folder()];
      openFolder(path.join(dir, 'base'), nobody);
      expect(mode(`${dir}/base`)).toBe('711');
      chmodSync(`${dir}/base`, 0o700);
      expect(() => openFolder(`${dir}/base`, nobody)).toThrow(`cannot enter ${dir}/base: let it through`);
      expect(() => letThrough(`${dir}/base`, nobody)).toThrow(`chmod 710 ${dir}/base`);
      expect(mode(`${dir}/base`)).toBe('700');
      const cluster = path.join(dir, 'base', 'postgres');
      mkdirSync(cluster);
      writeFileSync(path.join(cluster, 'PG_VERSION'), '18');
      expect(reachableDir(cluster, nobody)).toBe(cluster);
      expect(() => assertReaches(cluster, nobody)).toThrow(`set DATABASE_URL`);
    },
  );

  it('what the embedded Postgres opens is not the data folder that the documents and the image recommend', () => {
    for (const file of ['docs/install.md', 'Dockerfile']) {
      const [, recommended] = /TOCSIN_DATA_DIR=(\S+)/.exec(readFileSync(file, 'utf8'))!;
      expect(`${OPEN_BASE}/`.startsWith(`${recommended}/`)).toBe(false);
    }
  });

  it('every command creates privately before it does anything else', () => {
    for (const entry of ['cli/main.ts', 'cli/start.ts']) {
      expect(readFileSync(entry, 'utf8')).toMatch(/async function main\(\): Promise<\w+> \{\n {2}createPrivately\(\);/);
    }
  });
});
