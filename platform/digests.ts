/** The digests of what was installed into the cache: what is started later is what was installed. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { writeWhole } from './write-whole';

const FILE = 'SHA256SUMS';

/** Writes the SHA-256 of every file below a folder beside them, in the form of `sha256sum`. */
export async function pin(dir: string): Promise<void> {
  const lines = await Promise.all(
    (await filesBelow(dir)).map(async (name) => `${await sha256(path.join(dir, name))}  ${name}\n`),
  );
  await writeWhole(path.join(dir, FILE), lines.join(''));
}

/**
 * Compares a folder with its digests: an altered, missing or added file is an error that says what to do. A folder of an
 * earlier version has none and is pinned as it is; whether its owner is trusted is asked elsewhere.
 */
export async function checkPinned(dir: string): Promise<void> {
  const file = path.join(dir, FILE);
  if (!existsSync(file)) return pin(dir);
  const pinned = new Map(
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [[line.slice(66), line.slice(0, 64)] as const])),
  );
  const there = await filesBelow(dir);
  const missing = [...pinned.keys()].filter((name) => !there.includes(name));
  const altered = await Promise.all(
    there.map(async (name) => (pinned.get(name) === (await sha256(path.join(dir, name))) ? [] : [name])),
  );
  const wrong = [...missing, ...altered.flat()];
  if (wrong.length === 0) return;
  throw new Error(
    `${dir} is not what was installed there (${wrong.slice(0, 3).join(', ')}): find out who changed it, then delete the folder and run this again, which installs it anew`,
  );
}

async function filesBelow(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)))
    .filter((name) => name !== FILE)
    .sort();
}

function sha256(file: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const hash = createHash('sha256');
    createReadStream(file)
      .on('data', (chunk) => hash.update(chunk))
      .on('error', reject)
      .on('end', () => resolve(hash.digest('hex')));
  });
}
