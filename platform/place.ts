/** A folder that only some machine has: known by a number that goes with the disk, and for people by the host. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

export interface Place {
  /** Sixteen hex digits. */
  id: string;
  host: string;
}

/** The place that this file stands for; it is made when it is missing. */
export async function placeAt(file: string): Promise<Place> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, randomBytes(8).toString('hex'), { flag: 'wx', mode: 0o600 }).catch(unlessThere);
  return { id: (await readFile(file, 'utf8')).trim(), host: os.hostname() };
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
