import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stackFile } from '../../../platform/stack-file';
import { LOCAL_API_KEY, liveTargets, readRunningStack, startStack } from '../../../stack';
import { afterFile, temporaryDir } from '../../setup/helpers';
import { NO_TEMPORAL } from '../../setup/no-temporal';

const env = { ...process.env, ...NO_TEMPORAL };

test('one call brings all parts up, a second shell finds them, and the addresses stay after a restart', async () => {
  const dir = path.join(temporaryDir('stack'), 'data');
  const first = await startStack({ dir, env, searchAttributes: { TocsinSeverity: 'Keyword' } });
  afterFile(() => first.stop());
  const webUi = `${first.temporal.uiUrl}/?key=${first.temporal.sessionKey}`;
  expect((await fetch(webUi, { redirect: 'manual' })).status).toBe(303);
  for (const url of [first.mailbox.url, first.recorder.url, first.site.url]) {
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { headers: { authorization: `Bearer ${first.temporal.sessionKey}` } })).status).toBe(200);
  }
  expect(readRunningStack(dir)).toMatchObject({
    pid: process.pid,
    temporal: first.temporal,
    databaseUrl: first.databaseUrl,
  });
  expect(statSync(stackFile(dir)).mode & 0o077).toBe(0);
  await expect(startStack({ dir, env })).rejects.toThrow(/already runs on .*TOCSIN_DATA_DIR/);

  await first.stop();
  expect(readRunningStack(dir)).toBeUndefined();
  expect(readFileSync(stackFile(dir), 'utf8')).not.toContain('postgres://');
  const second = await startStack({ dir, env });
  afterFile(() => second.stop());
  for (const part of ['temporal', 'databaseUrl', 'mailbox', 'recorder', 'site'] as const)
    expect(second[part]).toEqual(first[part]);
  await second.postgresServer.crash!();
  expect((await second.failed).message).toMatch(/^Postgres ended with SIGKILL\. Its last output:\n/);
  await second.stop();
});

test('when one part cannot start, the others are stopped and the folder is free again', async () => {
  const dir = path.join(temporaryDir('stack'), 'data');
  const broken = { ...env, TEMPORAL_CLI_PATH: '/nowhere/temporal' };
  await expect(startStack({ dir, env: broken })).rejects.toThrow('TEMPORAL_CLI_PATH is "/nowhere/temporal"');
  expect(existsSync(path.join(dir, 'postgres', 'postmaster.pid'))).toBe(false);
  expect(existsSync(path.join(dir, 'stack.lock'))).toBe(false);
});

test('a stack that a crash left behind does not count as running', () => {
  const dir = temporaryDir('stack');
  const running = {
    pid: process.pid,
    identity: 'an earlier process of this id',
    startedAt: '2026-01-01T00:00:00.000Z',
    temporal: { address: '127.0.0.1:7233', namespace: 'default' },
    databaseUrl: 'postgres://127.0.0.1/tocsin',
    mailbox: { url: 'http://127.0.0.1:1', apiKey: 'k' },
    recorder: { url: 'http://127.0.0.1:2', cloudflareUrl: '', hooksUrl: '', apiToken: '' },
    site: { url: 'http://127.0.0.1:3', dir: '' },
  };
  writeFileSync(stackFile(dir), JSON.stringify({ ports: {}, running }));
  expect(readRunningStack(dir)).toBeUndefined();
  writeFileSync(stackFile(dir), JSON.stringify({ ports: {}, running: { ...running, identity: undefined } }));
  expect(readRunningStack(dir)).toMatchObject({ pid: process.pid });
});

test('live incidents go to the real services only where their keys are set', () => {
  const local = {
    mailbox: { url: 'http://127.0.0.1:1', apiKey: LOCAL_API_KEY },
    recorder: {
      url: 'http://127.0.0.1:2',
      cloudflareUrl: 'http://127.0.0.1:2/client/v4',
      hooksUrl: '',
      apiToken: 'local',
    },
  };
  expect(liveTargets({}, local)).toEqual({
    resend: { apiKey: LOCAL_API_KEY, baseUrl: 'http://127.0.0.1:1' },
    cloudflare: { apiToken: 'local', baseUrl: 'http://127.0.0.1:2/client/v4' },
  });
  expect(liveTargets({ RESEND_API_KEY: 're_live' }, local)).toMatchObject({
    resend: { apiKey: 're_live', baseUrl: undefined },
    cloudflare: { apiToken: 'local' },
  });
});
