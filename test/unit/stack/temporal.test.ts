import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Connection } from '@temporalio/client';
import { isAlive } from '../../../platform/process-identity';
import { runCommand } from '../../../platform/run-command';
import { type SearchAttributes, startTemporal, temporalExecutable } from '../../../stack/temporal';
import { afterFile, startDevServer, temporaryDir } from '../../setup/helpers';
import { NO_TEMPORAL } from '../../setup/no-temporal';

const alone = { ...process.env, ...NO_TEMPORAL };

async function start(database: string, searchAttributes: SearchAttributes, port?: number) {
  const server = await startTemporal({ database, searchAttributes, port, env: alone });
  afterFile(() => server.stop());
  return server;
}

async function registered(address: string): Promise<Record<string, number>> {
  const connection = await Connection.connect({ address });
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
    return Object.fromEntries(
      Object.entries(customAttributes ?? {}).filter(([name]) => name.startsWith('Tocsin')),
    ) as Record<string, number>;
  } finally {
    await connection.close();
  }
}

describe('the dev server', () => {
  test('keeps its workflows over a restart at the same address, and learns attributes that came later', async () => {
    const database = path.join(temporaryDir('temporal'), 'temporal.db');
    const first = await start(database, { TocsinSeverity: 'Keyword', TocsinNextDeadline: 'Datetime' });
    expect(await registered(first.address)).toEqual({ TocsinSeverity: 2, TocsinNextDeadline: 6 });
    const page = await fetch(first.uiUrl!);
    expect(page.status).toBe(200);
    const workflow = [
      '--workflow-id',
      'inc-1',
      '--type',
      'incident',
      '--task-queue',
      'none',
      '--address',
      first.address,
    ];
    await runCommand(first.executable!, ['workflow', 'start', ...workflow], { timeoutMs: 30_000 });
    await first.stop();
    expect(isAlive(first.pid!)).toBe(false);

    const port = Number(first.address.split(':')[1]);
    const second = await start(
      database,
      { TocsinSeverity: 'Keyword', TocsinNextDeadline: 'Datetime', TocsinOverdue: 'Int' },
      port,
    );
    expect(second.address).toBe(first.address);
    expect(await registered(second.address)).toEqual({ TocsinSeverity: 2, TocsinNextDeadline: 6, TocsinOverdue: 3 });
    const describe = ['workflow', 'describe', '--workflow-id', 'inc-1', '--address', second.address];
    expect(await runCommand(second.executable!, describe, { timeoutMs: 30_000 })).toMatch(/Type +incident/);
    await second.stop();
  });
});

describe('an existing Temporal', () => {
  test('is used as configured, gets the attributes it lacks, and is not stopped', async () => {
    const existing = await startDevServer({ TocsinSeverity: 'Keyword' });
    const env = { ...alone, TEMPORAL_ADDRESS: existing.address };
    const used = await startTemporal({ searchAttributes: { TocsinSeverity: 'Keyword', TocsinOverdue: 'Int' }, env });
    expect(used).toMatchObject({
      address: existing.address,
      namespace: 'default',
      chosen: expect.stringContaining('TEMPORAL_ADDRESS'),
    });
    expect(await registered(existing.address)).toEqual({ TocsinSeverity: 2, TocsinOverdue: 3 });
    await used.stop();
    expect(isAlive(existing.pid!)).toBe(true);
    await expect(startTemporal({ searchAttributes: { TocsinSeverity: 'Int' }, env })).rejects.toThrow(
      /"TocsinSeverity".*not of type Int/,
    );
  });

  test('can be named in a profile', async () => {
    const existing = await startDevServer();
    const file = path.join(temporaryDir('profile'), 'temporal.toml');
    writeFileSync(file, `[profile.work]\naddress = "${existing.address}"\n`);
    const env = { ...alone, TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'work' };
    expect((await startTemporal({ env })).chosen).toContain('profile "work"');
  });

  test('whose configuration is empty is an error that names the file', async () => {
    const file = path.join(temporaryDir('profile'), 'temporal.toml');
    writeFileSync(file, '');
    await expect(startTemporal({ env: { ...alone, TEMPORAL_CONFIG_FILE: file } })).rejects.toThrow(
      `${file}) cannot be read`,
    );
  });

  test('that does not answer is an error with the address and what to do', async () => {
    const env = { ...alone, TEMPORAL_ADDRESS: '127.0.0.1:1' };
    await expect(startTemporal({ env })).rejects.toThrow(/127\.0\.0\.1:1.*does not answer.*unset TEMPORAL_ADDRESS/s);
  });
});

describe('finding the command', () => {
  test('one on PATH is taken when it answers, and skipped when it is broken', async () => {
    const working = await temporalExecutable(alone);
    const dir = temporaryDir('path');
    const [good, broken, cache] = ['good', 'broken', 'cache'].map((name) => path.join(dir, name)) as [
      string,
      string,
      string,
    ];
    for (const each of [good, broken]) mkdirSync(each);
    writeFileSync(path.join(good, 'temporal'), `#!/bin/sh\nexec '${working}' "$@"\n`);
    writeFileSync(path.join(broken, 'temporal'), '#!/bin/sh\nexit 1\n');
    for (const each of [good, broken]) chmodSync(path.join(each, 'temporal'), 0o755);
    const env = { TOCSIN_CACHE_DIR: cache, PATH: `${good}:/usr/bin:/bin` };
    expect(await temporalExecutable(env)).toBe(path.join(good, 'temporal'));

    const cached = path.join(cache, 'temporal-cli-go', 'temporal');
    mkdirSync(path.dirname(cached), { recursive: true });
    writeFileSync(cached, `#!/bin/sh\nexec '${working}' "$@"\n`);
    chmodSync(cached, 0o755);
    const found = await temporalExecutable({ ...env, PATH: `${broken}:/usr/bin:/bin` });
    expect(found).not.toContain(broken);
  });

  test('a TEMPORAL_CLI_PATH that is no Temporal CLI is an error, not a reason to take another', async () => {
    const finding = temporalExecutable({ TEMPORAL_CLI_PATH: process.execPath });
    await expect(finding).rejects.toThrow(/TEMPORAL_CLI_PATH is ".*" ?, which does not answer "--version"/);
  });
});
