/** Anchors checkpoints in a file that only ever grows: on another disk than the database, or one that keeps what it was given. */
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import type { Anchor } from '../log/anchor';
import { noteRecord, splitNotes } from '../verifier/notes';

const TAIL_BYTES = 64 * 1024;

/** Appends each checkpoint and forces it to disk. A record that a crash cut off stays, and is followed by whole ones. */
export function createFileAnchor(file: string): Anchor {
  return {
    name: 'file',
    async put(note) {
      await mkdir(path.dirname(file), { recursive: true });
      const handle = await open(file, 'a+', 0o644);
      try {
        const { size } = await handle.stat();
        const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
        await handle.read(tail, 0, tail.length, size - tail.length);
        const text = tail.toString('utf8');
        if (splitNotes(text).at(-1) === note) return 'present';
        const cutOff = size > 0 && !text.endsWith('\n\n');
        await handle.write(`${cutOff ? '\n\n' : ''}${noteRecord(note)}`);
        await handle.sync();
        // A new file is there for good only when its folder is.
        if (size === 0) await syncFolder(path.dirname(file));
        return 'taken';
      } finally {
        await handle.close();
      }
    },
  };
}

async function syncFolder(dir: string): Promise<void> {
  const handle = await open(dir, 'r');
  await handle.sync().finally(() => handle.close());
}
