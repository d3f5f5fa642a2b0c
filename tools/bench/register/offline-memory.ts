/** A process that verifies an export of so many entries, made as they are verified, and tells how much memory it took. */
import { ExportVerifier } from '../../../register/verifier/export-verifier';
import { END, EntryStream, headerOf } from './export-stream';

export interface MemoryUse {
  /** Held after a collection of garbage, with the verifier as it stands behind the last entry. */
  heldMb: number;
  /** The most that the process ever had. */
  peakMb: number;
}

const STRETCH = 1_000;

function verify(entries: number): MemoryUse {
  const verifier = new ExportVerifier();
  const stream = new EntryStream();
  // The header names a head that is not known yet: what is measured ends before it is looked at.
  verifier.push(headerOf({ position: entries, hash: '0'.repeat(64) }));
  for (let left = entries; left > 0; left -= STRETCH) verifier.push(stream.next(Math.min(left, STRETCH)));
  if (verifier.bad !== undefined || verifier.chain.entries !== entries) throw new Error('the entries do not verify');
  // Twice: memory outside the heap is given back by the collection after the one that finds it.
  for (let i = 0; i < 2; i++) (globalThis as unknown as { gc(): void }).gc();
  const { heapUsed, external } = process.memoryUsage();
  const use = { heldMb: (heapUsed + external) / 1e6, peakMb: process.resourceUsage().maxRSS / 1e3 };
  verifier.push(END);
  return use;
}

console.log(JSON.stringify(verify(Number(process.argv[2]))));
