import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { dataDir } from '../platform/folders';
import { freePort, LOOPBACK } from '../platform/free-port';
import { commandLine, isAlive, waitUntilGone } from '../platform/process-identity';
import type { Step } from '../platform/report-step';
import { runCommand } from '../platform/run-command';
import { type ServerProcess, startServerProcess } from '../platform/server-process';
import {
  type Account,
  assertReaches,
  letThrough,
  type PostgresPrograms,
  postgresAccount,
  postgresPrograms,
  reachableDir,
  reachablePrograms,
} from './postgres-account';
import { OWNER, ownDatabase, ownerPasswordOf } from './postgres-owner';

/** How to bring up Postgres. */
export interface PostgresOptions {
  /** Folder of the embedded cluster; `postgres` in the data folder by default. */
  dir?: string;
  /** Loopback port of the embedded server; a free one when not given. */
  port?: number;
  /** False writes without waiting for the disk: for tests, whose data may be lost. True by default. */
  durable?: boolean;
  /** The environment to read `DATABASE_URL` from; that of the process by default. */
  env?: NodeJS.ProcessEnv;
  /** Hears what is under way. */
  step?: Step;
}

/** A Postgres to use. */
export interface RunningPostgres {
  /** Connection string of the database, for the role that owns it, which is no superuser. Holds the password: never log it. */
  url: string;
  /** Of the embedded server: for its superuser, who makes databases and roles. Nothing of Tocsin works with it. */
  adminUrl?: string;
  /** For people: which of the ways was taken. */
  chosen: string;
  /** Loopback port and folder of the embedded server: start again with both to go on where it stopped. */
  port?: number;
  dir?: string;
  /** Stops the embedded server in order; does nothing to an existing Postgres. */
  stop(): Promise<void>;
  /** Ends the embedded server as a crash would. */
  crash?(): Promise<void>;
  /** Of the embedded server: resolves when it ends though nobody stopped it. */
  failed?: Promise<Error>;
}

const SUPERUSER = 'postgres';
const DATABASE = 'tocsin';
const silent: Step = { progress: () => {}, chose: () => {} };

