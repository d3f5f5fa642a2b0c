/** Where a log is published: anything that keeps files under names. A folder here; any static host serves it as it is. */
import path from 'node:path';
import { readIfThere } from '../../platform/read-if-there';
import { writeWhole } from '../../platform/write-whole';

export interface LogStore {
  /** The content of a file, or undefined when there is none. */
  read(name: string): Promise<Buffer | undefined>;
  /** Writes a file whole or not at all, and forces it to disk. */
  write(name: string, content: Uint8Array): Promise<void>;
}

/** A log published in a folder. Names are relative paths with `/`. */
export function createFolderStore(dir: string): LogStore {
  const fileOf = (name: string) => path.join(dir, ...name.split('/'));
  return {
    read: (name) => readIfThere(fileOf(name)),
    write: (name, content) => writeWhole(fileOf(name), content, { published: true }),
  };
}
