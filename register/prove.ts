/** One entry with the proof that it is in the signed log. */
import type { Pool } from 'pg';
import { type ExportLog, proofsOf } from './bind-export';
import { NothingToExportError } from './errors';
import { type Exported, type ExportOptions, exportRegister } from './export';
import { readEntries } from './read-entries';

/**
 * Writes an export of one entry: its leaf, the fields that the audience is shown, its inclusion proof, the checkpoint,
 * and the record of this hand-over. Of the rest of the register it shows nothing.
 *
 * @throws NothingToExportError when there is no entry at this position; InconsistentLogError when the log does not vouch for it.
 */
export async function proveEntry(
  pool: Pool,
  file: string,
  position: number,
  options: Omit<ExportOptions, 'scope' | 'format' | 'write' | 'log' | 'mustBeSigned'> & { log: ExportLog },
): Promise<Exported> {
  return exportRegister(pool, file, { ...options, scope: { kind: 'entry', position }, mustBeSigned: true });
}

const WAIT_MS = 60_000;

/**
 * The proof of an entry in the form of C2SP tlog-proof@v1 (https://c2sp.org/tlog-proof). Its extra data are the leaf's
 * bytes: what is proved to be in the log is their RFC 6962 leaf hash.
 *
 * @throws NothingToExportError when there is no entry at this position.
 */
export async function tlogProof(pool: Pool, log: ExportLog, position: number): Promise<string> {
  for await (const { bytes } of readEntries(pool, { from: position, to: position })) {
    const checkpoint = await log.checkpointCovering(position, WAIT_MS);
    const { prove } = proofsOf(log.store, checkpoint);
    const lines = [
      'c2sp.org/tlog-proof@v1',
      `extra ${bytes.toString('base64')}`,
      `index ${position - 1}`,
      ...(await prove(position)),
    ];
    return `${lines.join('\n')}\n\n${checkpoint}`;
  }
  throw new NothingToExportError(`the register has no entry at position ${position}`);
}
