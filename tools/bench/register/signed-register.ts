/** A register of its own that a worker's signing service signs with its usual intervals, a file and one witness its anchors. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { freePort } from '../../../platform/free-port';
import { temporaryDir } from '../../../platform/temporary-dir';
import { migrate } from '../../../postgres/migrate';
import { createPool } from '../../../postgres/pool';
import type { Appender } from '../../../register/append/appender';
import { openLog, type RegisterLog } from '../../../register/log/open-log';
import { startPostgres } from '../../../stack/postgres';
import { startWitness } from '../../../stack/witness';
import { createSigning } from '../../../worker/signing';
import { appenderOn } from './appends';

/** The worker's usual intervals. */
const EVERY_MS = 10_000;
const EVERY_ENTRIES = 256;

export interface SignedRegister {
  appender: Appender;
  log: RegisterLog;
  startSigning(): void;
  /** How many cosignatures the witness was asked for. */
  cosignatures(): number;
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
  const logSettings = {
    keysFile: in_('keys.json'),
    stateFile: in_('signer.json'),
    dir: in_('log'),
    guardsFile: in_('guards.json'),
    makeKey: true,
  };
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
      refusePower: false,
      pool,
      mailer: { send: nobodyIsMailed, wasSent: nobodyIsMailed },
      accept: async () => {},
      log: { info: () => {}, warn: heard, error: heard },
    },
  );
  const appender = appenderOn(pool);
  return {
    appender,
    log,
    startSigning: () => signing.start(),
    cosignatures: () => witness.asked(),
    stop: async () => {
      await signing.stop();
      await appender.close();
      await witness.stop();
      await pool.end();
      await postgres.stop();
      rmSync(dir, { recursive: true, force: true });
      if (problems.length > 0) throw new Error(`signing met problems: ${problems.join('; ')}`);
    },
  };
}
