/** Artefacts in a folder of this machine. */
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { writeWhole } from '../../platform/write-whole';
import { failure } from '../failures';
import { type ArtefactStore, type RefList, sha256Hex } from './artefacts';

/** A store in a folder, which can also drop what it holds. */
export interface FolderArtefacts extends ArtefactStore {
  /** The hashes of what it holds: of artefacts, and of the names of lists. */
  held(): Promise<Held>;
  drop(held: Held): Promise<void>;
}

export interface Held {
  artefacts: string[];
  lists: string[];
}

/** The store in a folder: `artefacts/<sha256>`, `marks/<sha256 of the key>` and `lists/<sha256 of the name>`. */
export function createFolderArtefacts(dir: string): FolderArtefacts {
  const fileOf = (sha256: string) => path.join(dir, 'artefacts', sha256);
  const listOf = ({ name }: RefList) => path.join(dir, 'lists', sha256Hex(name));
  const markOf = (key: string) => path.join(dir, 'marks', sha256Hex(key));
  const read = (file: string) =>
    readFile(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
  return {
    async put(bytes) {
      const sha256 = sha256Hex(bytes);
      const present = await read(fileOf(sha256));
      if (!present || sha256Hex(present) !== sha256) await writeWhole(fileOf(sha256), bytes);
      return sha256;
    },
    async get(sha256) {
      if (!/^[0-9a-f]{64}$/.test(sha256))
        throw failure('ArtefactFault', 'an artefact was requested by something that is not a SHA-256');
      const bytes = await read(fileOf(sha256));
      if (!bytes) throw failure('ArtefactFault', `artefact ${sha256} is not in the store: restore it from a backup`);
      if (sha256Hex(bytes) !== sha256) {
        throw failure(
          'ArtefactFault',
          `artefact ${sha256} is damaged, its bytes have another hash: restore it from a backup`,
        );
      }
      return bytes;
    },
    async mark(key) {
      await writeWhole(markOf(key), `${key}\n`);
    },
    async isMarked(key) {
      return (await read(markOf(key))) !== undefined;
    },
    async remember(list, refs) {
      await mkdir(path.dirname(listOf(list)), { recursive: true });
      const handle = await open(listOf(list), 'a');
      try {
        // A line end before and after: a line cut off by a crash spoils no other.
        await handle.writeFile(`\n${refs.map((ref) => JSON.stringify(ref)).join('\n')}\n`);
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
    async recall(list) {
      const lines = (await read(listOf(list)))?.toString('utf8').split('\n') ?? [];
      return new Set(lines.filter((line) => /^".*"$/.test(line)).map((line) => JSON.parse(line) as string));
    },
    async held() {
      const [artefacts, lists] = await Promise.all(
        ['artefacts', 'lists'].map((folder) => names(path.join(dir, folder))),
      );
      return { artefacts: artefacts!, lists: lists! };
    },
    async drop({ artefacts, lists }) {
      const files = [...artefacts.map(fileOf), ...lists.map((name) => path.join(dir, 'lists', name))];
      for (const file of files) await rm(file, { force: true });
    },
  };
}

async function names(folder: string): Promise<string[]> {
  const all = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return all.filter((name) => /^[0-9a-f]{64}$/.test(name));
}