/**
 * Postgres to work with: the one in `DATABASE_URL`, else an embedded server on loopback over a folder that is kept.
 * The embedded cluster is UTF-8, asks for a random password (SCRAM; kept in `<dir>.password`, mode 0600), opens no
 * Unix socket, and runs as the `postgres` account when this process is root. After a crash it recovers by itself.
 * Rejects when DATABASE_URL does not answer, when another process runs on the folder, or when the server does not
 * start; the message says what to do.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<RunningPostgres> {
  const env = options.env ?? process.env;
  const step = options.step ?? silent;
  if (env.DATABASE_URL) return useExisting(env.DATABASE_URL, step);

  const account = postgresAccount();
  const programs = await reachablePrograms(postgresPrograms(), account);
  const wanted = options.dir ?? path.join(dataDir(env), 'postgres');
  const dir = reachableDir(path.resolve(wanted), account);
  const passwordFile = `${dir}.password`;
  if (!existsSync(path.join(dir, 'PG_VERSION'))) {
    step.progress('creating the database cluster');
    await createCluster(dir, passwordFile, programs, account);
  }
  assertReaches(dir, account);
  if (!existsSync(passwordFile)) {
    throw new Error(
      `the Postgres folder ${dir} has lost its password file ${passwordFile}: put it back, or delete both`,
    );
  }
  const password = readFileSync(passwordFile, 'utf8').trim();
  await clearStalePidFile(dir);
  step.progress('starting the server');
  const port = options.port ?? (await freePort());
  const adminUrl = (database: string) => `postgres://${SUPERUSER}:${password}@${LOOPBACK}:${port}/${database}`;
  const server = await startServer(programs, dir, port, options.durable ?? true, account, adminUrl('postgres'));
  await createDatabase(adminUrl('postgres'));
  const ownerPassword = ownerPasswordOf(password);
  await ownDatabase(adminUrl(DATABASE), DATABASE, ownerPassword);
  const url = `postgres://${OWNER}:${ownerPassword}@${LOOPBACK}:${port}/${DATABASE}`;
  const chosen = `embedded Postgres ${programs.version.split('-')[0]}, port ${port}${dir === wanted ? '' : `, in ${dir}`}`;
  step.chose(chosen);
  const { failed } = server;
  return {
    url,
    adminUrl: adminUrl(DATABASE),
    chosen,
    port,
    dir,
    failed,
    stop: () => server.stop(),
    crash: () => server.kill(),
  };
}

async function useExisting(url: string, step: Step): Promise<RunningPostgres> {
  step.progress('connecting to DATABASE_URL');
  let where = 'DATABASE_URL';
  try {
    const { hostname, port, pathname } = new URL(url);
    where = `DATABASE_URL: ${hostname}${port ? `:${port}` : ''}${pathname}`;
    await answers(url);
  } catch (error) {
    throw new Error(
      `Postgres at ${where} does not answer: ${(error as Error).message}. Check the address and password, or unset ` +
        'DATABASE_URL to use an embedded server',
    );
  }
  step.chose(where);
  return { url, chosen: where, stop: async () => {} };
}

async function createCluster(
  dir: string,
  passwordFile: string,
  programs: PostgresPrograms,
  account: Account | undefined,
): Promise<void> {
  rmSync(dir, { recursive: true, force: true }); // without PG_VERSION: the rest of an attempt that was cut off
  if (account) letThrough(path.dirname(dir), account);
  else mkdirSync(path.dirname(dir), { recursive: true });
  mkdirSync(dir, { mode: 0o700 });
  const password = randomBytes(24).toString('base64url');
  // initdb reads the password as the account it runs as: a copy for its eyes only, for as long as it runs.
  const handover = mkdtempSync(path.join(os.tmpdir(), 'tocsin-initdb-'));
  const handoverFile = path.join(handover, 'password');
  try {
    writeFileSync(handoverFile, password, { mode: 0o600 });
    if (account) for (const each of [dir, handover, handoverFile]) chownSync(each, account.uid, account.gid);
    const args = [`--pgdata=${dir}`, `--username=${SUPERUSER}`, `--pwfile=${handoverFile}`, '--auth=scram-sha-256'];
    args.push('--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8');
    await runCommand(programs.initdb, args, { ...account, cwd: os.tmpdir(), timeoutMs: 120_000 });
    writeFileSync(passwordFile, password, { mode: 0o600 });
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    throw error;
  } finally {
    rmSync(handover, { recursive: true, force: true });
  }
}

async function startServer(
  programs: PostgresPrograms,
  dir: string,
  port: number,
  durable: boolean,
  account: Account | undefined,
  url: string,
): Promise<ServerProcess> {
  const args = ['-D', dir, '-p', String(port), '-c', `listen_addresses=${LOOPBACK}`, '-c', 'unix_socket_directories='];
  args.push('-c', 'max_connections=200');
  if (!durable) args.push('-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off');
  const giveUpAt = Date.now() + 15_000;
  for (;;) {
    try {
      return await startServerProcess({
        name: 'Postgres',
        command: programs.postgres,
        args,
        ...account,
        cwd: os.tmpdir(),
        ready: (output) => output.includes('ready to accept connections') && answers(url),
        readyWithinMs: 120_000, // recovery after a crash may take a while
        stopSignal: 'SIGINT', // "fast": rolls back what is open and closes in order
        stopWithinMs: 20_000,
      });
    } catch (error) {
      // The last backends of a server that was killed take a moment to notice.
      const lingering = /shared memory block .* is still in use|lock file "postmaster.pid" already exists/;
      if (!lingering.test((error as Error).message) || Date.now() > giveUpAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

// A crash leaves postmaster.pid. Its process id may belong to nobody, to something else by now (usual in containers),
// or to a Postgres whose parent is gone and which the watchdog is about to stop.
async function clearStalePidFile(dir: string): Promise<void> {
  const file = path.join(dir, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
  const isOurs = isAlive(pid) && (commandLine(pid) ?? '').includes(dir);
  if (!isOurs) return rmSync(file, { force: true });
  if (await waitUntilGone(pid, 10_000)) return;
  throw new Error(
    `a Postgres (process ${pid}) already runs on ${dir}: stop the Tocsin that started it, or use another folder (TOCSIN_DATA_DIR)`,
  );
}

async function answers(url: string): Promise<true> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {}); // the server may go away between the answer and the end
  try {
    await client.connect();
    await client.query('SELECT 1');
  } finally {
    await client.end().catch(() => {});
  }
  return true;
}

async function createDatabase(adminUrl: string): Promise<void> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}
