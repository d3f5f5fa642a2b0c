import { readFile } from 'node:fs/promises';

/** The bytes of a file; undefined when there is none. Any other failure to read it is an error. */
export async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
