/** A register of its own that a worker's signing service signs with its usual intervals, a file and one witness its anchors. */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from '../../../platform/free-port';
import { temporaryDir } from '../../../platform/temporary-dir';
import { migrate } from '../../../postgres/migrate';
import { createPool } from '../../../postgres/pool';
import type { Appender } from '../../../register/append/appender';
import { openLog } from '../../../register/log/open-log';
import { RecentLeaves } from '../../../register/log/recent-leaves';
import { startPostgres } from '../../../stack/postgres';
import { startWitness } from '../../../stack/witness';
import { createSigning } from '../../../worker/signing';
import { appenderOn } from './appends';

/** The worker's usual intervals. */
const EVERY_MS = 10_000;
const EVERY_ENTRIES = 256;

/**
 * What the appender notes for the service, it notes while that waits as well: so otherwise three times, as what the service
 * costs, twice that cost included, falls into half of the time.
 */
class NotedMore extends RecentLeaves {
  isMore = true;
  private readonly others = [new RecentLeaves(), new RecentLeaves()];

  override add(first: number, hashes: Uint8Array): void {
    super.add(first, hashes);
    if (this.isMore) for (const other of this.others) other.add(first, hashes);
  }
}

export interface SignedRegister {
  appender: Appender;
  recent: NotedMore;
  /** Whose lock the service holds while it signs. */
  signerState: string;
  startSigning(): void;
  /** How many cosignatures the witness was asked for. */
  cosignatures(): number;
  /**
   * Publishes what was signed, and has written out what is left: while a disk is busy with that, a commit stands for up to
   * half a second.
   */
  rest(): Promise<void>;
  /** @throws Error naming the problems that signing met. */
  stop(): Promise<void>;
}

async function nobodyIsMailed(): Promise<never> {
  throw new Error('no anchor by mail is configured');
}

export async function startSignedRegister(): Promise<SignedRegister> {
  const dir = temporaryDir('bench');
  const in_ = (name: string) => path.join(dir, name);
  const postgres = await startPostgres({ dir: in_('postgres'), port: await freePort(), env: {} });
  await migrate(postgres.url);
  const pool = createPool(postgres.url);
  const admin = new pg.Client(postgres.url);
  await admin.connect();
  // No checkpoint but those of `rest`.
  await admin.query("ALTER SYSTEM SET max_wal_size = '8GB'");
  await admin.query('SELECT pg_reload_conf()');
  const logSettings = {
    keysFile: in_('keys.json'),
    stateFile: in_('signer.json'),
    dir: in_('log'),
    guardsFile: in_('guards.json'),
    makeKey: true,
  };
  const recent = new NotedMore();
  const log = await openLog(pool, logSettings);
  const witness = await startWitness('witness.example.com/bench', Buffer.alloc(32, 1), [log.verifierKey]);
  const anchors = {
    file: in_('checkpoints.txt'),
    mailStateFile: in_('mailed.json'),
    witnesses: [{ url: witness.url, verifierKey: witness.verifierKey }],
    witnessDir: in_('witnesses'),
  };
  const problems: string[] = [];
  const heard = (_: object, message: string) => problems.push(message);
  // As the worker has it.
  const signing = await createSigning(
    { log: logSettings, anchors, everyEntries: EVERY_ENTRIES, everyMs: EVERY_MS },
    {
      databaseUrl: postgres.url,
      pool,
      recent,
      mailer: { send: nobodyIsMailed, wasSent: nobodyIsMailed },
      accept: async () => {},
      log: { info: () => {}, warn: heard, error: heard },
    },
  );
  const appender = appenderOn(pool, recent);
  return {
    appender,
    recent,
    signerState: logSettings.stateFile,
    startSigning: () => signing.start(),
    cosignatures: () => witness.asked(),
    rest: async () => {
      await log.sign();
      await admin.query('CHECKPOINT');
      await promisify(execFile)('sync');
    },
    stop: async () => {
      await signing.stop();
      await appender.close();
      await witness.stop();
      await Promise.all([pool.end(), admin.end()]);
      await postgres.stop();
      rmSync(dir, { recursive: true, force: true });
      if (problems.length > 0) throw new Error(`signing met problems: ${problems.join('; ')}`);
    },
  };
}
