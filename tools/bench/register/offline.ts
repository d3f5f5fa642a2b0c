/**
 * The verification of an export, against a plain chain of hashes over the same lines: h = SHA-256(h ‖ line) with
 * `crypto.hash`, the same reader of lines, the same file. Bars, on one core: hashes only ≥ 0.85 × its speed, in full
 * (canonical form, rules, contents, digest of the file) ≥ 0.35 ×; two threads ≥ 1.7 × one; memory flat from 10⁵ to 10⁷.
 */
import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { GENESIS } from '../../../register/verifier/leaf';
import { LineCutter } from '../../../register/verifier/lines';
import { CHUNK_BYTES } from '../../../register/verifier/read-file';
import { verifyFile } from '../../../register/verifier/verify-file';
import { END, EntryStream, headerOf } from './export-stream';
import type { MemoryUse } from './offline-memory';
import { median, medianRow, type Row } from './rows';
import { Turns } from './turns';

const ROUNDS = 5;
/** So many that to start a thread, 0.2 s, counts little. */
const ENTRIES = 3_000_000;
const SIZES = [100_000, 1_000_000, 10_000_000];
const WORKER = path.join(__dirname, '..', '..', '..', 'register', 'verifier', 'segment-worker.js');

export async function benchOffline(): Promise<Row[]> {
  const dir = mkdtempSync(path.join(tmpdir(), 'tocsin-bench-'));
  try {
    const file = path.join(dir, 'export.jsonl');
    writeExport(file);
    return [...(await speeds(file)), ...memory()];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function writeExport(file: string): void {
  const handle = openSync(file, 'w');
  // The header names the last entry: it is written again when that is known.
  writeSync(handle, headerOf({ position: ENTRIES, hash: GENESIS }));
  const stream = new EntryStream();
  for (let left = ENTRIES; left > 0; left -= 1_000) writeSync(handle, stream.next(Math.min(left, 1_000)));
  writeSync(handle, END);
  const header = headerOf(stream.head);
  writeSync(handle, header, 0, header.length, 0);
  closeSync(handle);
}

async function speeds(file: string): Promise<Row[]> {
  const verify = (threads: number, bytesOnly: boolean) => async () => {
    const { ok, entries } = await verifyFile(file, { threads, bytesOnly, worker: WORKER });
    if (!ok || entries !== ENTRIES) throw new Error('the export of the benchmark does not verify');
  };
  const works = {
    chain: () => plainChain(file),
    bytes: verify(1, true),
    full: verify(1, false),
    two: verify(2, false),
    chains: () => Promise.all([chainedElsewhere(file), chainedElsewhere(file)]),
  };
  const machine: number[] = [];
  const ratios: Record<'bytes' | 'full' | 'threads', number[]> = { bytes: [], full: [], threads: [] };
  for (const work of Object.values(works)) await work(); // Warms up.
  for (let round = 1; round <= ROUNDS; round++) {
    const { chain, bytes, full, two, chains } = await inTurns(works);
    ratios.bytes.push(bytes.rateTo(chain));
    ratios.full.push(full.rateTo(chain));
    ratios.threads.push(two.rateTo(full));
    machine.push(2 * chains.rateTo(chain));
    const each = (turns: Turns) => `${(1e6 / turns.perSecond).toFixed(2)} µs`;
    console.log(
      `round ${round}: an entry in a plain chain ${each(chain)}, hashes only ${each(bytes)}, in full ${each(full)}, ` +
        `by two threads ${each(two)}: ${two.rateTo(full).toFixed(2)} × one`,
    );
  }
  console.log(
    `the machine's own measure of two threads, plain chains that share nothing: ${median(machine).toFixed(2)} × one`,
  );
  return [
    medianRow('hashes only ÷ plain chain', ratios.bytes, { least: 0.85 }),
    medianRow('in full ÷ plain chain', ratios.full, { least: 0.35 }),
    medianRow('two threads ÷ one', ratios.threads, { least: 1.7 }),
  ];
}

/** All in turn, then all in the other order, and once more: what stands next to one another is of nearly the same time. */
async function inTurns<Name extends string>(works: Record<Name, () => unknown>): Promise<Record<Name, Turns>> {
  const there = Object.keys(works) as Name[];
  const turns = Object.fromEntries(there.map((name) => [name, new Turns()])) as Record<Name, Turns>;
  for (const name of [...there, ...there.toReversed(), ...there]) {
    const startMs = performance.now();
    await works[name]();
    turns[name].add({ times: [], rows: ENTRIES, forMs: performance.now() - startMs });
  }
  return turns;
}

/** A chain of hashes over the lines of a file, read as the verifier reads them. */
function plainChain(file: string): string {
  const handle = openSync(file, 'r');
  const lines = new LineCutter();
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let chained = '';
  for (let read = readSync(handle, chunk); read > 0; read = readSync(handle, chunk)) {
    for (const { text: stretch, ends } of lines.push(chunk.subarray(0, read))) {
      // One text for the whole stretch: taking the lines out of it costs less than making each of bytes.
      const text = stretch.bytes.toString('latin1');
      let from = 0;
      for (const to of ends) {
        chained = hash('sha256', chained + text.slice(from, to));
        from = to + 1;
      }
    }
  }
  closeSync(handle);
  return chained;
}

/** The same in a thread of its own: what a second thread is worth on this machine, whatever it does. */
function chainedElsewhere(file: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(__filename, { workerData: { chain: file } });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

if (!isMainThread && workerData?.chain !== undefined) parentPort!.postMessage(plainChain(workerData.chain));

/** Each size in a process of its own, over entries that are made as they are verified. */
function memory(): Row[] {
  const used = SIZES.map((entries): MemoryUse => {
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
  return [
    {
      name: 'memory at 10⁷ entries ÷ at 10⁵',
      figure: `${held.toFixed(2)} held, ${peak.toFixed(2)} at most`,
      bar: '≤ 1.1 held, ≤ 1.25 at most',
      holds: held <= 1.1 && peak <= 1.25,
    },
  ];
}
