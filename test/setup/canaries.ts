/** Looks for texts that should not be where they are: in every file of a folder, in every form in which they may stand. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

/** What is looked for, by its kind. */
export type Canaries = Record<string, string | Buffer>;

/** The bytes of a text as it is, in UTF-16, in hex, and in base64 wherever a group of three begins. */
export function formsOf(canary: string | Buffer): Buffer[] {
  const bytes = Buffer.from(canary as string);
  const text = typeof canary === 'string' ? [Buffer.from(canary, 'utf16le'), swapped(canary)] : [];
  const hex = bytes.toString('hex');
  const base64 = [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    // What depends on neighbours is cut off at both ends.
    const inner = whole.slice(before === 0 ? 0 : 4, whole.length - 4);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
  return [bytes, ...text, ...[...new Set([hex, hex.toUpperCase(), ...base64])].map((form) => Buffer.from(form))];
}

function swapped(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

/** The kinds that stand in some bytes, which are unpacked where they are gzip. */
export function kindsIn(bytes: Buffer, canaries: Canaries): string[] {
  const unpacked = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
  return Object.entries(canaries)
    .filter(([, canary]) => formsOf(canary).some((form) => unpacked.includes(form)))
    .map(([kind]) => kind);
}

/** The files of a folder that hold something, each with the kinds in it. One that goes meanwhile is left out. */
export function searchFolder(dir: string, canaries: Canaries): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const entry of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    let bytes: Buffer;
    try {
      bytes = readFileSync(path.join(dir, entry));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EISDIR' || code === 'ENOENT' || code === 'ENXIO') continue;
      throw error;
    }
    const kinds = kindsIn(bytes, canaries);
    // The name of a file counts as what is in it.
    const inName = kindsIn(Buffer.from(entry), canaries);
    if (kinds.length + inName.length > 0) found.set(entry, [...new Set([...kinds, ...inName])]);
  }
  return found;
}

/** The processes that descend from one, with itself. Linux only. */
export function familyOf(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // it has ended
    }
  }
  const family = [pid];
  for (const member of family) for (const [child, parent] of parents) if (parent === member) family.push(child);
  return family;
}
