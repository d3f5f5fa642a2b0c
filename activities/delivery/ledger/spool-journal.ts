import { type FileHandle, mkdir, open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { LedgerError } from '../../../register/errors';
import { type SpoolKey, type SpoolRecord, SpoolState } from './spool-state';

/**
 * One append-only journal of a spool: JSON Lines, forced to disk before a change counts, readable by its owner only.
 *
 * A last line that was torn by a crash never counted: it is dropped, and cut off before the next append.
 */
export class SpoolJournal {
  private loaded: { state: SpoolState; size: number } | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(readonly file: string) {}

  /** Runs one piece of work at a time on this journal, in the order asked. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => {});
    return result;
  }

  /** The state on disk, or undefined when there is no journal (or only the torn beginning of one). */
  async load(): Promise<SpoolState | undefined> {
    if (this.loaded !== undefined) return this.loaded.state;
    const bytes = await readFile(this.file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return Buffer.alloc(0);
      throw error;
    });
    this.loaded = replay(bytes, this.file);
    return this.loaded?.state;
  }

  /** Writes records after one another, forced to disk together, then folds them in. Begins the journal if needed. */
  async append(key: SpoolKey, records: SpoolRecord[]): Promise<SpoolState> {
    const known = await this.load();
    const state = known ?? new SpoolState(key);
    const lines = known === undefined ? [{ type: 'key', ...key } as SpoolRecord, ...records] : records;
    const bytes = Buffer.from(lines.map((record) => `${JSON.stringify(record)}\n`).join(''));
    const size = this.loaded?.size ?? 0;
    // Until the write is known to be whole, the next use reads the disk again.
    this.loaded = undefined;
    await this.write(bytes, size);
    for (const record of records) state.apply(record);
    this.loaded = { state, size: size + bytes.length };
    return state;
  }

  /** Removes the journal, for good. */
  async remove(): Promise<void> {
    await rm(this.file, { force: true });
    await syncFolder(path.dirname(this.file));
    this.loaded = undefined;
  }

  private async write(bytes: Buffer, at: number): Promise<void> {
    const handle: FileHandle = await open(this.file, 'a', 0o600);
    try {
      await handle.truncate(at);
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (at === 0) await syncFolder(path.dirname(this.file));
  }
}

/** Creates the folder of a spool, for its owner only. */
export async function makeSpoolFolder(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
}

/** A new or removed file lasts only when its folder was forced to disk too; some systems cannot, and need not. */
async function syncFolder(dir: string): Promise<void> {
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (!['EINVAL', 'EPERM', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await handle.close();
  }
}

function replay(bytes: Buffer, file: string): { state: SpoolState; size: number } | undefined {
  let state: SpoolState | undefined;
  let start = 0;
  for (let line = 1; ; line++) {
    const end = bytes.indexOf('\n', start);
    if (end === -1) break;
    const record = parseRecord(bytes.toString('utf8', start, end));
    if (record === undefined) {
      // Only the last write can be torn; anything before it was forced to disk whole.
      if (bytes.indexOf('\n', end + 1) === -1) break;
      throw new LedgerError(
        `line ${line} of the spool ${path.basename(file)} is damaged: repair it by hand, or set it aside`,
      );
    }
    if (record.type === 'key') {
      const { incidentId, obligationId, channel } = record;
      state = new SpoolState({ incidentId, obligationId, channel });
    } else if (state === undefined) {
      throw new LedgerError(`the spool ${path.basename(file)} does not begin with its key: set it aside`);
    } else {
      state.apply(record);
    }
    start = end + 1;
  }
  return state && { state, size: start };
}

function parseRecord(text: string): SpoolRecord | undefined {
  try {
    const record = JSON.parse(text) as SpoolRecord;
    return ['key', 'open', 'claim', 'settle', 'stop'].includes(record?.type) ? record : undefined;
  } catch {
    return undefined;
  }
}
