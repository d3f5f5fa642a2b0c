import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { createWitnessAnchor } from '../../register/anchors/witness-anchor';
import { appendEntries } from '../../register/append/appender';
import { parseVerifierKey } from '../../register/log/note';
import { openLog } from '../../register/log/open-log';
import { createPool } from '../../register/pool';
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
    makeKey: true,
  };
  if (entries > 0) await appendEntries(pool, eventsOf('INC-1', entries));
  const log = await openLog(pool, settings);
  return { url, pool, dir, settings, log, witnessDir: path.join(dir, 'witnesses') };
}

/** A witness of these logs, with its anchor for the first of them. */
export async function aWitness(
  of: Pick<Awaited<ReturnType<typeof aLog>>, 'log' | 'witnessDir'>,
  name = 'witness.example.com/w',
) {
  const server = await startWitness(name, randomBytes(32), [of.log.verifierKey]);
  afterFile(() => server.stop());
  const { verifierKey, url } = server;
  const witness = { verifierKey, url, verifier: parseVerifierKey(verifierKey) };
  return { server, witness, anchor: createWitnessAnchor(witness, of.log, of.witnessDir) };
}
