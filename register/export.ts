import { open, rename, rm } from 'node:fs/promises';
import type { Pool } from 'pg';
import type { Head } from './entry';
import { UnknownIncidentError } from './errors';
import { entryLine, headerLine } from './export-format';
import { readEntries } from './read-entries';
import { readHead } from './read-head';

/** What goes into an export: one incident, or the whole log when none is given. */
export interface ExportOptions {
  incidentId?: string;
}

/**
 * Streams an export of the register, line by line; see export-format.ts for the form. It ends at the head read first,
 * also while the log grows. Memory does not grow with it.
 *
 * @throws UnknownIncidentError when there is no such incident.
 */
export async function* exportLines(pool: Pool, options: ExportOptions = {}): AsyncGenerator<Buffer> {
  const { incidentId } = options;
  const { head, count } = await readHead(pool, incidentId);
  if (incidentId !== undefined && count === 0) throw new UnknownIncidentError(incidentId);
  yield headerLine(incidentId, count, head);
  for await (const entry of readEntries(pool, { incidentId, to: head.position })) yield entryLine(entry);
}

/** Writes an export to a file that only its owner may read; the file appears whole or not at all. Returns its head. */
export async function exportRegister(
  pool: Pool,
  file: string,
  options: ExportOptions = {},
): Promise<Head & { count: number }> {
  const partial = `${file}.partial-${process.pid}`;
  const handle = await open(partial, 'w', 0o600);
  try {
    let first: Buffer | undefined;
    let batch: Buffer[] = [];
    let size = 0;
    for await (const line of exportLines(pool, options)) {
      first ??= line;
      batch.push(line);
      size += line.length;
      if (size > WRITE_BYTES) {
        await handle.writeFile(Buffer.concat(batch));
        batch = [];
        size = 0;
      }
    }
    await handle.writeFile(Buffer.concat(batch));
    await handle.sync();
    await handle.close();
    await rename(partial, file);
    const { head, count } = JSON.parse(first!.toString('utf8')) as { head: Head; count: number };
    return { ...head, count };
  } catch (error) {
    await handle.close().catch(() => {});
    await rm(partial, { force: true });
    throw error;
  }
}

const WRITE_BYTES = 256 * 1024;
