/** What was sent and filed, byte for byte, under its own hash; and small marks that an effect has happened. */
import { createHash } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeWhole } from '../../platform/write-whole';
import { failure } from '../failures';

/**
 * A content-addressed store that every worker shares. It holds notices, dossiers and marks; no recipient, no address.
 * Marks outlive the mail provider's 24 hours of idempotency keys.
 */
export interface ArtefactStore {
  /** Stores bytes; answers their SHA-256 in hex. Storing the same bytes again changes nothing. */
  put(bytes: Uint8Array): Promise<string>;
  /** The bytes under a hash, verified. Throws ArtefactFault when they are missing or damaged. */
  get(sha256: string): Promise<Buffer>;
  /** Remembers that the effect with this key has happened. */
  mark(key: string): Promise<void>;
  isMarked(key: string): Promise<boolean>;
  /** Adds to a list of refs (never addresses), before what they stand for happens. */
  remember(list: string, refs: string[]): Promise<void>;
  recall(list: string): Promise<Set<string>>;
}

/** SHA-256 in lower-case hex. */
export function sha256Hex(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The store in a folder: `artefacts/<sha256>`, `marks/<sha256 of the key>` and `lists/<sha256 of the name>`. */
export function createFolderArtefacts(dir: string): ArtefactStore {
  const fileOf = (sha256: string) => path.join(dir, 'artefacts', sha256);
  const listOf = (name: string) => path.join(dir, 'lists', sha256Hex(name));
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
      if (!bytes)
        throw failure('ArtefactFault', `artefact ${sha256} is not in the store: is it shared by all workers?`);
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
  };
}
