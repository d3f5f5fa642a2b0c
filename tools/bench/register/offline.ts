/**
 * The verification of an export in full (canonical form, rules, contents, digest of the file), against a bare chain of hashes
 * over the same lines: h = SHA-256(h ‖ line), over the same file, in turns. Bars: ≥ 0.15 × its speed; memory flat up to 10⁷
 * entries.
 */
import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { closeSync, createReadStream, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GENESIS } from '../../../register/verifier/leaf';
import { LineCutter } from '../../../register/verifier/lines';
import { verifyFile } from '../../../register/verifier/verify-export';
import { END, EntryStream, headerOf } from './export-stream';
import type { MemoryUse } from './offline-memory';
import { medianRow, type Row } from './rows';
import { Turns } from './turns';

const SIZES = [100_000, 1_000_000, 10_000_000];

/** A row for each bar. */
export async function benchOffline(rounds: number, entries: number): Promise<Row[]> {
  const dir = mkdtempSync(path.join(tmpdir(), 'tocsin-bench-'));
  try {
    const file = path.join(dir, 'export.jsonl');
    writeExport(file, entries);
    const ratios: number[] = [];
    for (let round = 1; round <= rounds; round++) ratios.push(await ratioOf(file, entries, round));
    const name = `offline verification of ${entries.toLocaleString('en')} entries in full ÷ bare hash chain`;
    return [medianRow(name, ratios, { least: 0.15 }), memory(SIZES.filter((size) => size <= 10 * entries))];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function writeExport(file: string, entries: number): void {
  const handle = openSync(file, 'w');
  // The header names the last entry: it is written again when that is known.
  writeSync(handle, headerOf({ position: entries, hash: GENESIS }));
  const stream = new EntryStream();
  for (let left = entries; left > 0; left -= 1_000) writeSync(handle, stream.next(Math.min(left, 1_000)));
  writeSync(handle, END);
  const header = headerOf(stream.head);
  writeSync(handle, header, 0, header.length, 0);
  closeSync(handle);
}

/** The chain, the verification and the chain again: what stands next to one another is of nearly the same time. */
async function ratioOf(file: string, entries: number, round: number): Promise<number> {
  const [chain, full] = [new Turns(), new Turns()];
  const timed = async (turns: Turns, work: () => Promise<unknown>) => {
    const startMs = performance.now();
    await work();
    turns.add({ times: [], rows: entries, forMs: performance.now() - startMs });
  };
  const verify = async () => {
    const result = await verifyFile(file);
    if (!result.ok || result.entries !== entries) throw new Error('the export of the benchmark does not verify');
  };
  for (let turn = 0; turn < 2; turn++) {
    await timed(chain, () => bareChain(file));
    await timed(full, verify);
  }
  const [chained, verified] = [chain, full].map(({ perSecond }) => `${Math.round(perSecond).toLocaleString('en')}/s`);
  console.log(`round ${round}: bare chain ${chained}, in full ${verified}: ${full.rateTo(chain).toFixed(3)}`);
  return full.rateTo(chain);
}

/** A chain of hashes over the lines of a file, read as the verifier reads them. */
async function bareChain(file: string): Promise<string> {
  const lines = new LineCutter();
  let chained = '';
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) {
    for (const line of lines.push(chunk)) chained = hash('sha256', chained + line.toString('latin1'));
  }
  return chained;
}

/** Each size in a process of its own, over entries that are made as they are verified. */
function memory(sizes: number[]): Row {
  const used = sizes.map((entries): MemoryUse => {
    const script = path.join(__dirname, 'offline-memory.js');
    const out = execFileSync(process.execPath, ['--expose-gc', script, String(entries)], { encoding: 'utf8' });
    const use = JSON.parse(out) as MemoryUse;
    console.log(
      `${entries} entries: ${use.heldMb.toFixed(1)} MB held after collection, ${use.peakMb.toFixed(0)} MB at most`,
    );
    return use;
  });
  const [small, large] = [used[0]!, used.at(-1)!];
  const held = large.heldMb / small.heldMb;
  const peak = large.peakMb / small.peakMb;
  return {
    name: `memory at ${sizes.at(-1)!.toLocaleString('en')} entries ÷ at ${sizes[0]!.toLocaleString('en')}`,
    figure: `${held.toFixed(2)} held, ${peak.toFixed(2)} at most`,
    bar: '≤ 1.1 held, ≤ 1.25 at most',
    holds: held <= 1.1 && peak <= 1.25,
  };
}
