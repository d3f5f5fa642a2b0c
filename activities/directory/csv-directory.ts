import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readCsv } from './csv';
import { createDirectory } from './directory';
import type { DirectoryPort } from './directory-port';

/**
 * A directory in a folder of CSV files, read anew at each resolution:
 * `workspaces.csv` (workspace_id,owner_email,language), `individuals.csv`
 * (person_id,email,language,country,workspace_id,data_set) and `subscribers.csv` (subscriber_id,email,language).
 * A missing or malformed file is an error that names it.
 */
export function createCsvDirectory(dir: string): DirectoryPort {
  const rows = async <C extends string>(name: string, columns: readonly C[]) => {
    const text = await readFile(path.join(dir, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new Error(
        `the directory's file ${name} cannot be read (${error.code}): put it in the directory's folder, with the columns ${columns.join(',')}`,
      );
    });
    return readCsv(name, text, columns);
  };
  return createDirectory({
    workspaces: () => rows('workspaces.csv', ['workspace_id', 'owner_email', 'language']),
    individuals: () =>
      rows('individuals.csv', ['person_id', 'email', 'language', 'country', 'workspace_id', 'data_set']),
    subscribers: () => rows('subscribers.csv', ['subscriber_id', 'email', 'language']),
  });
}
