import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPool } from '../../postgres/pool';
import type { AnchorMemory, Kept } from '../../register/anchors/anchor-memory';
import { createWitnessAnchor } from '../../register/anchors/witness-anchor';
import { appendEntries } from '../../register/append/appender';
import { checkpointOf } from '../../register/log/anchor';
import { openLog, publishedCheckpoint } from '../../register/log/open-log';
import { parseVerifierKey } from '../../register/tree/note';
import { startWitness } from '../../stack/witness';
import { afterFile, createTestDatabase, temporaryDir } from '../setup/helpers';
import { eventsOf } from './helpers';

/** A register with a log, and folders of its own for what lies outside the database. */
export async function aLog(entries = 0) {
  const { url } = await createTestDatabase();
  const pool = createPool(url);
  afterFile(() => pool.end());
  const dir = temporaryDir('log');
  const settings = {
    keysFile: path.join(dir, 'signing-keys.json'),
    stateFile: path.join(dir, 'signer.json'),
    dir: path.join(dir, 'log'),
    guardsFile: path.join(dir, 'guards.json'),
    makeKey: true,
  };
  if (entries > 0) await appendEntries(pool, eventsOf('INC-1', entries));
  const log = await openLog(pool, settings);
  return { url, pool, dir, settings, log, witnessDir: path.join(dir, 'witnesses') };
}

/** What all workers remember of one anchor, without a database. */
export function aMemory(): AnchorMemory {
  let kept: Kept = {};
  return {
    read: async () => kept,
    async change(change) {
      kept = change(kept);
    },
  };
}

/** A witness of these logs, with its anchor for the first of them. */
export async function aWitness(
  of: Pick<Awaited<ReturnType<typeof aLog>>, 'log' | 'witnessDir'>,
  name = 'witness.example.com/w',
) {
  const server = await startWitness(name, randomBytes(32), [of.log.verifierKey]);
  afterFile(() => server.stop());
  const { verifierKey, url } = server;
  const witness = { verifierKey, url };
  return {
    server,
    witness,
    verifier: parseVerifierKey(verifierKey),
    anchor: createWitnessAnchor(witness, of.log, of.witnessDir, aMemory()),
  };
}

/** The size of the published checkpoint; -1 before the first. */
export async function signedSize({ log }: Pick<Awaited<ReturnType<typeof aLog>>, 'log'>): Promise<number> {
  const published = await publishedCheckpoint(log);
  return published === undefined ? -1 : checkpointOf(published).size;
}

/** Waits until something holds. @throws after 15 s. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const endMs = Date.now() + 15_000; !(await holds()); await sleep(25)) {
    if (Date.now() > endMs) throw new Error(`it did not come about: ${what}`);
  }
}
