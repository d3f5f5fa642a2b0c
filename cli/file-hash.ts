/** Files that show something: the record holds their hashes, and the files stay with whoever has them. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { usage } from '../client/errors';

/** The name, the SHA-256 and the length of a file. `flag`: the option that named it. */
export function hashedFile(flag: string, file: string): { name: string; sha256: string; bytes: number } {
  try {
    const content = readFileSync(file);
    const sha256 = createHash('sha256').update(content).digest('hex');
    return { name: path.basename(file), sha256, bytes: content.length };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw usage(`${flag}: cannot read ${file} (${code}): give a file that you can read`);
  }
}
