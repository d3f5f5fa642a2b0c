import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Client } from 'pg';
import { isAlive, waitUntilGone } from '../../platform/process-identity';
import { temporaryDir as newTemporaryDir } from '../../platform/temporary-dir';
import { guard } from '../../platform/watchdog';
import type { RunningTemporal, SearchAttributes } from '../../stack/temporal';
import { tracedLauncher } from '../../stack/test-server';
import { NO_TEMPORAL } from './no-temporal';

// Most test files start no Temporal: what does, which takes half a second to load, is loaded where it is used.

interface TestFile {
  failed: string[];
  cleanups: ((outcome: { failed: boolean }) => Promise<void> | void)[];
}

/** Has something done after the tests of this file, last come first served, told whether one failed. */
export function afterFile(cleanup: TestFile['cleanups'][number]): void {
  (globalThis as unknown as { tocsinTestFile: TestFile }).tocsinTestFile.cleanups.push(cleanup);
}

/** A value that the global set-up left in the environment. Throws when the tests were started without it. */
export function fromSetup(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start the tests through jest with the repository's jest.config.js`);
  return value;
}

/** A temporary folder, removed after the file. */
export function temporaryDir(label = 'test'): string {
  const dir = newTemporaryDir(label);
  afterFile(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A database of its own for a test file or a test. */
export interface TestDatabase {
  name: string;
  /** Connection string, for the role that owns it. */
  url: string;
  /** Removes it now, with the connections to it. Otherwise it goes after the file, and stays when a test failed. */
  drop(): Promise<void>;
}

/** Creates a database with the register's tables, cloned from the template. Takes about 50 ms. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const admin = fromSetup('TOCSIN_TEST_DATABASE_URL');
  const name = `tocsin_test_${randomBytes(6).toString('hex')}`;
  await query(admin, `CREATE DATABASE ${name} TEMPLATE tocsin_template`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  const drop = () => query(admin, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  afterFile(async ({ failed }) => {
    if (failed) process.stderr.write(`kept the database ${name} of the failed test\n`);
    else await drop();
  });
  return { name, url: url.href, drop };
}

/** A server whose clock skips, of its own: its time is global, so a test file that looks at times starts one. */
export interface TimeSkipping {
  env: TestWorkflowEnvironment;
  /** Process id of the server. */
  pid: number;
  /** Stops it now; otherwise it is stopped after the file. */
  stop(): Promise<void>;
}

/**
 * Starts a time-skipping server and registers the search attributes, which that server otherwise refuses. The server
 * ends with the file, and with this process however that ends.
 */
export async function startTimeSkipping(searchAttributes: SearchAttributes = {}): Promise<TimeSkipping> {
  const dir = temporaryDir('time');
  const launcher = tracedLauncher(fromSetup('TEMPORAL_TEST_SERVER_PATH'), dir);
  const release = guard(launcher.pidFile, { signal: 'SIGKILL' });
  const env = await createEnvironment(launcher.path);
  const pid = launcher.pid();
  if (!pid)
    throw new Error(`the time-skipping server is up, but its launcher wrote no process id to ${launcher.pidFile}`);
  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    await env.teardown();
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    if (!(await waitUntilGone(pid, 5_000)))
      throw new Error(`the time-skipping server (process ${pid}) cannot be ended`);
    release();
  };
  afterFile(stop);
  await registerSearchAttributes(env, searchAttributes);
  return { env, pid, stop };
}

// The SDK gives a server 5 s to come up, which a busy machine may exceed; it ends the server that was late.
async function createEnvironment(launcher: string): Promise<TestWorkflowEnvironment> {
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  for (let attempt = 1; ; attempt++) {
    try {
      const executable = { type: 'existing-path' as const, path: launcher };
      return await TestWorkflowEnvironment.createTimeSkipping({ server: { executable } });
    } catch (error) {
      if (attempt === 12) throw error;
    }
  }
}

async function registerSearchAttributes(env: TestWorkflowEnvironment, attributes: SearchAttributes): Promise<void> {
  if (Object.keys(attributes).length === 0) return;
  const types = { Text: 1, Keyword: 2, Int: 3, Bool: 5, Datetime: 6 } as const; // temporal.api.enums.v1.IndexedValueType
  await env.connection.operatorService.addSearchAttributes({
    namespace: env.namespace ?? 'default',
    searchAttributes: Object.fromEntries(Object.entries(attributes).map(([name, type]) => [name, types[type]])),
  });
}

/** Starts a real Temporal server in memory, without Web UI; it is stopped after the file. */
export async function startDevServer(searchAttributes: SearchAttributes = {}): Promise<RunningTemporal> {
  const env = { ...process.env, ...NO_TEMPORAL };
  const { startTemporal } = await import('../../stack/temporal.js');
  const server = await startTemporal({ searchAttributes, database: 'memory', headless: true, env });
  afterFile(() => server.stop());
  return server;
}

/** The compiled workflows, to give as `workflowBundle` to a worker. */
export function workflowBundle(): { code: string } {
  return { code: readFileSync(fromSetup('TOCSIN_TEST_WORKFLOW_BUNDLE'), 'utf8') };
}

async function query(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
