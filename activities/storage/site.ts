/** Pages for people: dossiers, previews of notices and the status page, as files that any web server can serve. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeWhole } from '../../platform/write-whole';

/** A place for pages. Paths are relative, with `/`; built by `pathName` from ids, never from free text. */
export interface Site {
  /** Writes one file whole or not at all; answers its address. */
  write(file: string, content: string): Promise<string>;
  /** The content of a file, or undefined. */
  read(file: string): Promise<string | undefined>;
  /** The names in a folder, sorted; empty when there is none. */
  list(folder: string): Promise<string[]>;
  urlOf(file: string): string;
}

/**
 * A site in a folder that is served at `baseUrl`; where nothing serves it, the path of a file is its address. `published`: to
 * the world, by a web server of another account perhaps.
 */
export function createFolderSite(dir: string, baseUrl: string | undefined, { published = false } = {}): Site {
  const base = baseUrl?.replace(/\/+$/, '');
  const unlessMissing =
    <T>(missing: T) =>
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return missing;
      throw error;
    };
  const urlOf = (file: string) =>
    base === undefined
      ? path.join(dir, ...file.split('/'))
      : `${base}/${file.split('/').map(encodeURIComponent).join('/')}`.replace(/\/index\.html$/, '/');
  return {
    async write(file, content) {
      await writeWhole(path.join(dir, ...file.split('/')), content, { published });
      return urlOf(file);
    },
    read: (file) => readFile(path.join(dir, ...file.split('/')), 'utf8').catch(unlessMissing(undefined)),
    list: async (folder) =>
      (await readdir(path.join(dir, ...folder.split('/'))).catch(unlessMissing<string[]>([]))).sort(),
    urlOf,
  };
}

/** An incident's id as a name in a path: `:` is not allowed in file names everywhere; `~` stands in no incident id. */
export function incidentPath(incidentId: string): string {
  return incidentId.replaceAll(':', '~');
}

/** An obligation's id as a name in a path; `_` stands in no obligation id. */
export function obligationPath(obligation: string): string {
  return obligation.replaceAll(':', '_');
}
