import path from 'node:path';
import { COLUMNS } from './columns';
import { readCsvFile } from './csv';
import { createDirectory } from './directory';
import type { DirectoryPort } from './directory-port';

/** The files of such a folder, and the columns of each. */
export const CSV_FILES = {
  'workspaces.csv': COLUMNS.workspaces,
  'individuals.csv': COLUMNS.individuals,
  'subscribers.csv': COLUMNS.subscribers,
} as const;

/**
 * A directory in a folder of CSV files, read anew at each resolution:
 * `workspaces.csv` (workspace_id,owner_email,language), `individuals.csv`
 * (person_id,email,language,country,workspace_id,data_set) and `subscribers.csv` (subscriber_id,email,language).
 * A missing or malformed file is an error that names it.
 */
export function createCsvDirectory(dir: string): DirectoryPort {
  async function* rows<N extends keyof typeof CSV_FILES>(name: N) {
    const columns: ReadonlyArray<(typeof CSV_FILES)[N][number]> = CSV_FILES[name];
    try {
      yield* readCsvFile(name, path.join(dir, name), columns);
    } catch (error) {
      const { code, syscall } = error as NodeJS.ErrnoException;
      if (!syscall) throw error;
      throw new Error(
        `the directory's file ${name} cannot be read (${code}): put it in the directory's folder, with the columns ${columns.join(',')}`,
      );
    }
  }
  return createDirectory({
    workspaces: () => rows('workspaces.csv'),
    individuals: () => rows('individuals.csv'),
    subscribers: () => rows('subscribers.csv'),
  });
}
