/** One side of the audit benchmark in a process of its own: `verify FILE` or `bare FILE`; prints lines, time and memory. */
import { open } from 'node:fs/promises';
import { sha256Hex } from '../../detection/audit/entry';
import { readLog } from '../../detection/audit/sources';
import { verifyAuditLog } from '../../detection/audit/verify';

/** What a side prints, as JSON. */
export interface ChildFigures {
  lines: number;
  seconds: number;
  /** Of processor time: what a busy machine does not change. */
  cpuSeconds: number;
  /** Peak resident memory of the process. */
  peakMb: number;
}

async function verify(file: string): Promise<number> {
  const { ok, entries, damage } = await verifyAuditLog(readLog(file));
  if (!ok) throw new Error(`line ${damage!.line}: ${damage!.reason}`);
  return entries;
}

/** Only reads, parses and hashes each line, with the fastest that Node has for each. */
async function bare(file: string): Promise<number> {
  const handle = await open(file, 'r');
  const size = 1024 * 1024;
  const buffer = Buffer.allocUnsafe(2 * size);
  let [kept, lines, used] = [0, 0, 0];
  for (;;) {
    const { bytesRead } = await handle.read(buffer, kept, size);
    if (bytesRead === 0) break;
    const end = kept + bytesRead;
    let start = 0;
    for (;;) {
      const newline = buffer.indexOf(0x0a, start);
      if (newline < 0 || newline >= end) break;
      const entry = JSON.parse(buffer.toString('utf8', start, newline)) as { seq: number };
      used += entry.seq + sha256Hex(buffer.subarray(start, newline)).length; // so that neither is optimised away
      lines++;
      start = newline + 1;
    }
    buffer.copyWithin(0, start, end);
    kept = end - start;
  }
  await handle.close();
  if (used === 0) throw new Error('there was nothing to read');
  return lines;
}

async function main([side, file]: string[]): Promise<void> {
  const startMs = performance.now();
  const lines = await (side === 'bare' ? bare : verify)(file!);
  const seconds = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage();
  const cpuSeconds = (user + system) / 1e6;
  const figures: ChildFigures = { lines, seconds, cpuSeconds, peakMb: process.resourceUsage().maxRSS / 1024 };
  process.stdout.write(JSON.stringify(figures));
}

void main(process.argv.slice(2));
