/** Looks whether the disk of the data folder is nearly full: then no artefact, mark or spool can be written. */
import { statfs } from 'node:fs/promises';
import type { Part } from '../domain/watch/finding';

const LEAST_BYTES = 500_000_000;
const LEAST_SHARE = 0.03;

export async function fullDisk(dir: string): Promise<Part | undefined> {
  const { bavail, blocks, bsize } = await statfs(dir);
  const [free, all] = [bavail * bsize, blocks * bsize];
  if (free >= LEAST_BYTES && free >= all * LEAST_SHARE) return undefined;
  const left = `${Math.floor(free / 1_000_000)} MB`;
  return {
    part: 'disk',
    problem: `The disk of ${dir} has ${left} left: soon nothing that is sent or filed can be kept. Free space on it`,
  };
}
